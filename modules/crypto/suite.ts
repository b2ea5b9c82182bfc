/*
	What a cipher suite stands for (RFC 8446 appendix B.4). The type alone: the tables are suites.ts and suites12.ts.
*/

import type { AEADAlgorithm } from "tls/hardware/aead";
import type { HashAlgorithm } from "tls/hardware/hash";
import type { CipherSuite, OldExchange, Signer } from "../wire/numbers";

export interface Suite {
	readonly id: CipherSuite;
	/** As IANA registers it. */
	readonly name: string;
	readonly signer: Signer;
	/** Only the suites of legacy/ have these two: another key exchange than ECDHE, and a block cipher's MAC. */
	readonly exchange?: OldExchange | undefined;
	readonly mac?: HashAlgorithm;
	readonly aead: AEADAlgorithm;
	/** Bytes of the key. */
	readonly keyLength: number;
	/** Hash of the transcript and of the key schedule or PRF. */
	readonly hash: HashAlgorithm;
	/** Bytes of its digest. */
	readonly hashLength: number;
	/** Records after which the keys must have been replaced (RFC 8446 section 5.5; for CCM RFC 9147 section 4.5.3). */
	readonly recordLimit: number;
}
