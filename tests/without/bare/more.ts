/*
	The option `certificate` as DER, by the environment: TRUST_DER is in hexadecimal. With TRUST_PEM it is that text.
	Found by client.ts.
*/

import { environment } from "simulator";

const text = environment("TRUST_DER") ?? "";
const certificate =
	environment("TRUST_PEM") ??
	Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));

(globalThis as { more?: object }).more = { certificate };
