/// <reference path="./native.d.ts" />
/*
	"file": the SDK's module for the ESP32, whose files lie below /mod: in the folder files of --files; see xs/files.c.
*/

/** `name` of a folder; of a file `length`, too. */
interface Entry {
	readonly name: string;
	readonly length?: number;
}

/** How many bytes a read of `count` gets; all that is left without it. */
function readable(this: object, count?: number): number {
	return native("simFileReadable").call(this, count);
}

function fill(this: object, buffer: object, count: number): void {
	native("simFileFill").call(this, buffer, count);
}

class File extends Native("simFileDestructor") {
	/** "file not found": also where five are open. With `write` the file is made where it is not there. */
	constructor(path: string, write?: boolean) {
		super();
		native("simFile").call(this, path, write);
	}
	/**
	 * Reads `count` bytes, or all that is left, as a String or an ArrayBuffer, whichever constructor `type` is, or into
	 * the buffer that it is.
	 */
	read(type: object, count?: number): any {
		const length = readable.call(this, count);
		const buffer = type === String || type === ArrayBuffer ? new ArrayBuffer(length) : type;
		fill.call(this, buffer, length);
		return type === String ? String.fromArrayBuffer(buffer as ArrayBuffer) : buffer;
	}
	/** Strings, buffers, and numbers as one byte each. */
	write(...items: unknown[]): void {
		native("simFileWrite").call(this, ...items);
	}
	close(): void {
		native("simFileClose").call(this);
	}
	get length(): number {
		return native("simFileLength").call(this);
	}
	get position(): number {
		return native("simFilePosition").call(this);
	}
	set position(position: number) {
		native("simFileSetPosition").call(this, position);
	}
	static delete(path: string): boolean {
		return native("simFileDelete").call(this, path);
	}
	static exists(path: string): boolean {
		return native("simFileExists").call(this, path);
	}
	/** `to` is a path, or a name in the same folder. */
	static rename(path: string, to: string): boolean {
		return native("simFileRename").call(this, path, to);
	}
}

class Iterator extends Native("simFileIteratorDestructor") {
	constructor(path: string) {
		super();
		native("simFileIterator").call(this, path);
	}
	/** Undefined at the end. */
	next(): any {
		return native("simFileIteratorNext").call(this);
	}
	[Symbol.iterator](): { next(): { value: Entry | undefined; done: boolean } } {
		return {
			next: () => {
				const value = this.next() as Entry | undefined;
				return { value, done: value === undefined };
			},
		};
	}
}

class Directory {
	static create(path: string): void {
		native("simDirectoryCreate").call(this, path);
	}
	static delete(path: string): void {
		native("simDirectoryDelete").call(this, path);
	}
}

function used(this: void): number {
	return native("simFilesUsed").call(this);
}

/** What the partition for files has, in bytes: the SDK's own tables have none, its examples one of 64 KB. */
const PARTITION_BYTES = 65536;

const System = {
	config: () => ({ maxPathLength: 32 }),
	info: () => ({ total: PARTITION_BYTES, used: used() }),
};

export { Directory, File, Iterator, System };
export default Object.freeze({ File, Iterator, System, Directory });
