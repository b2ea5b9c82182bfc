/*
	Where sessions are kept in the simulator, which has no deep sleep: in RAM.
*/

import type { SessionStorage } from "tls/sessions";

const values = new Map<string, ArrayBuffer>();

export const storage: SessionStorage = {
	get(key) {
		return values.get(key);
	},
	set(key, value) {
		values.set(key, value.slice(0));
	},
	delete(key) {
		values.delete(key);
	},
};
