/*
	The apps that check-sdk builds with the SDK and runs beside the simulator, each against a local server.
*/

import { createServer as createHTTPS } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { createServer as createTLS, type TLSSocket } from "node:tls";

import { projectRoot } from "../../build/files.js";
import { makeIdentity, type ServerIdentity } from "../../servers/certificates.js";
import { answerMQTT, webSocketServer } from "../../servers/protocols.js";

export interface Running {
	readonly server: Server;
	readonly identity: ServerIdentity;
	readonly port: string;
}

export interface CheckedApp {
	readonly name: string;
	/** Its manifest, which the one of the check includes. */
	readonly manifest: string;
	readonly serve: (identity: ServerIdentity) => Server;
	readonly config: (running: Running) => Record<string, string>;
	/** Connections that it makes. */
	readonly connections: number;
	/** The SDK's manifests in it for which the simulator has modules of its own. */
	readonly platform: readonly string[];
	/** What the SDK's build has beside the app's manifest: the ESP32's part in the place of one for Linux. */
	readonly device?: object;
}

function keys(identity: ServerIdentity): { cert: string; key: string } {
	return { cert: identity.leaf.pem + identity.intermediate.pem, key: identity.leaf.keyPem };
}

function web(identity: ServerIdentity): Server {
	return createHTTPS(keys(identity), (request, response) => {
		request
			.on("data", () => undefined)
			.on("end", () => {
				response.setHeader("content-type", "application/json");
				response.end(JSON.stringify({ answer: "hello from the server" }));
			});
	});
}

/** What the broker asks a device for. */
function deviceKeys(): Record<string, string> {
	const { leaf, intermediate } = makeIdentity(["device-1"]);
	return { certificate: leaf.pem + intermediate.pem, key: leaf.keyPem };
}

function example(name: string): string {
	return join(projectRoot, "examples", name, "manifest.json");
}

const ofURL = ({ identity, port }: Running): Record<string, string> => ({
	url: `https://127.0.0.1:${port}/`,
	ca: identity.root.pem,
});

const ofHost = ({ identity, port }: Running): Record<string, string> => ({
	host: "127.0.0.1",
	port,
	ca: identity.root.pem,
});

const base = ["examples/manifest_base.json", "examples/manifest_net.json"];
const io = [...base, "modules/io/manifest.json"];
const dns = [...io, "examples/io/udp/dns/manifest_dns.json"];
const sockets = [...base, "modules/network/socket/manifest.json"];

/**
 * The SDK's Preference for Linux is script. It writes each byte of a buffer as a decimal number, and all values as one
 * JSON text. On the ESP32 it is C over NVS. That one is built here, with NVS in memory (host-sim/sdk/nvs.c).
 */
const preference = {
	// only there: the simulator reads the same manifest, and has a Preference of its own
	platforms: {
		lin: {
			build: { C_FLAGS: `-I${join(projectRoot, "host-sim", "sdk")}` },
			modules: {
				"~": ["$(MODULES)/files/preference/lin/preference"],
				"*": ["preference", "modPreference", "esp32/modPreference"].map(name => `$(MODULES)/files/preference/${name}`),
			},
			preload: ["preference"],
		},
	},
};

export const checkedApps: readonly CheckedApp[] = [
	{
		name: "demo",
		manifest: join(projectRoot, "manifest.json"),
		serve: web,
		config: ofURL,
		connections: 1,
		platform: io,
	},
	{ name: "fetch-json", manifest: example("fetch-json"), serve: web, config: ofURL, connections: 1, platform: io },
	{ name: "https-post", manifest: example("https-post"), serve: web, config: ofHost, connections: 1, platform: io },
	{
		name: "sleep-and-resume",
		manifest: example("sleep-and-resume"),
		serve: web,
		config: ofURL,
		connections: 3,
		platform: io,
		device: preference,
	},
	{
		name: "mqtt",
		manifest: example("mqtt"),
		serve: identity =>
			createTLS({ ...keys(identity), requestCert: true, rejectUnauthorized: false }, (socket: TLSSocket) => {
				answerMQTT(socket);
			}),
		config: running => ({ ...ofHost(running), ...deviceKeys() }),
		connections: 1,
		platform: dns,
	},
	{
		name: "websocket",
		manifest: example("websocket"),
		serve: identity => webSocketServer(keys(identity)),
		config: ofHost,
		connections: 1,
		platform: dns,
	},
	{
		name: "old-sdk-app",
		manifest: example("old-sdk-app"),
		serve: web,
		config: ofHost,
		connections: 1,
		platform: sockets,
	},
];

/** Starts the server of an app, on a port of its own. */
export async function start(app: CheckedApp): Promise<Running> {
	const identity = makeIdentity(["127.0.0.1", "localhost"]);
	const server = app.serve(identity);
	await new Promise<void>(resolve => {
		server.listen(0, "127.0.0.1", resolve);
	});
	return { server, identity, port: String((server.address() as AddressInfo).port) };
}
