/*
	CompressedCertificate (RFC 8879): a Certificate of TLS 1.3 as zlib compresses it. Asked for if the application gives
	something that can decompress it.
*/

import { TLSError } from "../../errors";
import type { Config } from "../../config";
import { CertificateCompressionAlgorithm } from "../../wire/numbers";
import { expectBuffer, Purpose } from "../../wire/memory";
import type { Reader } from "../../wire/reader";

/**
 * Reads the message that `r` stands at and returns the body of the Certificate that it holds, which may be as long as
 * any message.
 */
export function readCompressedCertificate(r: Reader, { inflate, maxMessage }: Config): Uint8Array {
	const algorithm = r.u16();
	const length = r.u24();
	const start = r.skipVector(3, 1, 0xffffff),
		end = r.at;
	r.finish();
	if (algorithm !== CertificateCompressionAlgorithm.zlib)
		throw new TLSError(
			"illegal_parameter",
			`the server compressed its certificates with algorithm ${algorithm}, which was not offered`,
		);
	if (length > maxMessage)
		throw new TLSError(
			"message_too_long",
			`the server's certificates have ${length} bytes, expected ${maxMessage} at most: "maxMessage" sets how long they may be`,
		);
	expectBuffer(length, Purpose.certificates);
	const bytes = new Uint8Array(length);
	if (!inflate!(r.bytes, start, end, bytes))
		throw new TLSError(
			"bad_certificate",
			"the server's compressed certificates can't be decompressed to the length that it says",
		);
	return bytes;
}
