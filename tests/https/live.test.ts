/*
	HTTPClient and fetch against servers of Node: live.ts and kept.ts have the tests.
*/

import { createServer as createPlainServer, type RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { after } from "node:test";
import { createServer as createTLSServer, type TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";

import { projectRoot } from "../../host-sim/build/files.js";
import { makeCertificate, makeIdentity, makeKey } from "../../host-sim/servers/certificates.js";
import { startOpenSSL } from "../../host-sim/servers/servers.js";
import { lacksZlib, variants } from "../drivers/machine.js";
import { runSuite } from "../drivers/suite.js";
import { missingDaemon, startDaemon } from "../interop/daemons.js";

const identity = makeIdentity(["localhost", "127.0.0.1"]);
const { root, intermediate, leaf } = identity;
const credentials = {
	key: leaf.key.privateKey.export({ type: "pkcs8", format: "pem" }),
	cert: leaf.pem + intermediate.pem,
};

/** A body of gzip, right or wrong. */
function zipped(kind: string): Buffer {
	const good = gzipSync("hello ".repeat(5000));
	const { length } = good;
	switch (kind) {
		case "empty":
			return gzipSync("");
		case "checksum":
			good[length - 5]! ^= 1;
			return good;
		case "length":
			good[length - 4]! ^= 1;
			return good;
		case "cut":
			return Buffer.concat([good.subarray(0, length - 20), good.subarray(length - 8)]);
		case "header":
			good[3] = 0xe0;
			return good;
		case "more":
			return Buffer.concat([good.subarray(0, length - 8), Buffer.from("evil"), good.subarray(length - 8)]);
		case "short":
			return good.subarray(0, 19);
		case "behind":
			return Buffer.concat([good, Buffer.from("evil")]);
		case "members":
			return Buffer.concat([gzipSync("one"), gzipSync("two")]);
		case "bomb":
			return gzipSync(Buffer.alloc(1 << 20));
		default:
			return good;
	}
}

/** Bodies that are JSON, or nearly. */
const almost: Readonly<Record<string, string>> = {
	empty: "",
	open: '{"a":[1',
	twice: '{"a":1}{"a":1}',
	flat: `[${"[],".repeat(399)}[]]`,
	brackets: JSON.stringify(['[{"\\'.repeat(100)]),
};

const answer: RequestListener = (request, response) => {
	const url = new URL(request.url!, "https://localhost");
	const [, word, value] = url.pathname.split("/");
	const redirect = (status: number, location: string): void => {
		response.writeHead(status, { location }).end("elsewhere");
	};
	const parts: Buffer[] = [];
	request.on("data", part => parts.push(part as Buffer));
	request.on("end", () => {
		const body = Buffer.concat(parts);
		switch (word) {
			case "json":
				response.writeHead(200, { "content-type": "application/json", "content-length": 17 }).end('{"hello":"world"}');
				break;
			case "bytes":
				response.end(Buffer.from(value!, "hex"));
				break;
			case "nested":
				response.end("[".repeat(Number(value)) + "]".repeat(Number(value)));
				break;
			case "empty":
				response.writeHead(204).end();
				break;
			case "echo":
				response.end(JSON.stringify({ method: request.method, headers: request.headers, body: body.toString() }));
				break;
			case "method":
				response.end(request.method);
				break;
			case "almost":
				response.end(almost[value!]);
				break;
			case "length":
				response.end(String(body.length));
				break;
			case "chunked": {
				const words = ["one ", "two ", "three ", "four ", "five "];
				const next = (): void => {
					const text = words.shift();
					if (text === undefined) response.end();
					else response.write(text, () => setTimeout(next, 5));
				};
				next();
				break;
			}
			case "big":
				response.setHeader("content-length", 1 << 20).end(Buffer.alloc(1 << 20, "x"));
				break;
			case "redirect":
				redirect(Number(value), "../echo?from=redirect#here");
				break;
			case "count":
				if (value === "0") response.end("done");
				else redirect(302, `${Number(value) - 1}`);
				break;
			case "to":
				redirect(302, url.searchParams.get("url")!);
				break;
			case "gzip":
				if (value === "plain") response.end("x".repeat(request.headers["accept-encoding"] ? 0 : 5000));
				else if (request.headers["accept-encoding"] !== "gzip") response.writeHead(406).end();
				else response.setHeader("content-encoding", value === "x" ? "X-Gzip" : "gzip").end(zipped(value!));
				break;
			case "slow":
				break;
			default:
				response.writeHead(404).end("nothing here");
		}
	});
};

const head = "HTTP/1.1 200 OK\r\n";

/** What a server that cuts says, and whether it says goodbye. */
const cuts: Readonly<Record<string, readonly [text: string, hasGoodbye: boolean]>> = {
	"/length": [`${head}content-length: 100\r\n\r\nonly a part`, false],
	"/short": [`${head}content-length: 100\r\n\r\nonly a part`, true],
	"/chunked": [`${head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, false],
	"/until-close": [`${head}\r\nperhaps all`, false],
	"/until-goodbye": [`${head}\r\nall of it`, true],
};

/** A client's identity. */
const device = makeCertificate({
	subject: "device",
	key: makeKey("p256"),
	issuer: intermediate,
	extendedKeyUsage: ["clientAuth"],
});

/** Asks for a certificate, and says whose it got, and which server was asked for. */
const other = makeCertificate({ subject: "other", key: makeKey("p256"), issuer: intermediate, names: ["127.0.0.1"] });
const asks = { key: other.keyPem, cert: other.pem + intermediate.pem, requestCert: true, rejectUnauthorized: false };
const asking = createServer(asks, (request, response) => {
	const socket = request.socket as TLSSocket;
	response.end(JSON.stringify([socket.getPeerCertificate().subject?.CN ?? "", (socket as Named).servername || ""]));
});

interface Named {
	/** False where the client named none. */
	readonly servername?: string | false;
}

async function start(server: Server): Promise<string> {
	await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
	server.unref();
	return String((server.address() as AddressInfo).port);
}

const idle = createServer(credentials, (_, response) => void response.end("idle"));
idle.keepAliveTimeout = 200;

const openssl = await startOpenSSL(identity);
after(() => openssl.stop());
// nginx as Debian has it; its test says that it was left out where there is none
const nginx = missingDaemon("nginx") ? undefined : await startDaemon("nginx", identity);
after(() => nginx?.stop());

const config = {
	openssl: String(openssl.port),
	nginx: nginx ? String(nginx.port) : "",
	ca: root.pem,
	port: await start(createServer(credentials, answer)),
	plain: await start(createPlainServer((_, response) => void response.end("plain"))),
	cut: await start(
		createTLSServer(credentials, socket => {
			socket.on("error", () => {});
			socket.once("data", data => {
				const [text, hasGoodbye] = cuts[String(data).split(" ")[1]!]!;
				if (hasGoodbye) socket.end(text);
				else socket.write(text, () => setTimeout(() => socket.destroy(), 50));
			});
		}),
	),
	idle: await start(idle),
	asking: await start(asking),
	device: device.pem,
	deviceKey: device.keyPem,
};

for (const [file, variant] of variants
	.filter(name => !lacksZlib(name))
	.flatMap(name => ["live.ts", "kept.ts"].map(one => [one, name] as const)))
	runSuite(join(projectRoot, "tests", "https", file), "https", { variant, config });
