/*
	A TCP class with faults, for main.ts.
*/

import TCP from "embedded:io/socket/tcp";
import Timer from "timer";

export type Fault =
	| "constructor throws"
	| "constructor reports"
	| "constructor hangs"
	| "read throws"
	| "read reports"
	| "write throws"
	| "write reports"
	| "write reports and throws"
	| "write throws, then has room"
	| "read throws, then has room"
	| "close throws";

interface Faults {
	readonly fault: Fault | undefined;
	/** Which call of the fault's method is the one that goes wrong. */
	readonly nth: number;
	/** Gets what its callbacks throw. */
	readonly log: string[];
	/** Gets calls that may not come. */
	readonly wrong: string[];
}

/** A class of its own for one connection. What its callbacks throw is caught, as an abort hook of a device may do. */
export function makeTCP({ fault, nth, log, wrong }: Faults) {
	return class Faulty {
		target: unknown;
		readonly tcp: TCP | undefined;
		counts: Record<string, number> = {};
		hasThrown = false;
		readonly report: () => void;
		readonly room: (count: number) => void;

		constructor(options: any) {
			const { onReadable, onWritable, onError, target, ...rest } = options;
			this.target = target;
			const guard =
				(name: string, f: (...values: any[]) => void) =>
				(...values: unknown[]) => {
					try {
						f.call(this, ...values);
					} catch (e) {
						log.push(`caught in ${name}: ${String(e)}`);
					}
				};
			this.report = guard("onError", onError);
			this.room = guard("onWritable", onWritable);
			if (this.fault("constructor")) return;
			this.tcp = new TCP({
				...rest,
				onReadable: guard("onReadable", onReadable),
				onWritable: guard("onWritable", onWritable),
				onError: this.report,
			});
		}

		/** True where the call is to do nothing. */
		fault(method: string): boolean {
			if (this.hasThrown && method === "write") wrong.push("write after TCP has thrown");
			const key = `${method}s`,
				count = (this.counts[key] = (this.counts[key] ?? 0) + 1);
			if (!fault?.startsWith(method) || count !== nth) return false;
			if (fault.includes("reports")) this.report();
			if (fault.includes("room")) Timer.set(() => this.room(5000));
			if (fault.includes("throws")) this.hasThrown = true;
			if (fault.includes("throws")) throw new Error(`TCP in ${method}`);
			return true;
		}

		read(buffer: Uint8Array): unknown {
			return this.fault("read") ? undefined : this.tcp!.read(buffer);
		}
		write(buffer: Uint8Array): unknown {
			return this.fault("write") ? undefined : this.tcp!.write(buffer);
		}
		close(): void {
			this.tcp?.close();
			this.fault("close");
		}
	};
}
