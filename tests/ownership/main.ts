/*
	Connects again and again, each time with one native allocation or one call of an accelerator failing, at each
	position in turn. Each run ends with a TLSError or without any, and gives back all native memory and all keys. It
	leaves the next connection as good as the first. Prints JSON, a line for what failed at.
*/

import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import { accelerate, accelerators, collect, exit, failNative, memory } from "simulator";
import Timer from "timer";
import { TLSClient } from "tls/client";

type Outcome = { readonly code: string; readonly message: string };

/** Positions up to here are all tried; further ones by STEP, which is prime. */
const EACH_UNTIL = Number(config.each);
const STEP = Number(config.step);

const GOOD: Outcome = { code: "", message: "" };

/** Whether connections resume, and what they resume: the session of the first. */
const RESUMES = config.resumes === "yes";
let session: ArrayBuffer | undefined;
let isResumed = false;

/** Connects, sends a request, reads its answer and closes. */
function connect(secure: object, done: (outcome: Outcome) => void): void {
	let isDone = false;
	const offered = session;
	const finish = (outcome: Outcome): void => {
		if (isDone) return;
		isDone = true;
		done(outcome);
	};
	try {
		let isSent = false;
		new TLSClient({
			host: "localhost",
			address: "127.0.0.1",
			port: Number(config.port),
			TCP: { io: TCP },
			secure: {
				certificate: config.ca,
				...secure,
				// one of TLS 1.3 is used once, and wiped
				...(offered ? { session: offered.slice(0) } : {}),
				onHandshake(info: { resumed: boolean }) {
					isResumed = info.resumed;
				},
				...(RESUMES && !session
					? {
							onSession(bytes: ArrayBuffer) {
								session = bytes;
							},
						}
					: {}),
			},
			onWritable() {
				if (isSent) return;
				isSent = true;
				try {
					this.write(ArrayBuffer.fromString("ping"));
				} catch {
					// onError is told, too
				}
			},
			onReadable() {
				this.read();
				this.close();
				if (offered && !isResumed) finish({ code: "full", message: "a full handshake in place of a resumed one" });
				else finish(GOOD);
			},
			onError(error: unknown) {
				finish({ code: (error as any).code ?? "plain", message: String(error) });
			},
		} as any);
	} catch (error) {
		finish({ code: (error as any).code ?? "plain", message: String(error) });
	}
}

/** Runs `done` when what the connection left is gone: its turns of the loop, its garbage. */
function settle(done: () => void): void {
	Timer.set(() => {
		collect();
		done();
	}, 1);
}

interface Plan {
	readonly name: string;
	arm(nth: number): void;
	/** True where it has happened; nothing is armed afterwards. */
	disarm(): boolean;
}

const nativePlan: Plan = {
	name: "native allocation",
	arm: nth => {
		failNative(nth);
	},
	disarm: () => failNative(0),
};

function failedCalls(name: string): number {
	return accelerators().find(one => one.name === name)?.failed ?? 0;
}

function acceleratorPlan(action: "fail" | "memory", name: string): Plan {
	let before = 0;
	return {
		name: `${name}, ${action}`,
		arm(nth) {
			before = failedCalls(name);
			accelerate(action, name, nth);
		},
		disarm() {
			const happened = failedCalls(name) > before;
			accelerate("late", name, 0x7fffffff, 0);
			return happened;
		},
	};
}

const secure = JSON.parse(config.secure);
const left = (): string => `${memory().nativeBytes} bytes, ${memory().keySlots} keys`;
let start = "";

function report(line: object): void {
	trace(`${JSON.stringify(line)}\n`);
}

function run({ name, arm, disarm }: Plan, done: () => void): void {
	const codes: Record<string, number> = {};
	let nth = 0,
		tried = 0;
	const next = (): void => {
		nth += nth < EACH_UNTIL ? 1 : STEP;
		tried++;
		arm(nth);
		connect(secure, outcome => {
			const happened = disarm();
			if (!happened) {
				report({ plan: name, tried: tried - 1, last: nth - 1, codes });
				if (outcome.code !== "") report({ wrong: `${name}: without a failure: ${outcome.message}` });
				return settle(done);
			}
			const code = outcome.code || "none";
			codes[code] = (codes[code] ?? 0) + 1;
			// "transport" is what the TCP class throws
			const isExpected =
				code === "none" ||
				code === "full" ||
				code === "out_of_memory" ||
				code === "crypto" ||
				(code === "transport" && outcome.message.includes("native memory for a socket"));
			if (!isExpected) report({ wrong: `${name} ${nth}: ${outcome.code}: ${outcome.message}` });
			settle(() => {
				if (left() !== start)
					report({ wrong: `${name} ${nth}: left ${left()}, at the start ${start}; ${outcome.message}` });
				if (nth % 10) return next();
				connect(secure, good => {
					if (good.code !== "") report({ wrong: `after ${name} ${nth}: ${good.message}` });
					settle(next);
				});
			});
		});
	};
	next();
}

/** The first connection makes what stays: PSA's own state, and tables. */
function begin(): void {
	connect(secure, first =>
		settle(() =>
			connect(secure, second =>
				settle(() => {
					if (first.code || second.code) report({ wrong: `without a failure: ${first.message} ${second.message}` });
					start = left();
					const plans = [
						nativePlan,
						...accelerators().flatMap(({ name }) => [acceleratorPlan("fail", name), acceleratorPlan("memory", name)]),
					];
					const each = (): void => {
						const plan = plans.shift();
						if (plan) run(plan, each);
						else {
							report({ start });
							exit(0);
						}
					};
					each();
				}),
			),
		),
	);
}

begin();
