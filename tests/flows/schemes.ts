/*
	A signature that holds, in a scheme that was not offered (RFC 8446 section 4.4.3): the recorded server of RFC 8448
	section 3 signs with rsa_pss_rsae_sha256.
*/

import { equal, ok, test } from "test/harness";
import { feed, start } from "./replay";
import { serverFlightRecord, serverHelloRecord, simple } from "./rfc8448-records";
import { SignatureScheme } from "tls/wire/numbers";

const others = [
	SignatureScheme.ecdsa_secp256r1_sha256,
	SignatureScheme.ecdsa_secp384r1_sha384,
	SignatureScheme.rsa_pss_rsae_sha384,
	SignatureScheme.rsa_pss_rsae_sha512,
	SignatureScheme.rsa_pkcs1_sha256,
	SignatureScheme.rsa_pkcs1_sha384,
	SignatureScheme.rsa_pkcs1_sha512,
];

/** The handshake with these schemes offered, up to the server's Finished. */
function answered(signatureSchemes: readonly number[]): ReturnType<typeof start> {
	const replay = start(simple, { signatureSchemes });
	feed(replay, serverHelloRecord, 100000);
	feed(replay, serverFlightRecord, 100000);
	return replay;
}

test("a right signature in the only scheme that was offered is taken", () => {
	const { collector } = answered([SignatureScheme.rsa_pss_rsae_sha256]);
	equal(collector.error, undefined);
	equal(collector.info?.signature, SignatureScheme.rsa_pss_rsae_sha256);
});

test("the same signature is refused where all schemes but this were offered", () => {
	const { connection, collector } = answered(others);
	equal(collector.error?.code, "illegal_parameter");
	ok(collector.error!.message.includes("rsa_pss_rsae_sha256, which was not offered"), collector.error!.message);
	equal(collector.info, undefined);
	ok(!connection.isOpen);
});
