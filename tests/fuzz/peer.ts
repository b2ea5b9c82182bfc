/*
	What both versions' servers in the fuzzer have in common. Messages and records pass through the plan's hands before
	they are protected: a changed message is as well protected as a right one. A server is consistent with what it
	really says: transcript, signatures and Finished are made over the changed messages.
*/

import { join, type Numbers } from "test/harness";
import type { RecordCipher } from "tls/hardware/aead";
import { Hash } from "tls/hardware/hash";
import { chance, edgeLength, mutateBytes, mutateFields, pick } from "./mutate";
import { message, plainRecord, sameBytes, sealRecord, Type, unaskedRecord } from "./wire";

/** Where a change is made: to a message, to a record before it is protected, or to bytes on the wire. */
export type Level = "message" | "record" | "wire";

export interface Damage {
	readonly level: Level;
	/** Which one of that level, counted from 0. */
	readonly at: number;
}

/** Messages that prove who the server is: once computed, a changed one may never be accepted. */
const proofs: readonly string[] = ["CertificateVerify", "ServerKeyExchange", "ServerKeyExchangeDHE", "Finished"];

/** Records of a flight at most. */
const MAX_RECORDS = 3000;

const none = new Uint8Array(0);

export abstract class Peer {
	protected readonly n: Numbers;
	private readonly damages: readonly Damage[];
	/** What goes to the client, record by record. */
	out: Uint8Array[] = [];
	/** Changes that were made. */
	applied = 0;
	/** What was changed, for people. */
	readonly story: string[] = [];
	/** True where a proof of the server's identity was changed after it was made. */
	isForged = false;
	/** The message that says whether early data is taken was changed: each side may think of that what it likes. */
	isUnclear = false;
	/** The client's Finished came and was right. */
	isConfirmed = false;
	/** Types of the handshake messages sent, up to the first Finished. */
	readonly types: number[] = [];
	/** Application data sent, in the order of its records. */
	sent: Uint8Array[] = [];
	/** Application data received. */
	received = 0;
	/** Alerts of the client's, level and description. */
	readonly alerts: [number, number][] = [];
	/** True where a record of the client's could not be read: the keys differ. */
	isLost = false;
	/** The transport ends after what is in `out`. */
	isCut = false;
	protected transcript: Hash;
	protected reading: RecordCipher | undefined;
	protected writing: RecordCipher | undefined;
	protected readonly algorithm: number;
	private pending: Uint8Array[] = [];
	private delayed: Uint8Array | undefined;
	private delayedRecord: Uint8Array | undefined;
	private messages = 0;
	private records = 0;
	private held: Uint8Array = none;
	private messageHeld: Uint8Array = none;
	/** Bytes of handshake in a record. */
	private readonly fragment: number;

	constructor(n: Numbers, damages: readonly Damage[], algorithm: number, fragment: number) {
		this.n = n;
		this.damages = damages;
		this.algorithm = algorithm;
		this.transcript = new Hash(algorithm);
		this.fragment = fragment;
	}

	/** Bytes from the client. */
	receive(bytes: Uint8Array): void {
		this.held = join(this.held, bytes);
		while (this.held.length >= 5) {
			const length = 5 + ((this.held[3]! << 8) | this.held[4]!);
			if (this.held.length < length) return;
			const record = this.held.slice(0, length);
			this.held = this.held.slice(length);
			this.receiveRecord(record);
		}
	}

	close(): void {
		this.transcript.close();
		this.reading?.close();
		this.writing?.close();
	}

	/** True where the server's own certificate is not the first one in the message any more. */
	protected abstract loses(name: string, message: Uint8Array): boolean;
	protected abstract receiveMessage(type: number, message: Uint8Array): void;
	/** TLS 1.2's ChangeCipherSpec. */
	protected abstract receiveChange(): void;
	/** True where a record that can't be read is passed over: early data that is refused. */
	protected abstract get skipsUnreadable(): boolean;

	private receiveRecord(record: Uint8Array): void {
		let type = record[0]!;
		let start = 5,
			end = record.length;
		const cipher = this.reading;
		if (type === Type.change_cipher_spec) return this.receiveChange();
		if (cipher && (!cipher.hidesType || type === Type.application_data)) {
			const text = cipher.open(record, 0, record.length);
			if (text < 0) {
				if (!this.skipsUnreadable) this.isLost = true;
				return;
			}
			start = 5 + cipher.explicit;
			end = text;
			if (cipher.hidesType) {
				while (end > start && record[end - 1] === 0) end--;
				type = record[--end]!;
			}
		}
		if (type === Type.alert) this.alerts.push([record[start]!, record[start + 1]!]);
		else if (type === Type.application_data) this.received += end - start;
		else if (type === Type.handshake) this.receiveHandshake(record.subarray(start, end));
	}

	private receiveHandshake(bytes: Uint8Array): void {
		this.messageHeld = join(this.messageHeld, bytes);
		while (this.messageHeld.length >= 4) {
			const held = this.messageHeld;
			const length = 4 + ((held[1]! << 16) | (held[2]! << 8) | held[3]!);
			if (held.length < length) return;
			this.messageHeld = held.slice(length);
			this.receiveMessage(held[0]!, held.slice(0, length));
		}
	}

	protected add(bytes: Uint8Array): void {
		this.transcript.update(bytes, 0, bytes.length);
	}

	/** The hash of all messages so far. */
	protected digest(length: number): Uint8Array {
		const digest = new Uint8Array(length);
		this.transcript.peek(digest, 0);
		return digest;
	}

	/** Sends a message, or what the plan makes of it. */
	protected say(name: string, bytes: Uint8Array): void {
		const at = this.messages++;
		let list = [bytes];
		for (const damage of this.damages)
			if (damage.level === "message" && damage.at === at) list = this.changeMessage(name, list);
		if (this.delayed && !list.includes(this.delayed)) {
			list.push(this.delayed);
			this.delayed = undefined;
		}
		for (const one of list) this.put(one);
	}

	/** Puts a message on the transcript and among those that go out next. */
	private put(bytes: Uint8Array): void {
		// after Finished nothing belongs to the handshake, and a HelloRequest never does
		if (this.types[this.types.length - 1] !== 20 && bytes.length && bytes[0] !== 0) {
			this.types.push(bytes[0]!);
			this.add(bytes);
		}
		this.pending.push(bytes);
	}

	private note(what: string): void {
		this.applied++;
		this.story.push(what);
	}

	private changeMessage(name: string, list: Uint8Array[]): Uint8Array[] {
		const n = this.n;
		const bytes = list[list.length - 1]!;
		if (!bytes) return list;
		const kind = n.below(16);
		const isProof = proofs.includes(name);
		switch (kind) {
			case 0:
				this.note(`${name} left out`);
				return list.slice(0, -1);
			case 1:
				this.note(`${name} twice`);
				return [...list, bytes];
			case 2:
				this.note(`${name} later`);
				this.delayed = bytes;
				return list.slice(0, -1);
			case 3: {
				const other = pick(n, [0, 1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24, 25, 31, 32, 254, 255]);
				const body = chance(n, 2) ? bytes.slice(4) : n.bytes(n.below(12));
				this.note(`message ${other} before ${name}`);
				return [...list.slice(0, -1), message(other, body), bytes];
			}
			case 4: {
				const changed = bytes.slice();
				const length = edgeLength(n, 3, bytes.length - 4);
				changed.set([length >> 16, length >> 8, length], 1);
				return this.changed(name, list, bytes, changed, isProof, `with length ${length}`);
			}
			case 5: {
				const changed = bytes.slice();
				changed[0] = pick(n, [0, 1, 2, 3, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24, 25, 254]);
				return this.changed(name, list, bytes, changed, isProof, `of type ${changed[0]}`);
			}
			case 6: {
				const count = pick(n, [2, 9, 40, 100]);
				this.note(`${name} ${count} times more`);
				const more = [...list];
				for (let i = 0; i < count; i++) more.push(bytes);
				return more;
			}
			case 7:
			case 8:
				return this.changed(
					name,
					list,
					bytes,
					message(bytes[0]!, mutateBytes(n, bytes.slice(4))),
					isProof,
					"with other bytes",
				);
			default:
				return this.changed(
					name,
					list,
					bytes,
					message(bytes[0]!, mutateFields(n, name, bytes.slice(4))),
					isProof,
					"with other fields",
				);
		}
	}

	private changed(
		name: string,
		list: Uint8Array[],
		before: Uint8Array,
		after: Uint8Array,
		isProof: boolean,
		how: string,
	): Uint8Array[] {
		if (sameBytes(before, after)) return list;
		this.note(`${name} ${how}`);
		if (isProof || this.loses(name, after)) this.isForged = true;
		if (name === "EncryptedExtensions") this.isUnclear = true;
		return [...list.slice(0, -1), after];
	}

	/** Sends the messages that wait, in records. */
	protected flush(): void {
		const all = join(...this.pending);
		this.pending = [];
		const fragment = Math.max(this.fragment, Math.ceil(all.length / MAX_RECORDS));
		for (let at = 0; at < all.length; at += fragment)
			this.record(Type.handshake, all.subarray(at, Math.min(all.length, at + fragment)));
	}

	/** Sends a record, or what the plan makes of it. */
	protected record(type: number, content: Uint8Array): void {
		const at = this.records++;
		let isChanged = false;
		for (const damage of this.damages) {
			if (damage.level !== "record" || damage.at !== at || isChanged) continue;
			isChanged = true;
			this.changeRecord(type, content);
		}
		if (!isChanged) this.seal(type, content, 0);
		for (const damage of this.damages)
			if (damage.level === "wire" && damage.at === at && this.out.length) this.changeWire();
		if (this.delayedRecord && !isChanged) {
			this.out.push(this.delayedRecord);
			this.delayedRecord = undefined;
		}
	}

	private seal(type: number, content: Uint8Array, padding: number): void {
		if (type === Type.application_data && this.writing) this.sent.push(content.slice());
		this.out.push(sealRecord(this.writing, type, content, padding));
	}

	private changeRecord(type: number, content: Uint8Array): void {
		const n = this.n;
		switch (n.below(12)) {
			case 0: {
				const other = pick(n, [0, 19, 20, 21, 22, 23, 24, 255]);
				this.note(`a record of type ${other} in place of ${type}`);
				return this.seal(other, content, 0);
			}
			case 1:
				this.note("a record's content twice");
				this.seal(type, content, 0);
				return this.seal(type, content, 0);
			case 2:
				this.note("a record left out");
				return;
			case 3:
			case 4:
			case 5:
				this.insertRecords();
				return this.seal(type, content, 0);
			case 6: {
				const padding = pick(n, [
					1,
					255,
					256,
					1000,
					16383 - content.length,
					16384 - content.length,
					16385 - content.length,
					16640,
				]);
				this.note(`${padding} bytes of padding`);
				return this.seal(type, content, Math.max(0, padding));
			}
			case 7: {
				const length = pick(n, [0, 16383, 16384, 16385, 16640, 17000, 18432, 18433]);
				const grown = new Uint8Array(length);
				grown.set(content.subarray(0, Math.min(length, content.length)));
				this.note(`a record of ${length} bytes`);
				return this.seal(type, grown, 0);
			}
			case 8:
				this.note("a record in pieces");
				for (let i = 0; i < content.length && i < 300; i++)
					this.seal(type, content.subarray(i, i === 299 ? content.length : i + 1), 0);
				return;
			case 9:
				this.note("a record in the clear");
				this.out.push(plainRecord(type, content));
				return;
			case 10:
				this.note("a record cut short");
				return this.seal(type, content.subarray(0, n.below(content.length + 1)), 0);
			default:
				this.note("a record with other bytes");
				return this.seal(type, mutateBytes(n, content.slice()), 0);
		}
	}

	/** Records that nobody asked for, up to 80. */
	private insertRecords(): void {
		const n = this.n;
		const [type, content] = unaskedRecord(n);
		const count = pick(n, [1, 1, 2, 10, 33, 80]);
		const isPlain = chance(n, 5);
		this.note(`${count} records of type ${type} with ${content.length} bytes${isPlain ? " in the clear" : ""}`);
		for (let i = 0; i < count; i++) {
			if (isPlain) this.out.push(plainRecord(type, content));
			else this.seal(type, content, 0);
		}
	}

	/** Changes the last record as the wire has it. */
	private changeWire(): void {
		const n = this.n;
		const record = this.out.pop()!;
		switch (n.below(9)) {
			case 0: {
				const length = edgeLength(n, 2, record.length - 5);
				record.set([length >> 8, length], 3);
				this.note(`a record that says ${length} bytes`);
				break;
			}
			case 1:
				record[0] = pick(n, [0, 19, 20, 21, 22, 23, 24, 255, 128]);
				this.note(`a record that says type ${record[0]}`);
				break;
			case 2:
				record[1 + n.below(2)] = pick(n, [0, 1, 2, 3, 4, 255]);
				this.note("a record of another version");
				break;
			case 3:
				this.note("a record twice on the wire");
				this.out.push(record);
				break;
			case 4:
				this.note("a record later");
				this.delayedRecord = record;
				return;
			case 5:
				this.note("the connection is cut");
				this.isCut = true;
				this.out.push(record.subarray(0, n.below(record.length)));
				return;
			default:
				this.note("other bytes on the wire");
				this.out.push(mutateBytes(n, record));
				return;
		}
		this.out.push(record);
	}
}
