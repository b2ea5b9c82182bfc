/*
	The page that --picture writes (host-sim/trace/picture.ts), read in Chromium as a person would. It tests what stands
	on the page, where it broke, and that nothing overlaps on a phone.
*/

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { buildApp } from "../../host-sim/build/build.js";
import { makeIdentity } from "../../host-sim/servers/certificates.js";
import { chipNamed } from "../../host-sim/chip/model.js";
import { withPhases } from "../../host-sim/chip/phases.js";
import { runTraced } from "../../host-sim/trace/run.js";
import { Browser } from "../drivers/browser.js";
import { lacks } from "../drivers/machine.js";
import { startNode, startOpenSSL, type RunningServer } from "./servers.js";

const identity = makeIdentity(["localhost"]);
const folder = mkdtempSync(join(tmpdir(), "xs-tls-picture-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the client of tests/faults and writes the page. */
async function page(
	name: string,
	server: RunningServer,
	runs: number,
	config: Record<string, string> = {},
): Promise<string> {
	const file = join(folder, `${name}.html`);
	try {
		const app = await buildApp("tests/faults", {
			variant: "native",
			extra: withPhases(),
			config: {
				port: String(server.port),
				runs: String(runs),
				ca: identity.root.pem,
				host: "localhost",
				secure: "{}",
				chunk: "0",
				early: "0",
				sessions: "1",
				session: "",
				...config,
			},
		});
		await runTraced(
			app,
			{ timeout: 60 },
			{ picture: file },
			{ title: `a test of <${name}>`, chip: chipNamed("esp32c3") },
		);
	} finally {
		await server.stop();
	}
	return file;
}

/** Pairs of texts on the page that lie over each other; what is inside the other does not count. */
const overlaps = `(() => {
	const parts = [...document.querySelectorAll("h1,h2,h3,p,time,.what,.steps,th,td,figure,.heads span")].filter(e => e.getClientRects().length && e.textContent.trim());
	const found = [];
	for (const a of parts) for (const b of parts) {
		if (a === b || a.contains(b) || b.contains(a)) continue;
		const p = a.getBoundingClientRect(), q = b.getBoundingClientRect();
		if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) found.push(a.textContent.slice(0, 30) + " | " + b.textContent.slice(0, 30));
	}
	return found;
})()`;

/** Words of the chart that stand outside of it, and so are cut off. */
const cutWords = `[...document.querySelectorAll(".chart svg")].flatMap(svg => {
	const frame = svg.getBoundingClientRect();
	return [...svg.querySelectorAll("text")].filter(e => {
		const { left, right, top, bottom } = e.getBoundingClientRect();
		return left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom;
	}).map(e => e.textContent);
})`;

describe("--picture", { skip: lacks("chromium", "chromium") }, () => {
	let browser: Browser;
	before(() => {
		browser = new Browser();
	});
	after(() => browser.close());

	async function text(selector: string): Promise<string> {
		return String(
			await browser.evaluate(
				`[...document.querySelectorAll(${JSON.stringify(selector)})].map(e => e.innerText).join("\\n")`,
			),
		);
	}

	async function expectFits(file: string): Promise<void> {
		for (const [width, colors] of [
			[400, "light"],
			[400, "dark"],
			[1100, "light"],
			[1100, "dark"],
		] as const) {
			await browser.open(file, width, colors);
			assert.ok(
				Number(await browser.evaluate("document.documentElement.scrollWidth")) <= width,
				`wider than ${width} pixels`,
			);
			assert.deepEqual(await browser.evaluate(overlaps), [], `${width} pixels, ${colors}`);
			assert.deepEqual(await browser.evaluate(cutWords), [], `${width} pixels, ${colors}`);
		}
	}

	test("two connections, the second resumed: flights, keys, memory, phases, accelerators, prediction", async () => {
		const file = await page("two", await startNode(identity, Buffer.from("hello")), 2);
		await expectFits(file);
		assert.match(await text("h1"), /a test of <two>/);
		const [first, second] = [await text("#connection-1"), await text("#connection-2")];
		assert.match(first, /TLS 1\.3, TLS_AES_256_GCM_SHA384/);
		for (const name of [
			"ClientHello",
			"ServerHello",
			"EncryptedExtensions",
			"Certificate",
			"CertificateVerify",
			"Finished",
			"new keys",
			"application data",
			"close_notify",
		])
			assert.ok(first.includes(name), name);
		assert.match(first, /localhost \(P-256, to \d{4}-\d\d-\d\d\)/);
		assert.match(second, /resumed/);
		assert.ok(!second.includes("CertificateVerify"));
		const sides = (await browser.evaluate(
			`[...document.querySelectorAll("#connection-1 li.client .what, #connection-1 li.server .what")].map(e => [e.parentNode.className.includes("server"), e.getBoundingClientRect().right])`,
		)) as [boolean, number][];
		assert.ok(sides.some(([isServer]) => isServer) && sides.some(([isServer]) => !isServer));
		assert.match(await text(".chart"), /limit of the heap: \d+/);
		assert.ok(Number(await browser.evaluate(`document.querySelectorAll(".chart polygon").length`)) === 3);
		const ticks = (await browser.evaluate(
			`[...document.querySelectorAll(".chart .tick")].map(e => e.textContent)`,
		)) as string[];
		assert.ok(ticks.length >= 2 && ticks.length <= 5 && ticks.every(tick => /^\d+ KB$/.test(tick)), ticks.join());
		const highest = /memory over time, ([\d.]+) KB at most/.exec(
			String(await browser.evaluate(`document.querySelector(".chart svg").getAttribute("aria-label")`)),
		)!;
		assert.ok(Number(highest[1]) > 5 && Number(highest[1]) < 200, highest[0]);
		assert.match(await text("main"), /agreement[\s\S]*X25519[\s\S]*ECDSA P-256 verify/);
		assert.equal(
			await browser.evaluate(`document.querySelectorAll(".phases").length`),
			2,
			"each handshake has its phases",
		);
		const predictions = [...(await text(".phases h3")).matchAll(/On the esp32c3 at 160 MHz, predicted: (\d+) ms/g)];
		assert.equal(predictions.length, 2);
		assert.ok(Number(predictions[1]![1]) < Number(predictions[0]![1]), "no certificate is verified the second time");
		assert.match(await text("main"), /ECDSA P-256 verify[^]*, \d+\.\d ms/);
		assert.match(await text(".verdict"), /ended well/);
		assert.equal(await browser.evaluate(`document.querySelectorAll(".bad").length`), 0);
	});

	test("it is one file that asks nobody for anything", () => {
		const html = readFileSync(join(folder, "two.html"), "utf8");
		assert.doesNotMatch(html, /<script|<link|<img|src=|url\(|https?:\/\/(?!localhost)/);
		assert.ok(html.includes("a test of &#60;two&#62;"), "what the app and the peer say is escaped");
	});

	test("a retry, and TLS 1.2", async () => {
		const retried = await page("retry", await startOpenSSL(identity, "-tls1_3", "-groups", "P-384"), 1);
		await browser.open(retried, 400, "light");
		assert.match(await text("#connection-1"), /after a retry[\s\S]*HelloRetryRequest/);
		const old = await page("old", await startNode(identity, Buffer.from("hello"), { maxVersion: "TLSv1.2" }), 1);
		await expectFits(old);
		assert.match(await text("#connection-1"), /TLS 1\.2[\s\S]*ServerKeyExchange[\s\S]*master_secret \(48\)/);
	});

	test("nobody listens", async () => {
		const nobody = { port: 1, stop: () => Promise.resolve() } as unknown as RunningServer;
		const file = await page("nobody", nobody, 1);
		await expectFits(file);
		assert.match(await text(".connection.bad .summary"), /^no connection$/);
		assert.match(await text("li.fatal"), /TCP/);
	});

	test("a server that goes away in the handshake", async () => {
		const server = createServer(socket => {
			socket.on("error", () => {});
			socket.once("data", () => socket.end(Buffer.of(22, 3, 3, 0, 90)));
		});
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		const running = {
			port: (server.address() as AddressInfo).port,
			stop: () => new Promise<void>(done => server.close(() => done())),
		};
		const file = await page("cut", running as RunningServer, 1);
		await expectFits(file);
		assert.match(await text(".connection.bad .summary"), /^no ServerHello, cut off by the server$/);
		assert.match(await text("li.fatal"), /part of a record[^]*0 of 90 bytes[^]*the server closed TCP without a word/);
	});

	test("a server that never answers: given up after the time that `timeout` allows", async () => {
		const sockets = new Set<Socket>();
		const server = createServer(socket => void sockets.add(socket.on("error", () => {}).resume()));
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		const running = {
			port: (server.address() as AddressInfo).port,
			stop: () => {
				for (const socket of sockets) socket.destroy();
				return new Promise<void>(done => server.close(() => done()));
			},
		};
		const file = await page("silent", running as RunningServer, 1, { secure: '{"timeout":200}' });
		await expectFits(file);
		assert.match(await text(".connection.bad .summary"), /^no ServerHello, given up by the client$/);
	});

	test("where it broke stands out", async () => {
		const file = await page("broken", await startNode(identity, Buffer.from("hello")), 1, {
			ca: makeIdentity(["localhost"]).root.pem,
		});
		await expectFits(file);
		assert.match(await text(".connection.bad .summary"), /broken off by the client: unknown_ca/);
		assert.match(await text("li.fatal"), /fatal alert\s+unknown_ca/);
		assert.match(await text(".verdict.bad"), /^The app ended well, but connection 1 failed\.$/);
		assert.equal(
			await browser.evaluate(`getComputedStyle(document.querySelector("li.fatal .what")).backgroundColor`),
			"rgb(198, 40, 40)",
		);
	});
});
