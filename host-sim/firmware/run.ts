/*
	Runs firmware (image.ts) in QEMU, its serial line tied to link.ts. Its console is semihosting.
*/

import { spawn } from "node:child_process";

import { machine, type Image } from "./image.js";
import { Link, type Transcript } from "./link.js";
import { emulator } from "./tools.js";

/** Memory at its peak since the mark before, instructions since the start. */
export interface FirmwareMark {
	readonly name: string;
	readonly instructions: number;
	/** Of them, in the app's C functions and what they call. */
	readonly natives: number;
	/** XS's own measure of its work, since the start. */
	readonly meter: number;
	readonly chunksPeak: number;
	readonly slotsPeak: number;
	/** Chunks and slots together, in bytes. */
	readonly heapPeak: number;
	readonly stackPeak: number;
}

/** What the firmware prints when it ends, but for faults of the processor. */
export interface Figures {
	readonly exitCode: number;
	/** The preloaded heap: bytes in all, of bytecode, of chunks, and the number of slots and keys. */
	readonly rom: {
		readonly bytes: number;
		readonly bytecode: number;
		readonly slots: number;
		readonly chunks: number;
		readonly keys: number;
	};
	readonly marks: readonly FirmwareMark[];
	readonly functions: readonly { readonly name: string; readonly calls: number; readonly instructions: number }[];
	readonly slotSize: number;
	readonly stackLimit: number;
	readonly keys: number;
	readonly collections: number;
	readonly slotAllocations: number;
	readonly chunkAllocations: number;
	/**
	 * Bytes: of the JavaScript machine, which lies in the C heap; of the C stack and the C heap, at most and in all.
	 */
	readonly arena: number;
	readonly cStack: number;
	readonly cStackLimit: number;
	readonly cHeap: number;
	readonly cHeapLimit: number;
	readonly meter: number;
	readonly instructions: number;
	readonly natives: number;
	readonly sent: number;
	readonly received: number;
}

export interface FirmwareOptions {
	/** The firmware's wall clock at its start; now without it. */
	readonly time?: Date;
	/** Ends the run after so many seconds. */
	readonly timeout?: number;
	/** An earlier run, for what the server says. */
	readonly replay?: Transcript;
	readonly onLine?: (line: string) => void;
}

export interface FirmwareResult {
	readonly code: number;
	readonly lines: readonly string[];
	readonly figures: Figures | undefined;
	readonly transcript: Transcript;
}

const mark = "@figures ";

/** Code 26 where the time was up. */
export async function runFirmware(
	image: Image,
	{ time = new Date(), timeout = 60, replay, onLine }: FirmwareOptions = {},
): Promise<FirmwareResult> {
	const link = new Link(replay ? { replay } : {});
	const port = await link.listen();
	const clock = `base=${time.toISOString().slice(0, 19)},clock=vm`;
	const values = [
		...machine,
		"-rtc",
		clock,
		"-serial",
		`tcp:127.0.0.1:${port}`,
		"-semihosting-config",
		"enable=on,target=native",
		"-device",
		`loader,file=${image.heap},addr=${image.heapAddress},force-raw=on`,
		"-kernel",
		image.elf,
	];
	const lines: string[] = [];
	let figures: Figures | undefined;
	const take = (line: string): void => {
		if (line.startsWith(mark)) figures = JSON.parse(line.slice(mark.length)) as Figures;
		else {
			lines.push(line);
			onLine?.(line);
		}
	};
	try {
		const code = await new Promise<number>((resolve, reject) => {
			const child = spawn(emulator, values, { stdio: ["ignore", "pipe", "pipe"] });
			let isLate = false;
			const timer = setTimeout(() => {
				isLate = true;
				child.kill();
			}, timeout * 1000);
			for (const stream of [child.stdout, child.stderr]) eachLine(stream, take);
			child.on("error", reject);
			child.on("close", status => {
				clearTimeout(timer);
				if (isLate) take(`firmware: the time is up: ${timeout} seconds`);
				resolve(isLate ? 26 : (status ?? 128));
			});
		});
		await link.drained();
		return { code, lines, figures, transcript: link.transcript };
	} finally {
		link.close();
	}
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
	let rest = "";
	stream.setEncoding("utf8");
	stream.on("data", (text: string) => {
		const parts = (rest + text).split("\n");
		rest = parts.pop()!;
		for (const part of parts) take(part.replace(/\r$/, ""));
	});
	stream.on("end", () => {
		if (rest) take(rest);
	});
}
