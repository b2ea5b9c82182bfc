import { describe, test } from "node:test";
import { startOpenSSL } from "./servers.js";
import { identityOf, missing, request, withServer } from "./requests.js";

describe("old suites with OpenSSL", { skip: missing("openssl", "apt-get install openssl") }, () => {
	for (const [cipher, type] of [
		["ECDHE-ECDSA-AES128-SHA", "p256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"], ["ECDHE-ECDSA-AES256-SHA", "p256", ""], ["ECDHE-ECDSA-AES128-SHA256", "p256", ""], ["ECDHE-ECDSA-AES256-SHA384", "p256", ""],
		["ECDHE-RSA-AES128-SHA", "rsa2048", ""], ["ECDHE-RSA-AES256-SHA384", "rsa2048", ""],
		["AES128-GCM-SHA256", "rsa2048", ""], ["AES256-GCM-SHA384", "rsa2048", ""],["AES128-SHA", "rsa2048", ""], ["AES256-SHA256", "rsa2048", ""],
	] as const) for (const tls of ["cbc rsa"]) for (const etm of [[], ["-no_etm"]])
	for (const variant of ["native", "m32"])
		test(`${cipher} ${etm} ${variant}`, () => withServer(startOpenSSL(identityOf(type), "-tls1_2", "-cipher", cipher, ...etm), async server => {
			const { negotiated } = await request(server, identityOf(type), { tls, variant });
			console.log(JSON.stringify(negotiated));
		}));
});
