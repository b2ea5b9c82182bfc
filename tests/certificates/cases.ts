/* What the tests under Node give those inside XS, as JSON. */

/** A chain and its outcome. */
export interface ChainCase {
	readonly name: string;
	/** Base64, the server's certificate first. */
	readonly chain: readonly string[];
	/** Left out where pins stand in for roots. */
	readonly trusted?: readonly string[];
	/** SHA-256 of keys. */
	readonly pins?: readonly string[];
	readonly host: string;
	readonly seconds: number;
	/** TLSError's code; "" for a chain to be accepted. */
	readonly code: string;
	/** What the message must say, as a regular expression. */
	readonly says: string;
	/** A stapled status in base64, and whether one must be there. */
	readonly staple?: string;
	readonly requiresStatus?: boolean;
	/** Seconds by which the clock may be late. */
	readonly clockTolerance?: number;
	/** Until when it holds, in seconds since 1970, where the test says. */
	readonly until?: number;
}
