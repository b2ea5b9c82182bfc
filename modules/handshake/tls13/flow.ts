/*
	TLS 1.3 from the ServerHello on (RFC 8446 section 2, figure 1):

		ServerHello
		{EncryptedExtensions}
		{CertificateRequest*}
		{Certificate*}
		{CertificateVerify*}
		{Finished}
		                        {Certificate*}
		                        {CertificateVerify*}
		                        {Finished}

	Where the server takes a pre-shared key, Finished follows EncryptedExtensions. Each `yield` names the messages
	that may come next.
*/

import { TLSError } from "../../errors";
import { AllowedIn, ExtensionBit, expectAnswer } from "../../wire/extensions";
import { Accept, ExtensionType, HandshakeType, ProtocolLength, ProtocolVersion, Step } from "../../wire/numbers";
import { Limit } from "../../x509/policy";
import { PathSearch } from "../../x509/path";
import type { VerifiedPeer } from "../../x509/policy";
import { empty, Reader } from "../../wire/reader";
import { Writer } from "../../wire/writer";
import { Phase } from "../timing";
import { equal } from "tls/hardware/compare";
import { Secret } from "tls/hardware/secret";
import { rawKeys } from "tls/optional/rawkeys/rawkeys";
import type { Flow, Link } from "../link";
import type { ServerHello } from "../serverhello";
import type { Hello } from "../offer";
import { expectOffered } from "../offered";
import type { Transcript } from "../transcript";
import { authenticate13, authenticateByKey } from "../authenticated";
import { readFragmentLength, readProtocol, readRecordLimit, refuseBothLimits } from "../answers";
import { copyLeaf, readCertificate13, readHandshakeRequest13, serverContent13, stepSearch } from "../certificate";
import { Exporter13 } from "../exporter";
import { HandshakeInfo } from "../info";
import { readCompressedCertificate } from "./compressed";
import { chooseIdentity13, makeIdentifier, writeIdentity } from "../identity";
import { pickShare, sharedLength } from "../keyshare";
import type { Share } from "../share";
import { Application13 } from "./post";
import type { PeerSearch } from "../rawkeys";
import { resumption } from "../resumption/resumption";
import { trafficCipher, verifyData, writeFinished } from "./schedule";
import { State13 } from "./state";
import type { Keyed13, Proven13 } from "./state";

/**
 * Stands for a session if an external key proves the server, and no certificate does. It ends when the application says
 * so.
 */
const noCertificate = Object.freeze({ subject: "", scheme: 0, verifiedAt: 0, validUntil: Infinity });

/**
 * Records of the client's last flight that go out in one turn: a server may want them short, and its certificates may
 * be long.
 */
const RECORDS_A_TURN = 20;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const CLIENT_HANDSHAKE = "c hs traffic";
const SERVER_HANDSHAKE = "s hs traffic";
const CLIENT_APPLICATION = "c ap traffic";
const SERVER_APPLICATION = "s ap traffic";
const NO_PROTOCOL = "";
const EXPORTER_MASTER = "exp master";
const CLIENT_HANDSHAKE_LOG = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
const SERVER_HANDSHAKE_LOG = "SERVER_HANDSHAKE_TRAFFIC_SECRET";
const CLIENT_TRAFFIC_LOG = "CLIENT_TRAFFIC_SECRET_0";
const SERVER_TRAFFIC_LOG = "SERVER_TRAFFIC_SECRET_0";

/** Computes the value that both sides agree on. */
function agreeOn(share: Share, message: Uint8Array, start: number, end: number): Secret {
	const shared = new Secret(sharedLength(share.publicLength));
	let isValid = false;
	try {
		isValid = share.agree(message, start, end, shared);
	} finally {
		if (!isValid) shared.close();
	}
	if (!isValid) throw new TLSError("illegal_parameter", "the server's key share is not a valid public key");
	return shared;
}

/** Key agreement, then the handshake keys in both directions. */
function agree(link: Link, hello: Hello, answer: ServerHello, state: State13): asserts state is Keyed13 {
	const transcript = state.transcript,
		schedule = state.schedule,
		suite = answer.suite;
	if (!answer.shareEnd)
		throw new TLSError(answer.key ? "illegal_parameter" : "missing_extension", "the server sent no key share");
	const share = pickShare(hello, answer);
	link.addTo(transcript);
	const digest = transcript.digest();
	schedule.toHandshake(agreeOn(share, link.message, answer.shareStart, answer.shareEnd));
	hello.closeShare();
	const client = (state.client = schedule.derive(CLIENT_HANDSHAKE, digest));
	const server = (state.server = schedule.derive(SERVER_HANDSHAKE, digest));
	state.log(CLIENT_HANDSHAKE_LOG, client);
	state.log(SERVER_HANDSHAKE_LOG, server);
	link.readWith(trafficCipher(suite, server));
	if (!state.isEarly) link.writeWith(trafficCipher(suite, client));
	schedule.toMaster();
	link.timing?.mark(Phase.agreement);
}

/** EncryptedExtensions (section 4.3.1). Returns which were there. */
function readEncryptedExtensions(link: Link, asked: number, state: State13): number {
	const r = link.reader;
	let seen = 0;
	const block = r.enter(2, 0, 0xffff);
	while (r.left) {
		const type = r.u16();
		seen = expectAnswer(type, seen, asked, AllowedIn.encrypted_extensions);
		const extension = r.enter(2, 0, 0xffff);
		switch (type) {
			case ExtensionType.server_name:
				break; // empty: the name was used (RFC 6066 section 3)
			case ExtensionType.early_data:
				break; // empty
			case ExtensionType.supported_groups:
				readGroups(r);
				break;
			case ExtensionType.application_layer_protocol_negotiation:
				state.protocol = readProtocol(r, link.config.protocols);
				break;
			case ExtensionType.server_certificate_type:
				state.isServerRaw = rawKeys!.readType(r);
				break;
			case ExtensionType.client_certificate_type:
				state.isClientRaw = rawKeys!.readType(r);
				break;
			case ExtensionType.record_size_limit:
				link.limitRecords(readRecordLimit(r, ProtocolLength.innerPlaintext) - 1, link.config.recordSizeLimit);
				break;
			case ExtensionType.max_fragment_length: {
				const length = readFragmentLength(r, link.config);
				link.limitRecords(length, length + 1);
				state.maxFragmentCode = link.config.maxFragmentCode;
				break;
			}
			default:
				throw new TLSError("internal", `extension ${type} is asked for but not read`);
		}
		r.leave(extension);
	}
	r.leave(block);
	r.finish();
	refuseBothLimits(seen);
	return seen;
}

/** What comes of the early data: the server has taken it, or all that follows goes out with the handshake's key. */
function settleEarly(link: Link, hello: Hello, state: Keyed13, seen: number): void {
	const { suite } = state.schedule;
	if (!state.isEarly) return;
	if (seen & ExtensionBit.early_data) {
		resumption!.checkEarly(hello, state.key, suite, state.protocol ?? NO_PROTOCOL);
		return;
	}
	state.isEarly = false;
	link.writeWith(trafficCipher(suite, state.client));
}

/** What the server would have preferred: of no use here, but its form is checked (section 4.2.7). */
function readGroups(r: Reader): void {
	const start = r.skipVector(2, 2, 0xffff);
	if ((r.at - start) & 1)
		throw new TLSError("decode_error", "server sent a list of groups with an odd number of bytes");
}

/** Reads the server's Certificate, which may be compressed. */
function startSearch({ config, reader, message, messageType }: Link, state: State13): PeerSearch {
	const { certificates } = config;
	const isPlain = messageType === HandshakeType.certificate;
	const bytes = isPlain ? message : readCompressedCertificate(reader, config);
	const list = readCertificate13(
		isPlain ? reader : new Reader().open(bytes, 0, bytes.length),
		state.asked,
		Limit.certificates,
	);
	if (state.isServerRaw) {
		if (list.ranges.length !== 2)
			throw new TLSError("illegal_parameter", `server sent ${list.ranges.length / 2} raw public keys, expected 1`);
		return rawKeys!.search(bytes, list.ranges[0]!, list.ranges[1]!, certificates);
	}
	if (config.peerCertificate) state.certificate = copyLeaf(bytes, list);
	return new PathSearch(bytes, list.ranges, certificates, list.staple);
}

/** The messages that may bring the server's certificates. */
function certificateMessages(asked: number): number {
	return asked & ExtensionBit.compress_certificate
		? Accept.certificate | Accept.compressed_certificate
		: Accept.certificate;
}

/** CertificateRequest (section 4.3.2). */
function readRequest(link: Link, state: State13): void {
	const request = readHandshakeRequest13(link.reader);
	const identity = (state.identity = chooseIdentity13(link.config, link.message, request));
	if (identity && state.isClientRaw) identity.chain = [rawKeys!.ownKey(identity.chain[0]!)];
	link.addTo(state.transcript);
}

/** [CertificateRequest], Certificate and CertificateVerify. Sets `state.proof`. */
function* authenticateServer(link: Link, state: Keyed13): Flow {
	yield Accept.certificate_request | certificateMessages(state.asked);
	if (link.messageType === HandshakeType.certificate_request) {
		state.isAsked = true;
		if (link.config.otherCredentials) yield Step.pause;
		readRequest(link, state);
		yield certificateMessages(state.asked);
	}
	let search: PeerSearch | undefined = startSearch(link, state);
	do yield Step.pause;
	while (stepSearch(search));
	const peer = search.peer!;
	search = undefined; // and with it all that it holds
	link.addTo(state.transcript);
	link.timing?.mark(Phase.chain);
	yield Accept.certificate_verify;
	yield Step.pause;
	checkProof(link, peer, state);
	return finished13(link, state);
}

/** CertificateVerify (section 4.4.3), with the key of the certificate that was found good. */
function checkProof(link: Link, peer: VerifiedPeer, state: State13): void {
	const reader = link.reader,
		transcript = state.transcript;
	const scheme = reader.u16();
	const start = reader.skipVector(2, 0, 0xffff),
		end = reader.at;
	reader.finish();
	expectOffered(scheme, link.config);
	state.proof = authenticate13(peer, scheme, serverContent13(transcript.digest()), link.message, start, end);
	link.addTo(transcript);
	link.timing?.mark(Phase.proof);
}

/** The server's Finished (section 4.4.4). With a pre-shared key it is what sets `state.proof`. */
function checkFinished(link: Link, transcript: Transcript, state: Keyed13): asserts state is Proven13 {
	const expected = verifyData(state.schedule.suite, state.server, transcript.digest());
	const { reader } = link;
	if (reader.left !== expected.length)
		throw new TLSError("decode_error", `server sent a ${reader.left}-byte Finished, expected ${expected.length}`);
	if (state.key) {
		const { subject, scheme, verifiedAt, validUntil } = state.key.session ?? noCertificate;
		state.proof = authenticateByKey({ subject, verifiedAt, validUntil }, scheme, expected, link.message, reader.at);
	} else if (!equal(link.message, reader.at, expected, 0, expected.length))
		throw new TLSError("bad_finished", "the handshake was changed on its way: the server's Finished does not match");
	link.addTo(transcript);
}

/** The client's last flight. */
function writeFlight(link: Link, { transcript, isCompatible, isAsked, identity, schedule, client }: Keyed13): Writer {
	if (isCompatible) link.sendChangeCipherSpec();
	const w = new Writer(64);
	if (isAsked) writeIdentity(w, empty, identity, transcript);
	writeFinished(w, schedule.suite, client, transcript);
	transcript.add(w.bytes, 0, w.length);
	return w;
}

/** Where only the pre-shared key was trusted, a server that does not take it can't prove who it is. */
function expectTrust(link: Link): void {
	const { roots, pinsInsteadOfRoots } = link.config.certificates;
	if (!roots && !pinsInsteadOfRoots)
		throw new TLSError(
			"handshake_failure",
			"the server does not take the pre-shared key, and no certificate is trusted",
		);
}

/** The server is authenticated: derives the keys for application data, and returns the client's last flight. */
function makeFlight(link: Link, state: Keyed13): Writer {
	const transcript = state.transcript,
		suite = state.schedule.suite;
	const digest = transcript.digest();
	const application = (state.application = new Application13(suite));
	const clientTraffic = (application.client = state.schedule.derive(CLIENT_APPLICATION, digest));
	const serverTraffic = (application.server = state.schedule.derive(SERVER_APPLICATION, digest));
	if (link.config.exporter)
		application.exporter = new Exporter13(suite, state.schedule.derive(EXPORTER_MASTER, digest));
	state.log(CLIENT_TRAFFIC_LOG, clientTraffic);
	state.log(SERVER_TRAFFIC_LOG, serverTraffic);
	link.readWith(trafficCipher(suite, serverTraffic));
	if (state.isEarly) {
		resumption!.endEarly(link, transcript);
		link.writeWith(trafficCipher(suite, state.client));
	}
	return writeFlight(link, state);
}

/** The last flight is sent: the connection opens. */
function openConnection(link: Link, state: Proven13): void {
	const transcript = state.transcript,
		suite = state.schedule.suite,
		application = state.application!;
	link.writeWith(trafficCipher(suite, application.client!));
	link.timing?.mark(Phase.finished);
	const config = link.config,
		proof = state.proof;
	if (config.onSession)
		application.keeper = resumption!.keepTickets(config, state.schedule, transcript, proof, {
			protocol: state.protocol ?? NO_PROTOCOL,
			maxFragmentCode: state.maxFragmentCode ?? 0,
		});
	if (state.asked & ExtensionBit.post_handshake_auth)
		application.identifier = makeIdentifier(suite, config, transcript, state.isClientRaw ? "key" : "certificates");
	state.application = undefined; // which the connection takes over
	link.open(proof, infoOf(state), application);
}

function infoOf(state: Proven13): HandshakeInfo {
	const info = new HandshakeInfo();
	info.version = ProtocolVersion.tls13;
	info.suite = state.schedule.suite.name;
	info.group = state.group;
	info.signature = state.proof.scheme;
	info.resumed = state.key?.session !== undefined;
	info.retried = state.isRetried === true;
	info.extendedMasterSecret = true;
	info.earlyData = state.isEarly === true;
	info.protocol = state.protocol;
	if (state.certificate) info.certificate = state.certificate;
	return info;
}

/** Finished of both sides (section 4.4.4). */
function* finished13(link: Link, state: Keyed13): Flow {
	yield Accept.finished;
	checkFinished(link, state.transcript, state);
	if (state.identity) yield Step.pause;
	let flight: Writer | undefined = makeFlight(link, state);
	let at = 0;
	for (const piece = RECORDS_A_TURN * link.maxFragment; flight.length - at > piece; at += piece) {
		link.send(flight.bytes, at, at + piece);
		yield Step.pause;
	}
	link.send(flight.bytes, at, flight.length);
	flight = undefined;
	openConnection(link, state);
}

/** EncryptedExtensions answers the last of the hello. Returns what follows on it. */
function endHello(link: Link, hello: Hello, answer: ServerHello, state: Keyed13): Flow {
	settleEarly(link, hello, state, readEncryptedExtensions(link, state.asked, state));
	state.dropHello();
	link.addTo(state.transcript);
	return answer.key ? finished13(link, state) : authenticateServer(link, state);
}

/** Key agreement and EncryptedExtensions. */
function* agreeKeys(link: Link, hello: Hello, answer: ServerHello, state: State13): Flow {
	yield Step.pause;
	agree(link, hello, answer, state);
	yield Accept.encrypted_extensions;
	return endHello(link, hello, answer, state);
}

/**
 * All that follows the ServerHello `answer`, which is the message that the link holds. Each part returns the next, so
 * that only one waits.
 */
export function flow13(link: Link, hello: Hello, answer: ServerHello): Flow {
	const state = new State13(hello, answer);
	link.wipeAtEnd(state);
	link.useVersion(ProtocolVersion.tls13);
	if (state.isCompatible) link.oweChangeCipherSpec();
	if (!answer.key) expectTrust(link);
	return agreeKeys(link, hello, answer, state);
}
