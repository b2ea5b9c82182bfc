/// <reference path="./native.d.ts" />
/*
	"preference": the SDK's Preference, whose values outlive a restart where the simulator is given --files; see
	xs/preferences.c.
*/

class Preference {
	/**
	 * A domain and a name have 1 to 15 bytes; a number is a whole one. Throws where it is of another type, or there is
	 * no room.
	 */
	static set(domain: string, name: string, value: boolean | number | string | ArrayBuffer): void {
		native("simPreferenceSet").call(this, domain, name, value);
	}
	/** Undefined where there is none. */
	static get(domain: string, name: string): boolean | number | string | ArrayBuffer | undefined {
		return native("simPreferenceGet").call(this, domain, name);
	}
	static delete(domain: string, name: string): void {
		native("simPreferenceDelete").call(this, domain, name);
	}
	static keys(domain: string): string[] {
		return native("simPreferenceKeys").call(this, domain);
	}
}

export default Preference;
