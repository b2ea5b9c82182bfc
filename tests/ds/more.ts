/*
	The option `sign`, by the environment. DS_PARAMETERS are the key's, in hexadecimal; DS_BLOCK is the eFuse key block.
	DS_FAULT is JSON of what happens to an accelerator. DS_SHORTER takes the parameters' last bytes away after they were
	checked. Found by client.ts.
*/

import { accelerate, environment } from "simulator";
import { dsSigner } from "tls/ds";

const text = environment("DS_PARAMETERS")!;
const bytes = Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
const parameters = new ArrayBuffer(bytes.length, { maxByteLength: bytes.length } as object) as ArrayBuffer & {
	resize(length: number): void;
};
new Uint8Array(parameters).set(bytes);
const sign = dsSigner(parameters, Number(environment("DS_BLOCK")));
if (environment("DS_SHORTER")) parameters.resize(bytes.length - Number(environment("DS_SHORTER")));
const fault = environment("DS_FAULT");
if (fault) accelerate(...(JSON.parse(fault) as Parameters<typeof accelerate>));

(globalThis as { more?: object }).more = { sign };
