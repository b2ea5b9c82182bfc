/*
	How memory is asked for, before it is taken. XS ends the whole app if a chunk or a slot can't be had, and script
	can't catch that. So nothing whose length or number a peer decides is allocated before one of these has found room.
	What fails is one connection, with "out_of_memory".

	Each of them leaves a reserve, from which the error's words and the alert are made. Nothing here evaluates a string
	before memory is found missing: on a device each evaluation of a literal allocates.
*/

import { TLSError } from "../errors";
import { hasRoom, largestBuffer } from "tls/hardware/memory";

/** What memory is for, in the words of the error. */
export const enum Purpose {
	record,
	message,
	cookie,
	certificates,
	connection,
	handshake,
	output,
	data,
	response,
	request,
}

/** What stays free for a connection that fails: the error with its stack, its words, and the record with the alert. */
const enum Reserve {
	bytes = 512,
	slots = 60,
}

/**
 * What a buffer takes beside its bytes: the chunk's header, what it is rounded up to, and the objects that stand for
 * it.
 */
const enum Beside {
	bytes = 32,
	slots = 16,
}

/** What an error's words with a list of names take: the list, its text, and a sentence with that, twice. */
const enum List {
	bytes = 1024,
	bytesOfName = 192,
	slots = 64,
}

/** What a session takes beside its ticket, twice, with what makes it. */
const enum Session {
	bytes = 1024,
	slots = 96,
}

/** Bytes that are handed out at a time at least, if memory is short. */
const LEAST_PIECE = 64;

/** What parts of a connection take at most, as measured in the 32-bit build: room for it is asked for before each. */
export const enum Need {
	/**
	 * Options checked, and the objects of a connection with its TCP; and all bytes that its handshake takes. Slots are
	 * never given back to chunks. Connections that fill memory with slots would leave no room for any handshake, even
	 * when they are gone.
	 */
	connectionBytes = 4608,
	connectionSlots = 200,
	/** One step of the handshake, without what is as long as a peer wants it. */
	stepBytes = 736,
	stepSlots = 64,
	/** One step of the search for a path, which reads a certificate. */
	searchBytes = 384,
	searchSlots = 112,
	/** A list of where certificates are, which XS makes longer by copying it. */
	listBytes = 1536,
	listSlots = 16,
	/** A message after the handshake, with what reads it. */
	laterBytes = 512,
	laterSlots = 96,
	/** An HTTP client, or a request of one. */
	clientBytes = 1024,
	clientSlots = 128,
	/** A request of `fetch`, before its connection asks for itself. */
	requestBytes = 4096,
	requestSlots = 400,
	/** Its response, with the app's asynchronous function that goes on with it. */
	answerBytes = 768,
	answerSlots = 128,
	/** The asynchronous functions of a response that wait for its body, until the first of them asks for more. */
	waitBytes = 2560,
	waitSlots = 256,
	/** What goes on when the body is there: each of these functions in turn. */
	callBytes = 1024,
	callSlots = 128,
	/** A socket of TCP with what an HTTP client makes for it. */
	socketBytes = 512,
	socketSlots = 96,
}

function purposeName(purpose: Purpose): string {
	switch (purpose) {
		case Purpose.record:
			return "a record of the server";
		case Purpose.message:
			return "a handshake message of the server";
		case Purpose.cookie:
			return "a hello with the server's cookie";
		case Purpose.certificates:
			return "the server's decompressed certificates";
		case Purpose.connection:
			return "a connection";
		case Purpose.handshake:
			return "the next step of the handshake";
		case Purpose.output:
			return "a message to the server";
		case Purpose.data:
			return "what was received";
		case Purpose.response:
			return "the head of an HTTP response";
		case Purpose.request:
			return "an HTTP request";
	}
}

/** What to change. */
function remedy(purpose: Purpose): string {
	switch (purpose) {
		case Purpose.record:
			return '"recordSizeLimit" asks for smaller ones';
		default:
			return 'give XS more ("creation" in the manifest), or have fewer connections at once';
	}
}

/** Returns the error for `bytes` that are not to be had. */
export function outOfMemory(purpose: Purpose, bytes: number): TLSError {
	const free = Math.max(0, largestBuffer(bytes + Reserve.bytes) - Reserve.bytes);
	const how = free < bytes ? `${free} are free` : "there is room for too few objects";
	return new TLSError(
		"out_of_memory",
		`memory is full: ${purposeName(purpose)} needs ${bytes} bytes in one piece, ${how}; ${remedy(purpose)}`,
	);
}

/** True if a buffer of `length` bytes can be made. */
export function canMakeBuffer(length: number): boolean {
	return hasRoom(length + Beside.bytes + Reserve.bytes, Beside.slots + Reserve.slots);
}

/** True if a ticket of `length` bytes can be kept, and the session be made of it. */
export function canKeepTicket(length: number): boolean {
	return hasRoom(2 * length + Session.bytes + Reserve.bytes, Session.slots + Reserve.slots);
}

/** True if there is room for the words of an error that lists `count` names. What is shorter has the reserve. */
export function canList(count: number): boolean {
	return hasRoom(List.bytes + List.bytesOfName * count + Reserve.bytes, List.slots + Reserve.slots);
}

/** Throws "out_of_memory" unless a buffer of `length` bytes can be made. */
export function expectBuffer(length: number, purpose: Purpose): void {
	if (!canMakeBuffer(length)) throw outOfMemory(purpose, length);
}

/** True if there is room for what takes `bytes` in chunks and `slots` slots. */
export function canHave(bytes: number, slots: number): boolean {
	return hasRoom(bytes + Reserve.bytes, slots + Reserve.slots);
}

/** Throws "out_of_memory" unless there is room for what takes `bytes` in chunks and `slots` slots. */
export function expectRoom(bytes: number, slots: number, purpose: Purpose): void {
	if (!canHave(bytes, slots)) throw outOfMemory(purpose, bytes);
}

/**
 * Returns the bytes of the largest buffer that leaves the reserve, at most `wanted`. 64 at least, as each costs a
 * collection of garbage if memory is short. 0 if there is no room for that; then `expectBuffer` throws for so many,
 * too.
 */
export function roomForBuffer(wanted: number): number {
	// asked first, as it collects garbage where memory is short, and the next question need not
	const fits = largestBuffer(wanted + Beside.bytes + Reserve.bytes) - Beside.bytes - Reserve.bytes;
	if ((fits >= wanted || wanted <= LEAST_PIECE) && canMakeBuffer(wanted)) return wanted;
	const least = fits < LEAST_PIECE ? LEAST_PIECE : fits;
	return least < wanted && canMakeBuffer(least) ? least : 0;
}
