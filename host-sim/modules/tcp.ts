/// <reference path="./native.d.ts" />
/*
	"embedded:io/socket/tcp": the TCP class of ECMA-419 (section 15), as the Moddable SDK has it on devices. In C:
	xs/tcp.c.
*/

type Buffer = ArrayBufferLike | ArrayBufferView;

/**
 * A new connection, to a numeric address: names are looked up beforehand. Or that of another object, which then has it
 * no more.
 */
export type Options = ({ address: string; host?: string; port: number } | { from: TCP }) & {
	/** True sends small writes at once. */
	nodelay?: boolean;
	/** Called with the number of bytes that can be read, whenever more have arrived. */
	onReadable?: (this: TCP, count: number) => void;
	/** Called with the number of bytes that can be written: first when connected, then whenever there is room again. */
	onWritable?: (this: TCP, count: number) => void;
	/** Called when the connection is over, once all that has arrived is read. */
	onError?: (this: TCP) => void;
	/** What read gives and write takes; "buffer" by default. */
	format?: "number" | "buffer";
	/** To be found in callbacks as this.target. */
	target?: any;
};

class TCP extends Native("simTCPDestructor") {
	declare target?: any;

	constructor(options: Options) {
		super();
		native("simTCP").call(this, options);
	}
	close(): void {
		return native("simTCPClose").call(this);
	}
	/**
	 * All that can be read, or `what` bytes of it, or as many as the buffer `what` holds; undefined where there is
	 * nothing.
	 */
	read(what?: number): any;
	read(what: Buffer): number | undefined;
	read(what?: number | Buffer): any {
		return native("simTCPRead").call(this, what);
	}
	/** Returns how many bytes may be written next. */
	write(value: number | Buffer): number {
		return native("simTCPWrite").call(this, value);
	}
	get remoteAddress(): string {
		return native("simTCPRemoteAddress").call(this);
	}
	get remotePort(): number {
		return native("simTCPRemotePort").call(this);
	}
	get format(): "number" | "buffer" {
		return native("simTCPFormat").call(this);
	}
	set format(format: "number" | "buffer") {
		native("simTCPSetFormat").call(this, format);
	}
}

export default TCP;
