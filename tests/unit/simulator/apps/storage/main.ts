/* What the simulator's preferences and files do. Prints what happened in a line of JSON. */

import config from "mc/config";
import files, { Directory, File, Iterator, System } from "file";
import Preference from "preference";

const events: unknown[] = [];

function refused(body: () => unknown): void {
	try {
		events.push(["not refused", String(body())]);
	} catch (error) {
		// the engine puts the function's name in front
		events.push((error as Error).message.replace(/^[a-zA-Z. ]*: /, ""));
	}
}

function hex(buffer: ArrayBuffer): string {
	return new Uint8Array(buffer).toHex();
}

const buffer = Uint8Array.of(0, 1, 255).buffer;

function write(): void {
	Preference.set("app", "yes", true);
	Preference.set("app", "no", false);
	Preference.set("app", "count", -5);
	Preference.set("app", "largest", 2147483647);
	Preference.set("app", "name", "größe");
	Preference.set("app", "empty", "");
	Preference.set("app", "bytes", buffer);
	Preference.set("app", "none", new ArrayBuffer(0));
	Preference.set("other", "../name", "kept apart");
	Preference.set("app", "gone", 1);
	Preference.delete("app", "gone");
	Preference.delete("app", "was never there");
	Preference.delete("no such domain", "a");
	Preference.set("app", "changed", 1);
	Preference.set("app", "changed", "a string now");
	const file = new File(`${(config as any).file.root}log.txt`, true);
	file.write("one\n", 0x32, Uint8Array.of(0x0a).buffer, "é");
	events.push(file.length, file.position);
	file.close();
	refused(() => file.close());
	refused(() => file.length);
}

function read(): void {
	const keys = ["yes", "no", "count", "largest", "name", "empty", "changed", "gone"];
	events.push(keys.map(key => Preference.get("app", key) ?? null));
	events.push(hex(Preference.get("app", "bytes") as ArrayBuffer), hex(Preference.get("app", "none") as ArrayBuffer));
	events.push(Preference.keys("app").sort().join(), Preference.keys("other").join(), Preference.keys("nobody").length);
	const file = new File("/mod/log.txt");
	events.push(file.length, file.read(String, 4), hex(file.read(ArrayBuffer, 2) as ArrayBuffer), file.read(String));
	refused(() => file.read(String));
	file.position = 0;
	const room = new ArrayBuffer(3);
	events.push(file.read(room, 100) === room, hex(room), file.position);
	refused(() => file.write("x"));
	file.close();
}

function limits(): void {
	const long = "x".repeat(16);
	refused(() => Preference.set(long, "a", 1));
	refused(() => Preference.set("", "a", 1));
	refused(() => Preference.set("a", long, 1));
	refused(() => Preference.set("a", "b", 1.5));
	refused(() => Preference.set("a", "b", 2147483648));
	refused(() => Preference.set("a", "b", Number.NaN));
	for (const value of [undefined, null, {}, [], new Uint8Array(1), () => {}])
		refused(() => Preference.set("a", "b", value as any));
	refused(() => (Preference.set as any)("a", "b"));
	Preference.set("a", "b", "y".repeat(3999));
	refused(() => Preference.set("a", "b", "y".repeat(4000)));
	events.push(Preference.get("a", "b") ?? null, Preference.get("a", long) ?? null, Preference.get(long, "b") ?? null);
	// 630 entries of 32 bytes: two domains, one value of two entries and its bytes, in turn
	Preference.set("a", "b", 1);
	Preference.set("c", "d", new ArrayBuffer(32 * 625));
	refused(() => Preference.set("a", "e", 1));
	Preference.delete("a", "b");
	Preference.set("a", "e", 1);
	refused(() => Preference.set("c", "d", new ArrayBuffer(32 * 625 + 1)));
	events.push(Preference.get("c", "d") ?? null);
}

function folders(): void {
	Directory.create("/mod/sub");
	Directory.create("/mod/sub");
	for (let i = 0; i < 2; i++) {
		const file = new File(`/mod/sub/${i}`, true);
		file.write(new ArrayBuffer(10 * (i + 1)));
		file.close();
	}
	Directory.create("/mod/sub/deep");
	const list = [...(new Iterator("/mod/sub/") as any)] as { name: string; length?: number }[];
	events.push(list.map(({ name, length }) => `${name} ${length}`).sort());
	events.push(JSON.stringify(System.info()), System.config().maxPathLength);
	events.push(File.exists("/mod/sub/0"), File.exists("/mod/sub"), File.exists("/mod/none"), File.exists("/etc/passwd"));
	events.push(File.rename("/mod/sub/0", "zero"), File.rename("/mod/sub/1", "/mod/one"), File.rename("/mod/no", "a"));
	events.push(File.exists("/mod/sub/zero"), File.exists("/mod/one"));
	refused(() => File.rename("/mod/one", "a/b"));
	refused(() => File.rename("one", "b"));
	refused(() => File.rename("/mod/one", "z".repeat(40)));
	refused(() => Directory.delete("/mod/sub"));
	events.push(File.delete("/mod/sub/zero"), File.delete("/mod/sub/zero"));
	Directory.delete("/mod/sub/deep");
	Directory.delete("/mod/sub");
	Directory.delete("/mod/sub");
	for (const path of ["/mod/none", "/mod/../../etc/passwd", "/etc/passwd", "/model", "/mod", ""])
		refused(() => new File(path));
	for (const path of ["/etc/new", "/mod/no/such", "/mod/../up", "/mod/.."]) refused(() => new File(path, true));
	refused(() => new Iterator(""));
	refused(() => new Iterator("/etc"));
	refused(() => Directory.create("/etc/new"));
	const open = Array.from({ length: 5 }, () => new File("/mod/one"));
	refused(() => new File("/mod/one"));
	for (const file of open) file.close();
	events.push(new File("/mod/one").length, Object.keys(files).join());
}

const parts: Record<string, () => void> = { write, read, limits, folders };
parts[config.part]!();
trace(`${JSON.stringify(events)}\n`);
