/*
	The outer form of an OCSP response (RFC 6960 section 4.2.1): OCSPResponse, BasicOCSPResponse and ResponseData, as
	offsets. The statuses in it are read by ocsp.ts. Nothing is verified here.
*/

import { TLSError } from "../errors";
import { readSignatureAlgorithm } from "./algorithms";
import { DER, Part, Tag, sameBytes } from "../wire/der";

/** Whom errors name. */
export const STAPLED_STATUS = "the stapled certificate status";

/** ResponderID: a Name, or the SHA-1 of a key. */
export const RESPONDER_NAME = Tag.explicit | 1;
const RESPONDER_KEY = Tag.explicit | 2;

/** Most extensions in one list. */
const MAX_EXTENSIONS = 16;

/** 1.3.6.1.5.5.7.48.1.1, id-pkix-ocsp-basic */
const BASIC = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01);

/** Throws "bad_staple". */
export function refuseStaple(words: string): never {
	throw new TLSError("bad_staple", `${STAPLED_STATUS} ${words}`);
}

export class OCSPResponse {
	readonly bytes: Uint8Array;
	/** The statuses that have not been read; `listAt` is 0 when all have. */
	listAt = 0;
	listEnd = 0;
	/** ResponseData, and its signature. */
	tbsStart = 0;
	tbsEnd = 0;
	signedWith = 0;
	signatureStart = 0;
	signatureEnd = 0;
	/** ResponderID: its tag, and the name's DER or the hash of the key. */
	responderTag = 0;
	responderStart = 0;
	responderEnd = 0;
	/** Certificates of responders. */
	certificatesStart = 0;
	certificatesEnd = 0;

	/** Reads `bytes[start..end)`. */
	constructor(bytes: Uint8Array, start: number, end: number) {
		this.bytes = bytes;
		const der = new DER(bytes, start, end, STAPLED_STATUS);
		der.take(Tag.sequence, Part.response);
		if (der.hasMore) der.fail("has bytes after its end");
		der.enter();
		der.take(Tag.enumerated, Part.responseStatus);
		if (der.end - der.start !== 1 || bytes[der.start]) refuseStaple("only says that the responder could not answer");
		der.takeOnly(Tag.explicit, Part.response);
		der.takeOnly(Tag.sequence, Part.response);
		der.take(Tag.objectIdentifier, Part.responseKind);
		if (!sameBytes(bytes, der.start, der.end, BASIC, 0, BASIC.length)) refuseStaple("is of an unknown kind");
		der.takeOnly(Tag.octetString, Part.response);
		der.takeOnly(Tag.sequence, Part.response);
		this.#readBasic(der);
	}

	#readBasic(der: DER): void {
		this.tbsStart = der.at;
		der.take(Tag.sequence, Part.responseData);
		this.tbsEnd = der.at;
		const data = der.enter();
		this.#readData(der);
		der.leave(data);
		this.signedWith = readSignatureAlgorithm(der);
		der.takeBitString();
		this.signatureStart = der.start;
		this.signatureEnd = der.end;
		if (!der.hasMore) return;
		der.takeOnly(Tag.explicit, Part.certificates);
		der.take(Tag.sequence, Part.certificates);
		der.expectEnd();
		this.certificatesStart = der.start;
		this.certificatesEnd = der.end;
	}

	/** Version 1 is the default. Spelled out it is not DER, but means the same. */
	#skipVersion(der: DER): void {
		if (!der.nextIs(Tag.explicit)) return;
		der.takeAny();
		const outer = der.enter();
		if (der.takeSmallInteger(Part.version) !== 0) refuseStaple("is of an unknown version");
		der.leave(outer);
	}

	/** Reads ResponseData. */
	#readData(der: DER): void {
		this.#skipVersion(der);
		der.takeAny();
		this.responderTag = der.tag;
		if (der.tag === RESPONDER_KEY) {
			const outer = der.enter();
			der.take(Tag.octetString, Part.responderKey);
			der.leave(outer);
		} else if (der.tag !== RESPONDER_NAME) refuseStaple("does not say who gives it");
		this.responderStart = der.start;
		this.responderEnd = der.end;
		der.takeTime(); // producedAt: thisUpdate counts
		der.take(Tag.sequence, Part.statuses);
		if (der.start === der.end) refuseStaple("is not about the server's certificate");
		this.listAt = der.start;
		this.listEnd = der.end;
		if (der.nextIs(Tag.explicit | 1)) skipExtensions(der);
	}
}

/** Takes Extensions in their tag, and returns their number. A critical one is refused: none is known. */
export function skipExtensions(der: DER): number {
	der.takeAny();
	const outer = der.enter();
	der.take(Tag.sequence, Part.extensions);
	const list = der.enter();
	let count = 0;
	for (; der.hasMore; count++) {
		if (count === MAX_EXTENSIONS) der.fail(`has more than ${MAX_EXTENSIONS} extensions in one list`);
		der.take(Tag.sequence, Part.extension);
		const inner = der.enter();
		der.take(Tag.objectIdentifier, Part.extension);
		if (der.nextIs(Tag.boolean) && der.takeBoolean()) refuseStaple("has an unsupported critical extension");
		der.take(Tag.octetString, Part.extensionValue);
		der.leave(inner);
	}
	der.leave(list);
	der.leave(outer);
	return count;
}
