/*
	--pcap FILE: a capture in the pcapng format (draft-ietf-opsawg-pcapng). It has the TCP streams of a run and the
	secrets that decrypt them, so that Wireshark opens it without more. The simulator sees streams, not packets: the
	packets are made up, their bytes and times are not.
*/

import { connectionsOf, type TracedConnection, type TraceEvent } from "./events.js";

const enum Block {
	section = 0x0a0d0d0a,
	interface = 1,
	packet = 6,
	secrets = 10,
}

const enum TCPFlag {
	fin = 1,
	syn = 2,
	rst = 4,
	psh = 8,
	ack = 16,
}

/** LINKTYPE_RAW: packets begin with the IP header. */
const LINKTYPE_RAW = 101;

/** "TLSK": the secrets are a key log. */
const TLS_KEY_LOG = 0x544c534b;

/** Bytes of data in a packet. */
const MAX_SEGMENT = 1440;

/** Ports of the client: the first connection's, and then upwards. */
const FIRST_PORT = 49152;

function padded(bytes: Uint8Array): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

function block(type: number, ...parts: Uint8Array[]): Buffer {
	const body = padded(Buffer.concat(parts)),
		frame = Buffer.alloc(8),
		length = Buffer.alloc(4);
	frame.writeUInt32LE(type, 0);
	frame.writeUInt32LE(body.length + 12, 4);
	length.writeUInt32LE(body.length + 12);
	return Buffer.concat([frame, body, length]);
}

function u32(...values: number[]): Buffer {
	const bytes = Buffer.alloc(4 * values.length);
	values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, 4 * i));
	return bytes;
}

/** The checksum of IP and TCP (RFC 1071). */
function checksum(...parts: Uint8Array[]): number {
	const bytes = Buffer.concat(parts),
		even = bytes.length & 1 ? Buffer.concat([bytes, Buffer.alloc(1)]) : bytes;
	let sum = 0;
	for (let i = 0; i < even.length; i += 2) sum += even.readUInt16BE(i);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}

function ipv4(text: string): Buffer {
	return Buffer.from(text.split(".").map(Number));
}

function ipv6(text: string): Buffer {
	const [head = "", tail] = text.split("::");
	const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map(group => parseInt(group, 16)));
	const front = groups(head),
		back = tail === undefined ? [] : groups(tail);
	const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
	return Buffer.concat(all.map(group => Buffer.of(group >> 8, group & 0xff)));
}

/** One side of a connection. */
interface Side {
	readonly address: Buffer;
	readonly port: number;
	sequence: number;
}

function segment(from: Side, to: Side, flags: number, data: Uint8Array): Buffer {
	const tcp = Buffer.alloc(20),
		is6 = from.address.length === 16;
	tcp.writeUInt16BE(from.port, 0);
	tcp.writeUInt16BE(to.port, 2);
	tcp.writeUInt32BE(from.sequence >>> 0, 4);
	tcp.writeUInt32BE(flags & TCPFlag.ack ? to.sequence >>> 0 : 0, 8);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
	tcp.writeUInt16BE(5760, 14);
	const length = tcp.length + data.length;
	const pseudo = Buffer.concat([
		from.address,
		to.address,
		is6 ? Buffer.of(0, 0, length >> 8, length & 0xff, 0, 0, 0, 6) : Buffer.of(0, 6, length >> 8, length & 0xff),
	]);
	tcp.writeUInt16BE(checksum(pseudo, tcp, data), 16);
	from.sequence += data.length + (flags & (TCPFlag.syn | TCPFlag.fin) ? 1 : 0);
	if (is6) {
		const header = Buffer.from([0x60, 0, 0, 0, length >> 8, length & 0xff, 6, 64]);
		return Buffer.concat([header, from.address, to.address, tcp, data]);
	}
	const header = Buffer.concat([
		Buffer.from([0x45, 0, (20 + length) >> 8, (20 + length) & 0xff, 0, 0, 0x40, 0, 64, 6, 0, 0]),
		from.address,
		to.address,
	]);
	header.writeUInt16BE(checksum(header), 10);
	return Buffer.concat([header, tcp, data]);
}

interface Packet {
	readonly time: number;
	readonly bytes: Buffer;
}

/** The packets of one connection. */
class Packets {
	readonly packets: Packet[] = [];
	readonly #client: Side;
	readonly #server: Side;

	constructor({ number, address, port }: TracedConnection) {
		const is6 = address.includes(":");
		const isLocal = is6 ? address === "::1" : address.startsWith("127.");
		this.#client = {
			address: is6 ? ipv6(isLocal ? "::1" : "fd00::2") : ipv4(isLocal ? "127.0.0.1" : "10.0.0.2"),
			port: FIRST_PORT + number,
			sequence: 1000 * number,
		};
		this.#server = { address: is6 ? ipv6(address) : ipv4(address), port, sequence: 500_000 + 1000 * number };
	}

	#add(time: number, isClient: boolean, flags: number, data: Uint8Array = Buffer.alloc(0)): void {
		const [from, to] = isClient ? [this.#client, this.#server] : [this.#server, this.#client];
		this.packets.push({ time, bytes: segment(from, to, flags, data) });
	}

	event({ time, event, bytes = Buffer.alloc(0) }: TraceEvent): void {
		switch (event) {
			case "open":
				this.#add(time, true, TCPFlag.syn);
				break;
			case "connected":
				this.#add(time, false, TCPFlag.syn | TCPFlag.ack);
				this.#add(time, true, TCPFlag.ack);
				break;
			case "sent":
			case "received":
				for (let at = 0; at < bytes.length; at += MAX_SEGMENT)
					this.#add(time, event === "sent", TCPFlag.ack | TCPFlag.psh, bytes.subarray(at, at + MAX_SEGMENT));
				break;
			case "ended":
				this.#add(time, false, TCPFlag.fin | TCPFlag.ack);
				break;
			case "closed":
				this.#add(time, true, TCPFlag.fin | TCPFlag.ack);
				break;
			case "failed":
				this.#add(time, false, TCPFlag.rst | TCPFlag.ack);
				break;
		}
	}
}

/** A packet block: interface 0, the time in microseconds, both lengths, the bytes. */
function packetBlock({ time, bytes }: Packet, begin: number): Buffer {
	const micros = BigInt(Math.round((begin + time) * 1e6));
	return block(
		Block.packet,
		u32(0, Number(micros >> 32n), Number(micros & 0xffffffffn), bytes.length, bytes.length),
		bytes,
	);
}

/** The capture of a run that began at `begin`, in seconds since 1970; `keyLog` is the text of its key log. */
export function capture(events: readonly TraceEvent[], keyLog: string, begin: number): Buffer {
	const log = Buffer.from(keyLog);
	const packets = connectionsOf(events)
		.filter(connection => connection.address !== "")
		.flatMap(connection => {
			const own = new Packets(connection);
			for (const event of connection.events) own.event(event);
			return own.packets;
		})
		.sort((a, b) => a.time - b.time);
	return Buffer.concat([
		block(Block.section, u32(0x1a2b3c4d, 1), Buffer.alloc(8, 0xff)),
		block(Block.interface, u32(LINKTYPE_RAW, 0)),
		...(log.length ? [block(Block.secrets, u32(TLS_KEY_LOG, log.length), log)] : []),
		...packets.map(packet => packetBlock(packet, begin)),
	]);
}
