/*
	Compressed certificates are asked for: found by client.ts.
*/

import { inflate } from "tls/inflate";

(globalThis as { more?: object }).more = { inflate };
