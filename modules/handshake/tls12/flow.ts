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
import { Accept, HandshakeType, ProtocolVersion, Signer, Step } from "../../wire/numbers";
import { Writer } from "../../wire/writer";
import { empty } from "../../wire/reader";
import { Phase } from "../timing";
import { StapledStatus } from "../../x509/ocsp";
import { Limit } from "../../x509/policy";
import { PathSearch } from "../../x509/path";
import { timeNow } from "../../x509/time";
import { equal } from "tls/hardware/compare";
import { copy } from "tls/hardware/copy";
import { logSecret } from "tls/hardware/keylog";
import { isRSA } from "../../crypto/signature";
import { legacy } from "tls/optional/legacy/legacy";
import { rawKeys } from "tls/optional/rawkeys/rawkeys";
import { authenticate12, authenticateByKey } from "../authenticated";
import type { AuthenticatedPeer } from "../authenticated";
import { copyLeaf, readStatus, stepSearch } from "../certificate";
import {
	readCertificate12,
	readCertificateRequest12,
	readRawKey12,
	writeCertificate12,
	writeRawKey12,
} from "./certificate";
import { ECDHE } from "./ecdhe";
import type { Hello } from "../offer";
import { expectOffered } from "../offered";
import { Exporter12 } from "../exporter";
import { HandshakeInfo } from "../info";
import { chooseIdentity12, writeProof12 } from "../identity";
import { readServerHello12, readTicket12 } from "./hello";
import { Application12 } from "./application";
import type { Flow, Link } from "../link";
import { extendedMasterSecret, keyBlock, masterSecret, recordCipher, VERIFY_LENGTH, verifyData12 } from "./prf";
import { isCertified, State12 } from "./state";
import type { Certified12, Keyed12, Search12 } from "./state";
import type { Session12 } from "../resumption/keys";
import { resumption } from "../resumption/resumption";
import type { Transcript } from "../transcript";
import type { Secret } from "tls/hardware/secret";

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const LATER = "later" as const;
const CLIENT_RANDOM = "CLIENT_RANDOM";
const CLIENT_FINISHED = "client finished";
const SERVER_FINISHED = "server finished";

/** Reads the server's Certificate (section 7.4.2). Returns the search for a path, whose steps the flow takes. */
function beginCertificate(link: Link, state: State12): Search12 {
	const { certificates, peerCertificate } = link.config;
	if (state.answer.isServerRaw) {
		const { start, end } = readRawKey12(link.reader);
		return rawKeys!.search(link.message, start, end, certificates);
	}
	const list = readCertificate12(link.reader, Limit.certificates);
	if (peerCertificate) state.certificate = copyLeaf(link.message, list);
	return new PathSearch(link.message, list.ranges, certificates, state.answer.sendsStatus ? LATER : undefined);
}

/** The path holds. The suite says which kind of key the server must have, and how the key exchange goes on. */
function endCertificate(link: Link, state: State12, search: Search12): asserts state is Certified12 {
	const { suite } = state.answer;
	const peer = (state.peer = search.peer!);
	state.subject = search.subject;
	if (isRSA(peer.key!.kind) !== (suite.signer === Signer.rsa))
		throw new TLSError("illegal_parameter", `the server's certificate does not go with ${suite.name}`);
	state.exchange = suite.exchange ? legacy!.keyExchange(suite, peer) : new ECDHE(state.hello);
	link.addTo(state.transcript);
	link.timing?.mark(Phase.chain);
}

/**
 * Reads a CertificateStatus (RFC 6066 section 8). Returns its check; undefined for a key that is trusted itself: nobody
 * can tell its status.
 */
function beginStatus(link: Link, state: Certified12): StapledStatus | undefined {
	const span = readStatus(link.reader);
	link.reader.finish();
	link.addTo(state.transcript);
	const subject = state.subject,
		{ clock, clockTolerance } = link.config.certificates;
	return subject && new StapledStatus(link.message, span, subject, timeNow(clock), clockTolerance);
}

/** The status holds. If it must come, what was verified ends with it. */
function endStatus(state: Certified12, status: StapledStatus | undefined): void {
	const peer = state.peer;
	if (status && peer.needsStatus) peer.validUntil = Math.min(peer.validUntil, status.validUntil);
	state.subject = undefined;
}

/** A server may announce a status and leave it out, unless it must come. */
function expectNoStatus(state: Certified12): void {
	if (state.peer.needsStatus)
		throw new TLSError(
			"bad_staple",
			"the server announced a certificate status (OCSP), which has to be there, and then left it out",
		);
	state.subject = undefined;
}

/** ServerKeyExchange (section 7.4.3). Sets `state.proof`. */
function readServerKeyExchange(link: Link, state: Certified12): void {
	const { config, reader: r } = link;
	const { randoms } = state.answer;
	const start = r.at;
	state.exchange.readParameters(link);
	const end = r.at;
	const scheme = r.u16();
	const signatureStart = r.skipVector(2, 0, 0xffff),
		signatureEnd = r.at;
	r.finish();
	expectOffered(scheme, config);
	const content = new Uint8Array(randoms.length + end - start);
	copy(randoms, 0, randoms.length, content, 0);
	copy(link.message, start, end, content, randoms.length);
	state.proof = authenticate12(state.peer, scheme, content, link.message, signatureStart, signatureEnd);
	link.addTo(state.transcript);
	link.timing?.mark(Phase.proof);
}

/** True if the client's flight takes an expensive step: a signature, or the encryption of the secret. */
function mustCompute(state: Certified12): boolean {
	return !state.exchange.isSigned || state.identity !== undefined;
}

/**
 * Sends [Certificate], ClientKeyExchange, [CertificateVerify] (section 7.4.6 to 7.4.8). The extended master secret
 * follows from all messages up to that.
 */
function sendKeyExchange(link: Link, state: Certified12): asserts state is Certified12 & Keyed12 {
	const {
		transcript,
		identity,
		isAsked,
		exchange,
		answer: { suite, randoms, isExtended, isClientRaw },
	} = state;
	const w = new Writer(128);
	if (identity && isClientRaw) writeRawKey12(w, rawKeys!.ownKey(identity.chain[0]!));
	else if (isAsked) writeCertificate12(w, identity ? identity.chain : []);
	if (isAsked && !identity) link.owesCertificate = true;
	w.u8(HandshakeType.client_key_exchange);
	const message = w.open(3);
	exchange.write(w);
	w.close(3, message);
	transcript.add(w.bytes, 0, w.length);
	const sessionHash = isExtended ? transcript.digest() : undefined;
	const secret = exchange.takeSecret(); // which the next line closes, whatever happens
	const master = sessionHash ? extendedMasterSecret(suite, secret, sessionHash) : masterSecret(suite, secret, randoms);
	state.master = master;
	if (identity) {
		const start = w.length;
		writeProof12(w, identity, transcript);
		transcript.add(w.bytes, start, w.length);
	}
	link.send(w.bytes, 0, w.length);
	deriveKeys(state, master);
	link.timing?.mark(Phase.agreement);
}

/** Derives the keys of both directions from the master secret. */
function deriveKeys(state: State12, master: Secret): void {
	const { suite, randoms } = state.answer;
	// its first half is the client's
	logSecret(CLIENT_RANDOM, randoms, master);
	const block = keyBlock(suite, master, randoms);
	try {
		state.reading = recordCipher(state.answer, block, 1);
		state.writing = recordCipher(state.answer, block, 0);
	} finally {
		block.close();
	}
}

/** Sends ChangeCipherSpec and Finished, which is the first message under the new keys (RFC 5246 section 7.1, 7.4.9). */
function finish(link: Link, state: Keyed12): void {
	const { transcript } = state;
	const { suite, recordLimit } = state.answer;
	link.sendChangeCipherSpec();
	link.writeWith(state.takeWriting());
	if (recordLimit) link.limitRecords(recordLimit, link.config.recordSizeLimit);
	const data = verifyData12(suite, state.master, CLIENT_FINISHED, transcript.digest());
	const w = new Writer(4 + VERIFY_LENGTH);
	w.u8(HandshakeType.finished);
	w.u24(VERIFY_LENGTH);
	w.copy(data, 0, VERIFY_LENGTH);
	transcript.add(w.bytes, 0, w.length);
	link.send(w.bytes, 0, w.length);
}

/** Reads a NewSessionTicket. If announced, it comes before the server's ChangeCipherSpec (RFC 5077 section 3.3). */
function receiveTicket(link: Link, state: State12): void {
	// memory had no room for it
	if (!link.messageEnd) return;
	state.ticket = readTicket12(link.reader);
	link.addTo(state.transcript);
}

/** Returns what the server's Finished, which the link holds, must say. */
function expectedFinished(link: Link, { answer, master, transcript }: Keyed12): Uint8Array {
	const expected = verifyData12(answer.suite, master, SERVER_FINISHED, transcript.digest()).subarray(0, VERIFY_LENGTH);
	if (link.reader.left !== expected.length)
		throw new TLSError("decode_error", `server sent a ${link.reader.left}-byte Finished, expected ${expected.length}`);
	return expected;
}

/** Checks the server's Finished. Without a signature it is the proof: only the server's key could read the secret. */
function checkFinished(link: Link, state: Certified12 & Keyed12): AuthenticatedPeer {
	const expected = expectedFinished(link, state);
	const at = link.reader.skip(expected.length);
	if (!state.exchange.isSigned) return authenticateByKey(state.peer, 0, expected, link.message, at);
	if (!equal(link.message, at, expected, 0, expected.length))
		throw new TLSError("bad_finished", "the handshake was changed on its way: the server's Finished does not match");
	return state.proof!;
}

/** Opens the connection, in a key exchange or a session with `group`. */
function open(link: Link, state: Keyed12, proof: AuthenticatedPeer, group: number): void {
	const { suite, protocol, resumes, isExtended } = state.answer;
	link.timing?.mark(Phase.finished);
	if (link.config.onSession) resumption!.keepSession12(link, state, proof, group);
	const info = new HandshakeInfo();
	info.version = ProtocolVersion.tls12;
	info.suite = suite.name;
	info.group = group;
	info.signature = proof.scheme;
	info.resumed = resumes;
	info.retried = false;
	info.extendedMasterSecret = isExtended;
	info.earlyData = false;
	info.protocol = protocol;
	if (state.certificate) info.certificate = state.certificate;
	const application = new Application12();
	// RFC 7627 section 5.3
	if (link.config.exporter && isExtended) {
		application.exporter = new Exporter12(suite, state.takeMaster(), state.answer.randoms);
	}
	link.open(proof, info, application);
}

/** Makes the keys of the session's secret (RFC 5246 section 7.3, figure 2). */
function takeSession(state: State12, session: Session12): asserts state is Keyed12 {
	const master = session.secret!;
	state.master = master;
	session.secret = undefined;
	state.hello.dropOffers();
	deriveKeys(state, master);
}

/** Checks the server's Finished in a short handshake. It is the proof that the server has the session's secret. */
function checkSession(link: Link, state: Keyed12, session: Session12): AuthenticatedPeer {
	const expected = expectedFinished(link, state);
	const { scheme, subject, verifiedAt, validUntil } = session;
	const peer = { subject, verifiedAt, validUntil };
	const proof = authenticateByKey(peer, scheme, expected, link.message, link.reader.at);
	link.addTo(state.transcript);
	return proof;
}

/** Reads the ServerHello, and sets what follows from it. The session that goes on stays in `hello`. */
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
	link.wipeAtEnd(state);
	return state;
}

const requestOrDone = Accept.certificate_request | Accept.server_hello_done;

/** Returns what comes after the certificates, but for a status of theirs. */
function afterCertificate(state: Certified12): number {
	return state.exchange.isSigned ? Accept.server_key_exchange : requestOrDone;
}

/** Certificate, CertificateStatus. */
function* authenticateServer(link: Link, state: State12): Flow {
	yield Accept.certificate;
	let search: Search12 | undefined = beginCertificate(link, state);
	do yield Step.pause;
	while (stepSearch(search));
	endCertificate(link, state, search);
	search = undefined; // and with it all that it holds

	const next = afterCertificate(state);
	yield state.answer.sendsStatus ? next | Accept.certificate_status : next;
	if (link.messageType === HandshakeType.certificate_status) {
		let status = beginStatus(link, state);
		do yield Step.pause;
		while (status && stepSearch(status));
		endStatus(state, status);
		status = undefined; // the response is long
		yield next;
	} else expectNoStatus(state);
	return exchangeKeys(link, state);
}

/** CertificateRequest (section 7.4.4). */
function readRequest(link: Link, state: State12): void {
	const request = readCertificateRequest12(link.reader);
	state.identity = chooseIdentity12(link.config, link.message, request);
	link.addTo(state.transcript);
}

/** ServerHelloDone, which is empty (section 7.4.5). */
function readDone(link: Link, state: State12): void {
	link.reader.finish();
	link.addTo(state.transcript);
}

/** From the ServerKeyExchange, which is here if there is one, to the client's Finished. */
function* exchangeKeys(link: Link, state: Certified12): Flow {
	if (state.exchange.isSigned) {
		yield Step.pause;
		readServerKeyExchange(link, state);
		do yield Step.pause;
		while (state.exchange.step(link));
		yield requestOrDone;
	}
	if (link.messageType === HandshakeType.certificate_request) {
		state.isAsked = true;
		if (link.config.otherCredentials) yield Step.pause;
		readRequest(link, state);
		yield Accept.server_hello_done;
	}
	readDone(link, state);
	if (mustCompute(state)) yield Step.pause;
	sendKeyExchange(link, state);
	finish(link, state);
	return finishServer(link, state);
}

/** NewSessionTicket and the server's Finished. In the short handshake (section 7.3, figure 2) the client's follows. */
function* finishServer(link: Link, state: Keyed12): Flow {
	if (state.answer.sendsTicket) {
		link.passTo(state.transcript);
		yield Accept.new_session_ticket;
		receiveTicket(link, state);
	}
	yield Step.change_cipher_spec;
	link.readWith(state.takeReading());
	yield Accept.finished;
	const session = state.hello.session;
	if (isCertified(state)) open(link, state, checkFinished(link, state), state.exchange.group);
	else if (session) {
		const proof = checkSession(link, state, session);
		finish(link, state);
		open(link, state, proof, session.group);
	}
}

/** All that follows the ServerHello, which the link holds. Each part returns the next, so that only one waits. */
export function flow12(link: Link, hello: Hello, transcript: Transcript): Flow {
	const state = begin(link, hello, transcript);
	const session = hello.session;
	if (!session || !state.answer.resumes) return authenticateServer(link, state);
	takeSession(state, session);
	return finishServer(link, state);
}
