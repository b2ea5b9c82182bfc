/* "headers": the SDK's Headers, a Map whose names are the same in upper and lower case. */

class Headers extends Map<string, string> {
	override delete(name: unknown): boolean {
		return super.delete(String(name).toLowerCase());
	}
	override get(name: unknown): string | undefined {
		return super.get(String(name).toLowerCase());
	}
	override has(name: unknown): boolean {
		return super.has(String(name).toLowerCase());
	}
	override set(name: unknown, value: unknown): this {
		return super.set(String(name).toLowerCase(), String(value));
	}
}

export default Headers;
