/*
	Where sessions are kept on a device: the SDK's Preference, in the NVS of the ESP32. Its values have 4000 bytes at
	most.
*/

import Preference from "preference";
import type { SessionStorage } from "tls/sessions";

const DOMAIN = "tls";

export const storage: SessionStorage = {
	get(key) {
		return Preference.get(DOMAIN, key) as ArrayBuffer | undefined;
	},
	set(key, value) {
		Preference.set(DOMAIN, key, value);
	},
	delete(key) {
		Preference.delete(DOMAIN, key);
	},
};
