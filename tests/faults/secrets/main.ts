/*
	The device that looks for the secrets of its own connections: the server tells them, each byte XORed with MASK, once
	the connection is open. Memory is searched then, and again when the connection is closed. No buffer of this app has
	a secret in the clear for longer than the call that takes it. So config.psk, config.session and config.key are
	masked, too.
*/

import config from "mc/config";
import { keepFreed, searchMemory } from "simulator";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { TLSClient } from "tls/client";
import type { HandshakeInfo } from "tls/client";
import type { Options } from "tls/options";

const MASK = 0x5a;

/** Where a secret was found, by the name of the place; without places where it was not. */
type Places = Record<string, number>;

interface Result {
	code: string;
	message: string;
	resumed?: boolean;
	/** By secret: while the connection is open, and after it was closed. */
	open: Record<string, Places>;
	closed: Record<string, Places>;
}

function hexBytes(hex: string): Uint8Array {
	return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function toggle(bytes: Uint8Array): Uint8Array {
	for (let i = 0; i < bytes.length; i++) bytes[i]! ^= MASK;
	return bytes;
}

function search(secrets: Map<string, Uint8Array>): Record<string, Places> {
	const results: Record<string, Places> = {};
	for (const [name, masked] of secrets) {
		const places: Places = {};
		const found = searchMemory(masked, MASK) as unknown as Places;
		for (const place of Object.keys(found)) if (place !== "total" && found[place]) places[place] = found[place]!;
		results[name] = places;
	}
	return results;
}

/** Secrets that the app itself gave, and the session that the connection before gave: all masked. */
const given = new Map<string, Uint8Array>();
let session: Uint8Array | undefined;

keepFreed();

function connect(done: (result: Result) => void): void {
	const result: Result = { code: "", message: "", open: {}, closed: {} };
	const secrets = new Map(given);
	let text = "";
	const owned: Uint8Array[] = [];
	const own = (bytes: Uint8Array): Uint8Array => {
		owned.push(bytes);
		return bytes;
	};
	const finish = (): void => {
		result.closed = search(secrets);
		done(result);
	};
	const secure: Options & { onHandshake(info: HandshakeInfo): void } = {
		...(config.ca ? { certificate: config.ca as string } : undefined),
		...(JSON.parse(config.secure as string) as object),
		...(config.sessions === undefined
			? undefined
			: {
					onSession(made: ArrayBuffer) {
						session = toggle(new Uint8Array(made));
					},
				}),
		onHandshake({ resumed }) {
			result.resumed = resumed;
			// the first connection is closed before its session is handed on
			if (config.isHasty && left > 1) {
				client.close();
				Timer.set(finish);
			}
		},
	};
	if (session) {
		secure.session = own(toggle(session));
		session = undefined;
	}
	if (config.psk) {
		const masked = hexBytes(config.psk as string);
		secrets.set("psk", masked);
		secure.psk = { identity: "device", key: own(toggle(masked.slice())), maxEarlyData: 100 };
	}
	const identity = { clientCertificates: config.chain as string, clientKey: config.key as string };
	// the base64 of PEM does not have the key's bytes
	if (config.key) secrets.set("private key", hexBytes(config.scalar as string));
	if (config.otherKey) {
		const other = { clientCertificates: config.otherChain as string, clientKey: config.otherKey as string };
		secrets.set("other private key", hexBytes(config.otherScalar as string));
		secure.clientIdentities = [identity, other];
	} else if (config.key) Object.assign(secure, identity);
	if (config.early) secure.earlyData = ArrayBuffer.fromString("early");
	const client = new TLSClient({
		// nobody listens at the port of noTCP
		host: "localhost",
		address: "127.0.0.1",
		port: config.noTCP ? 1 : Number(config.port),
		TCP: { io: TCP },
		secure,
		onReadable(count: number) {
			text += String.fromArrayBuffer(client.read(count) as ArrayBuffer);
			if (!text.endsWith("\n")) return;
			const told = JSON.parse(text) as Record<string, string>;
			for (const name of Object.keys(told)) secrets.set(name, hexBytes(told[name]!));
			Timer.set(() => {
				// what is exported is the application's own
				if (config.exports) {
					const exported = toggle(new Uint8Array(client.exportKeyingMaterial("EXPORTER-test", 80)));
					secrets.set("start of what is exported", exported.slice(0, 16));
					secrets.set("end of what is exported", exported.slice(64));
				}
				result.open = search(secrets);
				client.close();
				Timer.set(finish);
			});
		},
		onError({ code, message }) {
			result.code = code;
			result.message = message;
			Timer.set(finish);
		},
	});
	// what the application gave is its own: it wipes that
	for (const bytes of owned) bytes.fill(0);
}

let left = Number(config.runs);
function next(): void {
	connect(result => {
		trace(`${JSON.stringify(result)}\n`);
		if (--left > 0) Timer.set(next);
	});
}
next();
