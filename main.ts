/*
	The demo: one HTTPS request. It prints the answer, what was negotiated, and how long each phase took. Where it goes and whom it trusts
	comes from the manifest's "config", or from the command line: url=https://host:port/path ca="-----BEGIN CERTIFICATE-----..."
	Without "ca" it trusts the root store in flash that "roots" names.
*/

import config from "mc/config";
import Net from "net";
import Resource from "Resource";
import TCP from "embedded:io/socket/tcp";
import { TLSClient } from "tls/client";
import type { HandshakeInfo } from "tls/client";
import type { TLSError } from "tls/errors";
import { groupName, phaseNames, schemeName, versionName } from "tls/names";
import { RootStore } from "tls/trust";

interface Target {
	readonly host: string;
	readonly port: number;
	readonly path: string;
}

function parseURL(url: string): Target {
	const scheme = "https://";
	if (!url.startsWith(scheme)) throw new Error(`"${url}" does not start with ${scheme}`);
	const slash = url.indexOf("/", scheme.length);
	const authority = slash < 0 ? url.slice(scheme.length) : url.slice(scheme.length, slash);
	const colon = authority.lastIndexOf(":");
	const hasPort = colon > authority.lastIndexOf("]");
	const host = hasPort ? authority.slice(0, colon) : authority;
	const port = hasPort ? Number(authority.slice(colon + 1)) : 443;
	if (!host || !(port > 0 && port < 65536)) throw new Error(`"${url}" has no host, or a port that is none`);
	return { host, port, path: slash < 0 ? "/" : url.slice(slash) };
}

/** The versions that "tls" allows: with the word "1.2" or "1.3" that one, else both. Other words are for modules/optional/legacy. */
function versions(tls: string): object {
	const words = tls.split(" ");
	return words.includes("1.2") ? { maxVersion: 0x0303 } : words.includes("1.3") ? { minVersion: 0x0304 } : {};
}

function printHandshake(info: HandshakeInfo): void {
	const group = info.group ? groupName(info.group) : "RSA key transport", signature = info.signature ? schemeName(info.signature) : "nothing signed";
	trace(`${versionName(info.version)}, ${info.suite}, ${group}, ${signature}`);
	trace(info.protocol === undefined ? "\n" : `, ${info.protocol}\n`);
	trace(`peer: ${info.peer.subject}\n`);
	let total = 0;
	phaseNames.forEach((name, i) => {
		const time = info.timing.phases[i]!;
		total += time;
		trace(`  ${name.padEnd(10)} ${String(time).padStart(6)} ms\n`);
	});
	trace(`  ${"total".padEnd(10)} ${String(total).padStart(6)} ms\n`);
}

/** What is read at a time: the answer may be larger than all of the memory. */
const PIECE = 256;

/** A piece may end inside a character, so what is not ASCII prints as a dot. */
function printASCII(bytes: Uint8Array, count: number): void {
	for (let i = 0; i < count; i++) if (bytes[i]! >= 0x80) bytes[i] = 0x2e;
	const buffer = bytes.buffer as ArrayBuffer;
	trace(String.fromArrayBuffer(count === bytes.length ? buffer : buffer.slice(0, count)));
}

/** Whom to trust, as options of `secure`. */
const trusted = config.ca ? { certificate: config.ca as string } : { roots: new RootStore(new Resource(config.roots)) };

function request({ host, port, path }: Target, address: string): void {
	let isSent = false;
	let received = 0;
	new TLSClient({
		host, address, port,
		TCP: { io: TCP },
		secure: { ...trusted, ...versions(config.tls), applicationLayerProtocolNegotiation: "http/1.1", onHandshake: printHandshake },
		onWritable(count: number) {
			const text = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: xs-tls\r\nconnection: close\r\n\r\n`;
			if (isSent || count < text.length) return;
			isSent = true;
			this.write(ArrayBuffer.fromString(text));
		},
		onReadable(count: number) {
			const piece = new Uint8Array(PIECE);
			received += count;
			for (let left = count; left > 0; left -= PIECE) printASCII(piece, this.read(piece) as number);
		},
		onError(error: TLSError) {
			if (error.code !== "closed") throw error;
			trace(`\n${received} bytes received\n`);
		},
	});
}

const target = parseURL(config.url);
trace(`https request to ${target.host} port ${target.port}, ${target.path}\n`);
Net.resolve(target.host, (name: string, address?: string) => {
	if (address === undefined) throw new Error(`the name ${name} has no address`);
	request(target, address);
});
