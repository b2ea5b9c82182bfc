/*
	TLS 1.2 from the ServerHello on (RFC 5246 section 7.3, figure 1), with ECDHE (RFC 8422):

		ServerHello
		Certificate
		CertificateStatus*
		ServerKeyExchange
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

	Each `yield` names the messages that may come next. Run by start.ts.
*/

import { TLSError } from "../errors";
import { AlertDescription, HandshakeType, ProtocolVersion, Step } from "../wire/numbers";
import { Writer } from "../wire/writer";
import { Phase } from "../timing";
import { pickScheme12, schemeHash } from "../crypto/credential";
import { Signer } from "../crypto/suites";
import { StapledStatus } from "../x509/ocsp";
import type { StatusSubject } from "../x509/ocsp";
import type { PathSearch } from "../x509/path";
import { timeNow } from "../x509/time";
import type { AEAD } from "tls/hardware/aead";
import { KeyShare } from "tls/hardware/agree";
import { equal } from "tls/hardware/compare";
import { logSecret } from "tls/hardware/keylog";
import { Secret } from "tls/hardware/secret";
import { KeyKind } from "tls/hardware/signature";
import type { VerifiedPeer } from "../x509/path";
import { authenticate12, authenticateByKey } from "./authenticated";
import type { AuthenticatedPeer } from "./authenticated";
import { readCertificate12, readCertificateRequest12, readStatus, writeCertificate12, writeCertificateVerify } from "./certificate";
import type { Hello } from "./hello";
import { readServerHello12, readTicket12 } from "./hello12";
import type { ServerHello12, Ticket12 } from "./hello12";
import { accepts } from "./link";
import type { Flow, Link, PostHandshake } from "./link";
import { explicitNonce, keyBlock, masterSecret, recordCipher, verifyData12 } from "./prf12";
import { exportSession, sessionSecret } from "./resume";
import type { Session12 } from "./resume";
import type { Transcript } from "./transcript";

const empty = new Uint8Array(0);

/** RFC 8422 section 5.4: the one kind of curve description that is left. */
const NAMED_CURVE = 3;

/** HelloRequests that are answered; a server that still asks is not. */
const MAX_REFUSALS = 8;

/** What the flow's steps share; its secrets are wiped when the flow ends, however it ends. */
class State12 {
	readonly answer: ServerHello12;
	peer: VerifiedPeer | undefined;
	/** While the path is looked for; then what a CertificateStatus must be of, and its check. */
	search: PathSearch | undefined;
	subject: StatusSubject | undefined;
	status: StapledStatus | undefined;
	/** Signatures that the server takes from us, if it asks for a certificate. */
	schemes: readonly number[] | undefined;
	/** The server's ephemeral key: its group, and where it lies in the ServerKeyExchange. */
	group = 0;
	pointStart = 0;
	pointEnd = 0;
	proof: AuthenticatedPeer | undefined;
	share: KeyShare | undefined;
	shared: Secret | undefined;
	master: Secret | undefined;
	/** Wait for the server's ChangeCipherSpec, and for ours. */
	reading: AEAD | undefined;
	writing: AEAD | undefined;
	ticket: Ticket12 | undefined;

	constructor(answer: ServerHello12) {
		this.answer = answer;
	}

	close(): void {
		this.share?.close();
		this.shared?.close();
		this.master?.close();
		this.reading?.close();
		this.writing?.close();
	}
}

function absorb(link: Link, transcript: Transcript): void {
	transcript.add(link.message, link.messageStart, link.messageEnd);
}

/** The server's Certificate (section 7.4.2): the search for a path is stepped through by the flow. */
function beginCertificate(link: Link, state: State12): void {
	const { certificates, PathSearch } = link.config;
	const { spans } = readCertificate12(link.reader, certificates.maxCertificates);
	state.search = new PathSearch(link.message, spans, certificates, state.answer.sendsStatus ? "later" : undefined);
}

/** The path holds. The suite says which kind of key the server must have. */
function endCertificate(link: Link, transcript: Transcript, state: State12): void {
	const { search, answer: { suite } } = state;
	const peer = state.peer = search!.peer!;
	state.subject = search!.subject;
	state.search = undefined;	// and with it all that it holds
	if ((peer.key.kind === KeyKind.rsa) !== (suite.signer === Signer.rsa))
		throw new TLSError("illegal_parameter", `the server's certificate does not go with ${suite.name}`);
	absorb(link, transcript);
	link.timing.mark(Phase.chain);
}

/** CertificateStatus (RFC 6066 section 8), where the server announced it. Nothing can be said of a key that is itself the trusted one. */
function beginStatus(link: Link, transcript: Transcript, state: State12): void {
	const span = readStatus(link.reader);
	link.reader.finish();
	absorb(link, transcript);
	if (state.subject) state.status = new StapledStatus(link.message, span, state.subject, timeNow(link.config.certificates.clock));
}

/** ServerKeyExchange (RFC 8422 section 5.4). Sets `state.proof`, which nothing else does. */
function readServerKeyExchange(link: Link, state: State12): void {
	const { config, reader: r } = link;
	const { randoms } = state.answer;
	const start = r.at;
	const curveType = r.u8();
	state.group = r.u16();
	if (curveType !== NAMED_CURVE || !config.groups.includes(state.group))
		throw new TLSError("illegal_parameter", `the server's key is of group 0x${state.group.toString(16)}, which was not offered`);
	const point = r.enter(1, 1, 255);
	state.pointStart = r.at;
	const end = state.pointEnd = r.at = r.end;
	r.leave(point);
	const scheme = r.u16();
	const signature = r.enter(2, 0, 0xffff);
	const signatureStart = r.at;
	const signatureEnd = r.at = r.end;
	r.leave(signature);
	r.finish();
	if (!config.signatureSchemes.includes(scheme))
		throw new TLSError("illegal_parameter", `the server signed with scheme 0x${scheme.toString(16)}, which was not offered`);
	const content = new Uint8Array(randoms.length + end - start);
	content.set(randoms, 0);
	content.set(link.message.subarray(start, end), randoms.length);
	state.proof = authenticate12(state.peer!, scheme, content, link.message, signatureStart, signatureEnd);
}

/** The key pair for the server's group. The one in the ClientHello serves where the group is the same. */
function makeShare(hello: Hello, state: State12): void {
	if (hello.share && hello.group === state.group) {
		state.share = hello.share;
		hello.share = undefined;
	}
	else {
		hello.close();
		state.share = new KeyShare(state.group, undefined);
	}
}

function agree(link: Link, state: State12): void {
	const share = state.share!;
	state.shared = new Secret(share.publicLength === 97 ? 48 : 32);
	if (!share.agree(link.message, state.pointStart, state.pointEnd, state.shared))
		throw new TLSError("illegal_parameter", "the server's key is no valid public key of its group");
}

/**
 * [Certificate], ClientKeyExchange (RFC 8422 section 5.7), [CertificateVerify] (RFC 5246 section 7.4.8). The master secret follows from all
 * messages up to ClientKeyExchange.
 */
function sendKeyExchange(link: Link, transcript: Transcript, state: State12): void {
	const { schemes } = state;
	const credential = schemes && link.config.credential;
	const scheme = credential ? pickScheme12(credential, schemes) : 0;
	const w = new Writer(128);
	if (schemes) writeCertificate12(w, scheme ? credential!.chain : []);
	w.u8(HandshakeType.client_key_exchange);
	const message = w.open(3);
	const key = w.open(1);
	const { publicLength } = state.share!;
	const at = w.reserve(publicLength);
	state.share!.publicKey(w.bytes, at);
	w.close(1, key);
	w.close(3, message);
	transcript.add(w.bytes, 0, w.length);
	const { shared } = state;
	state.shared = undefined;
	state.master = masterSecret(state.answer.suite, shared!, transcript.digest());
	if (scheme) {
		const start = w.length;
		writeCertificateVerify(w, scheme, credential!.sign(scheme, transcript.digestBy(schemeHash(scheme))));
		transcript.add(w.bytes, start, w.length);
	}
	link.send(w.bytes, 0, w.length);
}

/** The keys of both directions. */
function deriveKeys(state: State12): void {
	const { suite, randoms } = state.answer;
	// its first half is the client's
	logSecret("CLIENT_RANDOM", randoms, state.master!);
	const block = keyBlock(suite, state.master!, randoms);
	try {
		state.reading = recordCipher(suite, block, 1);
		state.writing = recordCipher(suite, block, 0);
	}
	finally {
		block.close();
	}
}

/** ChangeCipherSpec and Finished, which is the first message under the new keys (RFC 5246 section 7.1, 7.4.9). */
function finish(link: Link, transcript: Transcript, state: State12): void {
	const { suite, recordLimit } = state.answer;
	const writing = state.writing!;
	state.writing = undefined;
	link.sendChangeCipherSpec();
	link.writeWith(writing, suite.recordLimit, explicitNonce(suite));
	if (recordLimit) link.limitRecords(recordLimit, link.config.recordSizeLimit);
	const data = verifyData12(suite, state.master!, "client finished", transcript.digest());
	const w = new Writer(16);
	w.u8(HandshakeType.finished);
	w.u24(data.length);
	w.copy(data, 0, data.length);
	transcript.add(w.bytes, 0, w.length);
	link.send(w.bytes, 0, w.length);
}

/** The server's ChangeCipherSpec has come. */
function changeReading(link: Link, state: State12): void {
	const { suite } = state.answer;
	const reading = state.reading!;
	state.reading = undefined;
	link.readWith(reading, suite.recordLimit, explicitNonce(suite));
}

/** NewSessionTicket, which comes before the server's ChangeCipherSpec if it was announced (RFC 5077 section 3.3). */
function receiveTicket(link: Link, transcript: Transcript, state: State12): void {
	state.ticket = readTicket12(link.reader);
	absorb(link, transcript);
}

/** What the server's Finished, which the link holds, must say. */
function expectedFinished(link: Link, transcript: Transcript, state: State12): Uint8Array {
	const expected = verifyData12(state.answer.suite, state.master!, "server finished", transcript.digest());
	if (link.reader.left !== expected.length) throw new TLSError("decode_error", "the server's Finished has the wrong length");
	return expected;
}

/** The server's Finished. */
function checkFinished(link: Link, transcript: Transcript, state: State12): void {
	const expected = expectedFinished(link, transcript, state);
	const { reader } = link;
	if (!equal(link.message, reader.skip(expected.length), expected, 0, expected.length))
		throw new TLSError("bad_finished", "the handshake was changed on its way: the server's Finished does not match");
}

/** TLS 1.2 after the handshake: nothing but a server's wish to renegotiate, which is refused (RFC 5246 section 7.4.1.1, RFC 5746). */
class Application12 implements PostHandshake {
	readonly owesUpdate = false;
	#refusals = 0;

	receive(link: Link): void {
		if (link.messageType !== HandshakeType.hello_request)
			throw new TLSError("unexpected_message", `handshake message ${link.messageType} after the handshake`);
		link.reader.finish();
		if (this.#refusals++ < MAX_REFUSALS) link.warn(AlertDescription.no_renegotiation);
	}

	updateKey(): void {
		throw new TLSError("crypto", "the connection has used up its keys, and TLS 1.2 has no way to get others: open a new one");
	}

	close(): void {}
}

/** Hands on what a later connection can go on with: a new ticket, or the number of a session that begins here. */
function keepSession(link: Link, state: State12, { peer, scheme }: AuthenticatedPeer): void {
	const { suite, sessionId, resumes } = state.answer;
	const { onSession, sessionBinding: binding, now } = link.config;
	const { lifetime = 0, octets: ticket = empty } = state.ticket ?? {};
	if (!onSession || !ticket.length && (resumes || !sessionId.length)) return;
	const session = {
		version: ProtocolVersion.tls12, suite: suite.id, scheme, id: ticket.length ? empty : sessionId, ticket, subject: peer.subject,
	} as const;
	link.keepSession(exportSession(session, state.master!, binding!, now(), lifetime));
}

function open(link: Link, state: State12): void {
	const { suite, protocol, resumes } = state.answer;
	const proof = state.proof!;
	keepSession(link, state, proof);
	const negotiated = { version: ProtocolVersion.tls12, suite: suite.name, group: state.group, signature: proof.scheme, resumed: resumes, protocol };
	link.open(proof, negotiated, new Application12());
}

/** The short handshake with a session's secret (RFC 5246 section 7.3, figure 2): the server finishes first. */
function* resume(link: Link, session: Session12, transcript: Transcript, state: State12): Flow {
	state.master = sessionSecret(session);
	deriveKeys(state);
	if (state.answer.sendsTicket) {
		yield accepts(HandshakeType.new_session_ticket);
		receiveTicket(link, transcript, state);
	}
	yield Step.change_cipher_spec;
	changeReading(link, state);
	yield accepts(HandshakeType.finished);
	const expected = expectedFinished(link, transcript, state);
	const { scheme, subject } = session;
	state.proof = authenticateByKey({ subject, pathLength: 0 }, scheme, expected, link.message, link.reader.at);
	absorb(link, transcript);
	finish(link, transcript, state);
	link.timing.mark(Phase.finished);
	open(link, state);
}

/** All that follows the ServerHello, which is the message that the link holds. */
export function* flow12(link: Link, hello: Hello, transcript: Transcript): Flow {
	const { config } = link;
	let state!: State12;
	try {
		state = new State12(readServerHello12(link.reader, hello, config));
		link.useVersion(ProtocolVersion.tls12);
		const { maxFragment } = state.answer;
		if (maxFragment) link.limitRecords(maxFragment, maxFragment);
		if (config.credential && !state.answer.resumes) transcript.beginBoth(state.answer.suite.hash);
		else transcript.begin(state.answer.suite.hash);
		absorb(link, transcript);
		if (state.answer.resumes) {
			hello.close();
			yield* resume(link, hello.session!, transcript, state);
			return;
		}

		yield accepts(HandshakeType.certificate);
		beginCertificate(link, state);
		while (state.search!.step()) yield Step.pause;
		endCertificate(link, transcript, state);

		yield accepts(HandshakeType.server_key_exchange) | (state.answer.sendsStatus ? accepts(HandshakeType.certificate_status) : 0);
		if (link.messageType === HandshakeType.certificate_status) {
			beginStatus(link, transcript, state);
			do yield Step.pause;
			while (state.status?.step());
			state.status = undefined;
			yield accepts(HandshakeType.server_key_exchange);
		}
		else if (state.peer!.needsStatus)
			throw new TLSError("bad_staple", "the server announced a certificate status (OCSP), which has to be there, and then left it out");
		yield Step.pause;
		readServerKeyExchange(link, state);
		absorb(link, transcript);
		link.timing.mark(Phase.proof);
		yield Step.pause;
		makeShare(hello, state);
		yield Step.pause;
		agree(link, state);
		link.timing.mark(Phase.agreement);

		yield accepts(HandshakeType.certificate_request) | accepts(HandshakeType.server_hello_done);
		if (link.messageType === HandshakeType.certificate_request) {
			state.schemes = readCertificateRequest12(link.reader);
			absorb(link, transcript);
			yield accepts(HandshakeType.server_hello_done);
		}
		link.reader.finish();
		absorb(link, transcript);
		if (state.schemes && config.credential) yield Step.pause;
		sendKeyExchange(link, transcript, state);
		deriveKeys(state);
		finish(link, transcript, state);

		if (state.answer.sendsTicket) {
			yield accepts(HandshakeType.new_session_ticket);
			receiveTicket(link, transcript, state);
		}
		yield Step.change_cipher_spec;
		changeReading(link, state);
		yield accepts(HandshakeType.finished);
		checkFinished(link, transcript, state);
		link.timing.mark(Phase.finished);
		open(link, state);
	}
	finally {
		state?.close();
		hello.close();
		transcript.close();
	}
}
