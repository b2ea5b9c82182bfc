/*
	Every class and function of hardware/ and of the simulator's modules, each with arguments that are right. hostile.ts
	checks that none is missing.
*/

import * as aead from "tls/hardware/aead";
import * as agree from "tls/hardware/agree";
import * as chip from "tls/hardware/chip";
import * as compare from "tls/hardware/compare";
import * as copying from "tls/hardware/copy";
import * as debugging from "tls/hardware/debug";
import * as ed25519 from "tls/hardware/ed25519/ed25519";
import * as extensions from "tls/hardware/extensions";
import * as general from "tls/hardware/general";
import * as hashing from "tls/hardware/hash";
import * as keylog from "tls/hardware/keylog";
import * as memory from "tls/hardware/memory";
import * as names from "tls/hardware/names";
import * as random from "tls/hardware/random";
import * as secret from "tls/hardware/secret";
import * as sign from "tls/hardware/sign";
import * as signature from "tls/hardware/signature";
import * as time from "tls/hardware/time";
import * as cbc from "tls/hardware/legacy/cbc";
import * as dhe from "tls/hardware/legacy/dhe";
import * as rsa from "tls/hardware/legacy/rsa";
import * as mlkem from "tls/hardware/mlkem/mlkem";
import * as text from "tls/hardware/text/text";
import * as ds from "tls/ds";
import * as inflate from "tls/inflate";
import { answers } from "tls/selftest/answers";
import { bytes } from "test/harness";
import type { AnyFunction } from "test/hostile/values";
import Net from "net";
import { Directory, File } from "file";
import Preference from "preference";
import Resource from "Resource";
import * as simulator from "simulator";
import TCP from "embedded:io/socket/tcp";
import Time from "time";
import Timer from "timer";

export type Arguments = () => unknown[];

export interface ClassEntry {
	readonly Class: AnyFunction;
	readonly args: Arguments;
	/** Arguments of each method; getters have none. */
	readonly methods: Readonly<Record<string, Arguments>>;
}

export interface FunctionEntry {
	readonly function: AnyFunction;
	readonly args: Arguments;
	/**
	 * Positions at which only small numbers and values of other types are tried: it would wait, or ask the network.
	 */
	readonly spare?: (index: number, value: unknown) => boolean;
	/** Ends what the call, or the making of its arguments, has begun; also if the call threw. */
	readonly end?: (result: any) => void;
}

const buffer = (length = 600): Uint8Array => new Uint8Array(length);
const timers: Timer[] = [];
const timer = (): Timer => {
	const made = Timer.set(() => {}, 1);
	timers.push(made);
	return made;
};
const clearTimers = (): void => timers.splice(0).forEach(Timer.clear);
const key = (length: number): secret.Secret => new secret.Secret(length);

const ecdsa = answers.signatures[0]!;
const publicKey = bytes(ecdsa.key);
const signed = bytes(ecdsa.signature);
const privateKey = bytes(answers.signing.secret);
const rsaKey = bytes(answers.signatures.find(one => one.scheme === 2)!.key);
/** Two Names that are the same as RFC 5280 section 7.1 compares them, and a certificate as far as its subject. */
const name = bytes("300f310d300b0603550403130454657374");
const otherName = bytes("3011310f300d06035504030c06207465737420");
const certificate = bytes("301c301a020101300030003000300f310d300b0603550403130454657374");
/** A name of each kind that is compared, and constraints of each kind: DNS, address, directory. */
const generalNames = bytes("8203612e6287040a000001a411300f310d300b0603550403130454657374");
const askedName = bytes("612e62");
const constraints = bytes("a0113003820162300a87080a000000ff000000a1163014a4123010310e300c060355040313054f74686572");
/** One that is unknown, and keyUsage. */
const extensionList = bytes("30080603550499040178300e0603551d0f0101ff0404030205a0");
/** serverAuth and OCSP's signing. */
const purposes = bytes("06082b0601050507030106082b06010505070309");
const point = bytes(answers.groups[0]!.peer);
const dsLength = 1220;

export const modules: Readonly<Record<string, object>> = {
	aead,
	agree,
	chip,
	compare,
	copy: copying,
	debug: debugging,
	ed25519,
	extensions,
	general,
	hash: hashing,
	keylog,
	memory,
	mlkem,
	names,
	random,
	secret,
	sign,
	signature,
	time,
	"legacy/cbc": cbc,
	"legacy/dhe": dhe,
	"legacy/rsa": rsa,
	"text/text": text,
	ds,
	inflate,
	simulator,
};

const records = {
	sealedLength: () => [100],
	seal: () => [buffer(), 0, 300],
	open: () => [buffer(), 0, 300],
	close: () => [],
};

export const classes: Readonly<Record<string, ClassEntry>> = {
	AEAD: { Class: aead.AEAD, args: () => [1, 0x0303, key(28), 0, 16, 16, 100], methods: records },
	CBC: { Class: cbc.CBC, args: () => [4, 0, key(64), 32, 48, 0, 100], methods: records },
	Secret: {
		Class: secret.Secret,
		args: () => [32],
		methods: {
			import: () => [buffer(), 3],
			export: () => [buffer(), 3],
			extract: () => [4, key(32), key(32)],
			close: () => [],
			expandLabel: () => [4, key(32), "derived", buffer(), 0, 32, 0, 32],
			prf: () => [4, key(48), "master secret", buffer(), 0, 64],
			hmac: () => [4, buffer(), 0, 100, buffer(), 0],
		},
	},
	Hash: {
		Class: hashing.Hash,
		args: () => [4],
		methods: {
			update: () => [buffer(), 0, 100],
			peek: () => [buffer(), 0],
			peekWith: () => [buffer(), 0, 100, buffer(), 0],
			close: () => [],
		},
	},
	KeyShare: {
		Class: agree.KeyShare,
		args: () => [0x1d],
		methods: { publicKey: () => [buffer(), 0], agree: () => [point, 0, 32, key(32)], close: () => [] },
	},
	DHEShare: {
		Class: dhe.DHEShare,
		args: () => [0x100],
		methods: { publicKey: () => [buffer(), 0], agree: () => [buffer(256).fill(3), 0, 256, key(256)], close: () => [] },
	},
	MLKEM: {
		Class: mlkem.MLKEM,
		args: () => [],
		methods: {
			publicKey: () => [buffer(1184), 0],
			decapsulate: () => [buffer(1088), 0, 1088, key(32), key(64)],
			close: () => [],
		},
	},
	TCP: {
		Class: TCP,
		args: () => [{ address: "127.0.0.1", port: 9 }],
		methods: { read: () => [], write: () => [buffer(10)], close: () => [] },
	},
	Resource: { Class: Resource, args: () => ["bytes.bin"], methods: { slice: () => [2, 10, false] } },
};

/** Has no arguments, and makes all that follows slow. */
export const unswept: readonly AnyFunction[] = [simulator.keepFreed];

const long = (value: unknown): boolean =>
	typeof value === "number"
		? !(value < 2)
		: typeof value !== "undefined" && value !== null && typeof value !== "bigint" && typeof value !== "symbol";
const named = (index: number, value: unknown): boolean =>
	index === 0 && value !== undefined && typeof value !== "symbol" && value !== "";

export const functions: Readonly<Record<string, FunctionEntry>> = {
	chipFeatures: { function: chip.chipFeatures, args: () => [] },
	equal: { function: compare.equal, args: () => [buffer(), 0, buffer(), 0, 100] },
	copy: { function: copying.copy, args: () => [buffer(), 0, 100, buffer(), 3] },
	isDebugBuild: { function: debugging.isDebugBuild, args: () => [] },
	isBuffer: { function: copying.isBuffer, args: () => [buffer()] },
	wipe: { function: copying.wipe, args: () => [buffer(), 0, 100] },
	copyPart: { function: copying.copyPart, args: () => [buffer(), 0, 100, buffer(), 3, 50] },
	checkExtensions: { function: extensions.checkExtensions, args: () => [extensionList, 0, extensionList.length, 20] },
	nextExtension: { function: extensions.nextExtension, args: () => [extensionList, 0, extensionList.length] },
	readPurposes: { function: extensions.readPurposes, args: () => [purposes, 0, purposes.length] },
	findName: {
		function: general.findName,
		args: () => [generalNames, 0, generalNames.length, askedName, askedName.length, 0x82],
	},
	checkNames: {
		function: general.checkNames,
		args: () => [generalNames, 13, generalNames.length, 0, generalNames.length, constraints, 0, constraints.length],
	},
	checkConstraints: { function: general.checkConstraints, args: () => [constraints, 0, constraints.length] },
	hash: { function: hashing.hash, args: () => [4, buffer(), 0, 100, buffer(), 0] },
	hashLength: { function: hashing.hashLength, args: () => [4] },
	logSecret: { function: keylog.logSecret, args: () => ["CLIENT_RANDOM", buffer(32), key(48)] },
	logsSecrets: { function: keylog.logsSecrets, args: () => [] },
	largestBuffer: { function: memory.largestBuffer, args: () => [1000] },
	hasRoom: { function: memory.hasRoom, args: () => [1000, 10] },
	sameName: { function: names.sameName, args: () => [name, 0, name.length, otherName, 0, otherName.length] },
	isSubject: { function: names.isSubject, args: () => [certificate, 0, certificate.length, name, 0, name.length] },
	nameDigest: { function: names.nameDigest, args: () => [name, 0, name.length, buffer(32)] },
	commonNameOffset: { function: names.commonNameOffset, args: () => [name, 0, name.length] },
	random: { function: random.random, args: () => [buffer(), 0, 32] },
	signDigest: {
		function: sign.signDigest,
		args: () => [3, 4, privateKey, 0, privateKey.length, buffer(32), buffer(64)],
	},
	verifyMessage: {
		function: signature.verifyMessage,
		args: () => [3, 4, publicKey, 0, publicKey.length, buffer(), 0, 6, signed, 0, signed.length],
	},
	verifyEd25519: {
		function: ed25519.verifyEd25519,
		args: () => [buffer(32).fill(3), 0, 32, buffer(), 0, 100, buffer(64).fill(5), 0, 64],
	},
	expandEd25519: { function: ed25519.expandEd25519, args: () => [buffer(32), 0, buffer(64)] },
	signEd25519: { function: ed25519.signEd25519, args: () => [buffer(64), buffer(), buffer(64)] },
	textLength: { function: text.textLength, args: () => [bytes("efbbbf61c3a4ff"), 0, 7] },
	decodeText: { function: text.decodeText, args: () => [bytes("efbbbf61c3a4ff"), 0, 7] },
	measureJSON: { function: text.measureJSON, args: () => ['{"a":[1,"b"]}'] },
	readSeconds: { function: time.readSeconds, args: () => [bytes("170d3236303330313132303030305a"), 0, 15] },
	groupOfPrime: { function: dhe.groupOfPrime, args: () => [buffer(), 0, 256] },
	encryptPremaster: {
		function: rsa.encryptPremaster,
		args: () => [0x303, rsaKey, 0, rsaKey.length, key(48), buffer(), 0],
	},
	gunzip: {
		function: inflate.gunzip,
		args: () => [bytes("1f8b08000000000002034b4c4a0600c241243503000000"), 0, 23, buffer(3)],
	},
	inflate: { function: inflate.inflate, args: () => [bytes("789c4b4c4a0600024d0127"), 0, 11, buffer(3)] },
	dsSigner: { function: ds.dsSigner, args: () => [buffer(dsLength), 3] },
	"dsSigner()": {
		function: (scheme: number, digest: Uint8Array) => ds.dsSigner(buffer(dsLength), 3)(scheme, digest),
		args: () => [0x0401, buffer(32)],
	},
	"Preference.set": { function: Preference.set, args: () => ["domain", "name", 5] },
	"Preference.get": { function: Preference.get, args: () => ["domain", "name"] },
	"Preference.delete": { function: Preference.delete, args: () => ["domain", "name"] },
	"Preference.keys": { function: Preference.keys, args: () => ["domain"] },
	"File.delete": { function: File.delete, args: () => ["/mod/name"] },
	"File.exists": { function: File.exists, args: () => ["/mod/name"] },
	"File.rename": { function: File.rename, args: () => ["/mod/name", "other"] },
	"Directory.create": { function: Directory.create, args: () => ["/mod/folder"] },
	"Directory.delete": { function: Directory.delete, args: () => ["/mod/folder"] },
	"Resource.exists": { function: Resource.exists, args: () => ["bytes.bin"] },
	"Timer.set": { function: Timer.set, args: () => [() => {}, 1, 1], end: Timer.clear },
	"Timer.repeat": { function: Timer.repeat, args: () => [() => {}, 1], end: Timer.clear },
	"Timer.schedule": { function: Timer.schedule, args: () => [timer(), 1, 0], end: clearTimers },
	"Timer.clear": { function: Timer.clear, args: () => [timer()], end: clearTimers },
	"Timer.delay": { function: Timer.delay, args: () => [0], spare: (_, value) => long(value) },
	"Time.set": { function: Time.set, args: () => [1.7e9] },
	"Time.delta": { function: Time.delta, args: () => [1, 2] },
	"Net.resolve": { function: Net.resolve, args: () => ["127.0.0.1", () => {}], spare: named },
	memory: { function: simulator.memory, args: () => [] },
	resetPeaks: { function: simulator.resetPeaks, args: () => [] },
	longestTurn: { function: simulator.longestTurn, args: () => [] },
	meter: { function: simulator.meter, args: () => [] },
	mark: { function: simulator.mark, args: () => ["name"] },
	collect: { function: simulator.collect, args: () => [] },
	// all others end the run, as they should
	exit: {
		function: simulator.exit,
		args: () => [],
		spare: (_, value) => typeof value !== "symbol" && typeof value !== "bigint",
	},
	setClock: { function: simulator.setClock, args: () => [1.7e9] },
	accelerators: { function: simulator.accelerators, args: () => [] },
	accelerate: { function: simulator.accelerate, args: () => ["late", "never", 5, 0] },
	failNative: { function: simulator.failNative, args: () => [0], end: () => simulator.failNative(0) },
	searchMemory: { function: simulator.searchMemory, args: () => [bytes("0123456789abcdef"), 7] },
	setChip: { function: simulator.setChip, args: () => [48], end: () => simulator.setChip(48) },
	environment: { function: simulator.environment, args: () => ["HOME"] },
};
