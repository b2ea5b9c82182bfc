/// <reference path="../native.d.ts" />
/*
	Decompresses zlib's format, RFC 1950 (zlib_stream.c), for the option of the same name, and gzip. An app that wants
	compressed certificates includes this folder's manifest. On a device the code is in the chip's ROM and takes 11 KB
	while it runs; on a desktop it is zlib.
*/

import type { Bytes } from "../native";

/**
 * Decompresses all of `from[start..end)` into all of `to`. False if the stream is malformed, or not exactly as long as
 * `to`: nothing is written beyond it. Throws if memory is missing.
 */
export function inflate(this: void, from: Bytes, start: number, end: number, to: Bytes): boolean {
	return native("xs_inflate").call(this, from, start, end, to);
}

/**
 * The same for gzip (RFC 1952), as HTTP servers send it: header, checksum and length are checked, too. For `fetch`
 * (tls/fetch).
 */
export function gunzip(this: void, from: Bytes, start: number, end: number, to: Bytes): boolean {
	return native("xs_gunzip").call(this, from, start, end, to);
}
