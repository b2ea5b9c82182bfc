/*
	TLS 1.2 from the ServerHello on (RFC 5246 section 7.3, figure 1):

		ServerHello
		Certificate
		CertificateStatus*
		ServerKeyExchange*
		CertificateRequest*
		ServerHelloDone
		                        Certificate*
		                        ClientKeyExchange
		                        CertificateVerify*
		                        [ChangeCipherSpec]
		                        Finished
		NewSessionTicket*
		[ChangeCipherSpec]
		Finished

	ServerKeyExchange is there except with RSA key transport. Each `yield` names the messages that may come next.
*/

import { TLSError } from "../../errors";
import { Accept, AlertDescription, HandshakeType, ProtocolVersion, Signer, Step } from "../../wire/numbers";
import { Writer } from "../../wire/writer";
import { empty } from "../../wire/reader";
import { Phase } from "../timing";
import { StapledStatus } from "../../x509/ocsp";
import type { StatusSubject } from "../../x509/ocsp";
import { Limit } from "../../x509/policy";
import { PathSearch } from "../../x509/path";
import { timeNow } from "../../x509/time";
import type { RecordCipher } from "tls/hardware/aead";
import { equal } from "tls/hardware/compare";
import { copy } from "tls/hardware/copy";
import { logSecret } from "tls/hardware/keylog";
import type { Secret } from "tls/hardware/secret";
import { KeyKind } from "tls/hardware/signature";
import { legacy } from "tls/optional/legacy/legacy";
import type { VerifiedPeer } from "../../x509/path";
import { authenticate12, authenticateByKey } from "../authenticated";
import type { AuthenticatedPeer } from "../authenticated";
import { readStatus, stepSearch } from "../certificate";
import { readCertificate12, readCertificateRequest12, writeCertificate12 } from "./certificate";
import { ECDHE } from "./ecdhe";
import type { KeyExchange } from "./exchange";
import type { Hello } from "../offer";
import { pickScheme12, writeProof12 } from "../identity";
import { readServerHello12, readTicket12 } from "./hello";
import type { ServerHello12, Ticket12 } from "./hello";
import type { Flow, Link, PostHandshake } from "../link";
import { extendedMasterSecret, keyBlock, masterSecret, recordCipher, VERIFY_LENGTH, verifyData12 } from "./prf";
import { resumption } from "../resumption/resumption";
import type { Transcript } from "../transcript";

/** HelloRequests that are answered; a server that still asks is not. */
const MAX_REFUSALS = 8;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const CLIENT_RANDOM = "CLIENT_RANDOM";
const CLIENT_FINISHED = "client finished";
const SERVER_FINISHED = "server finished";

/** What the flow's steps share; its secrets are wiped when the flow ends, however it ends. */
class State12 {
	// what is declared is a field only once it is set: each takes 16 bytes
	readonly answer: ServerHello12;
	declare peer: VerifiedPeer | undefined;
	/** While the path is looked for; then what a CertificateStatus must be of, and its check. */
	declare search: PathSearch | undefined;
	declare subject: StatusSubject | undefined;
	declare status: StapledStatus | undefined;
	/** Signatures that the server takes from us, if it asks for a certificate. */
	declare schemes: readonly number[] | undefined;
	declare exchange: KeyExchange | undefined;
	declare proof: AuthenticatedPeer | undefined;
	declare master: Secret | undefined;
	/** Wait for the server's ChangeCipherSpec, and for ours. */
	declare reading: RecordCipher | undefined;
	declare writing: RecordCipher | undefined;
	declare ticket: Ticket12 | undefined;

	/** For what it still holds. */
	private readonly hello: Hello;

	constructor(answer: ServerHello12, hello: Hello) {
		this.answer = answer;
		this.hello = hello;
	}

	close(): void {
		this.hello.close();
		this.exchange?.close();
		this.master?.close();
		this.reading?.close();
		this.writing?.close();
	}
}

/** The server's Certificate (section 7.4.2): the search for a path is stepped through by the flow. */
function beginCertificate(link: Link, state: State12): void {
	const { certificates } = link.config;
	const { spans } = readCertificate12(link.reader, Limit.certificates);
	state.search = new PathSearch(link.message, spans, certificates, state.answer.sendsStatus ? "later" : undefined);
}

/** The path holds. The suite says which kind of key the server must have, and how the key exchange goes on. */
function endCertificate(link: Link, hello: Hello, transcript: Transcript, state: State12): void {
	const {
		search,
		answer: { suite },
	} = state;
	const peer = (state.peer = search!.peer!);
	state.subject = search!.subject;
	state.search = undefined; // and with it all that it holds
	if ((peer.key.kind === KeyKind.rsa) !== (suite.signer === Signer.rsa))
		throw new TLSError("illegal_parameter", `the server's certificate does not go with ${suite.name}`);
	state.exchange = suite.exchange ? legacy!.keyExchange(suite, peer) : new ECDHE(hello);
	link.addTo(transcript);
	link.timing.mark(Phase.chain);
}

/** CertificateStatus (RFC 6066 section 8), where the server announced it. Nothing can be said of a key that is itself the trusted one. */
function beginStatus(link: Link, transcript: Transcript, state: State12): void {
	const span = readStatus(link.reader);
	link.reader.finish();
	link.addTo(transcript);
	if (state.subject)
		state.status = new StapledStatus(link.message, span, state.subject, timeNow(link.config.certificates.clock));
}

/** The status holds. Where it has to be there, what was verified ends with it. */
function endStatus(state: State12): void {
	const { peer, status } = state;
	if (status && peer!.needsStatus) peer!.validUntil = Math.min(peer!.validUntil, status.validUntil);
	state.status = state.subject = undefined;
}

/** Announced but left out, which a server may do, unless the status has to be there. */
function expectNoStatus(state: State12): void {
	if (state.peer!.needsStatus)
		throw new TLSError(
			"bad_staple",
			"the server announced a certificate status (OCSP), which has to be there, and then left it out",
		);
	state.subject = undefined;
}

/** ServerKeyExchange (section 7.4.3). Sets `state.proof`. */
function readServerKeyExchange(link: Link, transcript: Transcript, state: State12): void {
	const { config, reader: r } = link;
	const { randoms } = state.answer;
	const start = r.at;
	state.exchange!.readParameters(link);
	const end = r.at;
	const scheme = r.u16();
	const signature = r.enter(2, 0, 0xffff);
	const signatureStart = r.at;
	const signatureEnd = (r.at = r.end);
	r.leave(signature);
	r.finish();
	if (!config.signatureSchemes.includes(scheme))
		throw new TLSError(
			"illegal_parameter",
			`the server signed with scheme 0x${scheme.toString(16)}, which was not offered`,
		);
	const content = new Uint8Array(randoms.length + end - start);
	copy(randoms, 0, randoms.length, content, 0);
	copy(link.message, start, end, content, randoms.length);
	state.proof = authenticate12(state.peer!, scheme, content, link.message, signatureStart, signatureEnd);
	link.addTo(transcript);
	link.timing.mark(Phase.proof);
}

/** The client's flight takes an expensive step: a signature, or the encryption of the secret. */
function mustCompute(link: Link, state: State12): boolean {
	return !state.exchange!.isSigned || (state.schemes !== undefined && link.config.credential !== undefined);
}

/**
 * [Certificate], ClientKeyExchange, [CertificateVerify] (section 7.4.6 to 7.4.8). The extended master secret follows from all messages up to
 * ClientKeyExchange.
 */
function sendKeyExchange(link: Link, transcript: Transcript, state: State12): void {
	const {
		schemes,
		answer: { suite, randoms, isExtended },
	} = state;
	const exchange = state.exchange!;
	const credential = link.config.credential;
	const w = new Writer(128);
	const scheme = schemes && credential ? pickScheme12(credential, schemes) : 0;
	if (schemes) writeCertificate12(w, scheme ? credential!.chain : []);
	link.owesCertificate = schemes !== undefined && !scheme;
	w.u8(HandshakeType.client_key_exchange);
	const message = w.open(3);
	exchange.write(w);
	w.close(3, message);
	transcript.add(w.bytes, 0, w.length);
	const sessionHash = isExtended ? transcript.digest() : undefined;
	const secret = exchange.takeSecret(); // which the next line closes, whatever happens
	state.master = sessionHash ? extendedMasterSecret(suite, secret, sessionHash) : masterSecret(suite, secret, randoms);
	if (scheme) {
		const start = w.length;
		writeProof12(w, credential!, scheme, transcript);
		transcript.add(w.bytes, start, w.length);
	}
	link.send(w.bytes, 0, w.length);
	deriveKeys(state);
	link.timing.mark(Phase.agreement);
}

/** The keys of both directions. */
function deriveKeys(state: State12): void {
	const { suite, randoms, encryptThenMac } = state.answer;
	// its first half is the client's
	logSecret(CLIENT_RANDOM, randoms, state.master!);
	const block = keyBlock(suite, state.master!, randoms);
	try {
		state.reading = recordCipher(suite, block, 1, encryptThenMac);
		state.writing = recordCipher(suite, block, 0, encryptThenMac);
	} finally {
		block.close();
	}
}

/** ChangeCipherSpec and Finished, which is the first message under the new keys (RFC 5246 section 7.1, 7.4.9). */
function finish(link: Link, transcript: Transcript, state: State12): void {
	const { suite, recordLimit } = state.answer;
	link.sendChangeCipherSpec();
	const writing = state.writing!;
	state.writing = undefined;
	link.writeWith(writing);
	if (recordLimit) link.limitRecords(recordLimit, link.config.recordSizeLimit);
	const data = verifyData12(suite, state.master!, CLIENT_FINISHED, transcript.digest());
	const w = new Writer(4 + VERIFY_LENGTH);
	w.u8(HandshakeType.finished);
	w.u24(VERIFY_LENGTH);
	w.copy(data, 0, VERIFY_LENGTH);
	transcript.add(w.bytes, 0, w.length);
	link.send(w.bytes, 0, w.length);
}

/** The server's ChangeCipherSpec has come. */
function changeReading(link: Link, state: State12): void {
	const reading = state.reading!;
	state.reading = undefined;
	link.readWith(reading);
}

/** NewSessionTicket, which comes before the server's ChangeCipherSpec if it was announced (RFC 5077 section 3.3). */
function receiveTicket(link: Link, transcript: Transcript, state: State12): void {
	// there was no room for it
	if (!link.messageEnd) return;
	state.ticket = readTicket12(link.reader);
	link.addTo(transcript);
}

/** What the server's Finished, which the link holds, must say. */
function expectedFinished(link: Link, transcript: Transcript, state: State12): Uint8Array {
	const expected = verifyData12(state.answer.suite, state.master!, SERVER_FINISHED, transcript.digest()).subarray(
		0,
		VERIFY_LENGTH,
	);
	if (link.reader.left !== expected.length)
		throw new TLSError("decode_error", "the server's Finished has the wrong length");
	return expected;
}

/** The server's Finished. Where nothing is signed, it is the proof: it takes the secret that only the certificate's key could read. */
function checkFinished(link: Link, transcript: Transcript, state: State12): void {
	const expected = expectedFinished(link, transcript, state);
	const at = link.reader.skip(expected.length);
	if (!state.exchange!.isSigned) state.proof = authenticateByKey(state.peer!, 0, expected, link.message, at);
	else if (!equal(link.message, at, expected, 0, expected.length))
		throw new TLSError("bad_finished", "the handshake was changed on its way: the server's Finished does not match");
}

/** TLS 1.2 after the handshake: nothing but a server's wish to renegotiate, which is refused (RFC 5246 section 7.4.1.1, RFC 5746). */
class Application12 implements PostHandshake {
	readonly owesUpdate = false;
	#refusals = 0;

	expectType(type: number): void {
		if (type !== HandshakeType.hello_request)
			throw new TLSError("unexpected_message", `handshake message ${type} after the handshake`);
	}

	receive(link: Link): void {
		link.reader.finish();
		if (this.#refusals++ < MAX_REFUSALS) link.warn(AlertDescription.no_renegotiation);
	}

	updateKey(): void {
		throw new TLSError(
			"crypto",
			"the connection has used up its keys, and TLS 1.2 has no way to get others: open a new one",
		);
	}

	close(): void {}
}

function open(link: Link, state: State12): void {
	const { suite, protocol, resumes, isExtended } = state.answer;
	const proof = state.proof!;
	link.timing.mark(Phase.finished);
	if (link.config.onSession) resumption!.keepSession12(link, state.answer, state.ticket, state.master!, proof);
	const group = state.exchange?.group ?? 0;
	const negotiated = {
		version: ProtocolVersion.tls12,
		suite: suite.name,
		group,
		signature: proof.scheme,
		resumed: resumes,
		extendedMasterSecret: isExtended,
		earlyData: false,
		protocol,
	};
	link.open(proof, negotiated, new Application12());
}

/** The short handshake with a session's secret (RFC 5246 section 7.3, figure 2): the server finishes first. */
function* resume(link: Link, hello: Hello, transcript: Transcript, state: State12): Flow {
	const session = hello.session!;
	state.master = session.secret!;
	session.secret = undefined;
	hello.dropOffers();
	deriveKeys(state);
	if (state.answer.sendsTicket) {
		link.passTo(transcript);
		yield Accept.new_session_ticket;
		receiveTicket(link, transcript, state);
	}
	yield Step.change_cipher_spec;
	changeReading(link, state);
	yield Accept.finished;
	const expected = expectedFinished(link, transcript, state);
	const { scheme, subject, verifiedAt, validUntil } = session;
	state.proof = authenticateByKey(
		{ subject, pathLength: 0, verifiedAt, validUntil },
		scheme,
		expected,
		link.message,
		link.reader.at,
	);
	link.addTo(transcript);
	finish(link, transcript, state);
	open(link, state);
}

/** Reads the ServerHello, and sets what follows from it. */
function begin(link: Link, hello: Hello, transcript: Transcript): State12 {
	const { config } = link;
	const answer = readServerHello12(link.reader, hello, config);
	hello.random = hello.sessionId = empty; // the answer has what is needed of them
	link.useVersion(ProtocolVersion.tls12);
	if (answer.maxFragment) link.limitRecords(answer.maxFragment, answer.maxFragment);
	if (config.credential && !answer.resumes) transcript.beginAll(answer.suite.hash);
	else transcript.begin(answer.suite.hash);
	link.addTo(transcript);
	if (answer.resumes || answer.suite.exchange) hello.closeShare();
	// a session that the server resumes gives its secret first
	if (!answer.resumes) hello.dropOffers();
	const state = new State12(answer, hello);
	link.holds(state);
	return state;
}

const requestOrDone = Accept.certificate_request | Accept.server_hello_done;

/** All that follows the ServerHello, which is the message that the link holds. */
export function* flow12(link: Link, hello: Hello, transcript: Transcript): Flow {
	const state = begin(link, hello, transcript);
	if (state.answer.resumes) return resume(link, hello, transcript, state);

	yield Accept.certificate;
	beginCertificate(link, state);
	do yield Step.pause;
	while (stepSearch(state.search!));
	endCertificate(link, hello, transcript, state);

	const { isSigned } = state.exchange!;
	const next = isSigned ? Accept.server_key_exchange : requestOrDone;
	yield state.answer.sendsStatus ? next | Accept.certificate_status : next;
	if (link.messageType === HandshakeType.certificate_status) {
		beginStatus(link, transcript, state);
		do yield Step.pause;
		while (state.status && stepSearch(state.status));
		endStatus(state);
		yield next;
	} else expectNoStatus(state);

	if (isSigned) {
		yield Step.pause;
		readServerKeyExchange(link, transcript, state);
		do yield Step.pause;
		while (state.exchange!.step(link));
		yield requestOrDone;
	}
	if (link.messageType === HandshakeType.certificate_request) {
		state.schemes = readCertificateRequest12(link.reader);
		link.addTo(transcript);
		yield Accept.server_hello_done;
	}
	link.reader.finish();
	link.addTo(transcript);
	if (mustCompute(link, state)) yield Step.pause;
	sendKeyExchange(link, transcript, state);
	finish(link, transcript, state);

	if (state.answer.sendsTicket) {
		link.passTo(transcript);
		yield Accept.new_session_ticket;
		receiveTicket(link, transcript, state);
	}
	yield Step.change_cipher_spec;
	changeReading(link, state);
	yield Accept.finished;
	checkFinished(link, transcript, state);
	open(link, state);
}
