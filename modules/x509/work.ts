/*
	The budget of a search (path.ts), in steps of XS's meter, as measured for the worst that a peer can send
	(tests/certificates/work.ts).
*/

export const enum Work {
	/** Steps after which the event loop gets its turn. */
	turn = 10000,
	/** Steps of a whole search, after which it is given up. */
	most = 3300000,
	/** A certificate that is read. */
	certificate = 5000,
	/** An error that says why a certificate is refused. */
	refusal = 4000,
	/** A certificate whose subject is not the name that is looked for. */
	candidate = 120,
	/** Looking for it among the certificates of the path, for each of them. */
	entry = 24,
	/** Looking for a root. */
	root = 700,
	/** A piece of names that C compares with name constraints, which takes no longer than this many steps of script. */
	names = 30000,
	/** The policies of a certificate. */
	policies = 10000,
	/** A signature. */
	signature = 30000,
}
