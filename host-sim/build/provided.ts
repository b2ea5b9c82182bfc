/*
	The Moddable SDK's manifests that apps include as $(MODDABLE)/..., and what the simulator has in their place. So an
	app's manifest for the device is its manifest here. All others are read from the SDK, where the environment has
	MODDABLE.
*/

import { join, relative, resolve } from "node:path";

import { Problem, projectRoot, shown } from "./files.js";

/**
 * By the path in the SDK: manifests of host-sim/provided, or none where every app of the simulator has what it brings.
 */
const provided: Readonly<Record<string, readonly string[]>> = {
	"examples/manifest_base.json": [],
	"examples/manifest_typings.json": [],
	"examples/manifest_net.json": ["network.json"],
	"examples/io/udp/dns/manifest_dns.json": ["io.json"],
	"modules/io/manifest.json": ["network.json", "io.json"],
	"modules/io/wifi/manifest.json": [],
	"modules/network/net/manifest.json": [],
	"modules/network/socket/manifest.json": ["network.json"],
	"modules/network/sntp/manifest.json": ["network.json"],
	"modules/network/wifi/manifest.json": [],
	"modules/files/file/manifest.json": ["file.json"],
	"modules/files/preference/manifest.json": ["preference.json"],
	"modules/files/resource/manifest.json": [],
	"modules/data/headers/manifest.json": ["headers.json"],
	"modules/data/url/manifest.json": ["url.json"],
	"modules/data/text/decoder/manifest.json": ["text.json"],
};

/** The SDK's own TLS, for which modules/sdk stands in. */
const sdkTLS: readonly string[] = [
	"examples/io/tcp/tlssocket/manifest.json",
	"modules/crypt/tls.json",
	"modules/crypt/tls_419.json",
	"modules/crypt/tls_common.json",
];

/** In place of the SDK's folder where the environment does not name it: no such folder exists. */
const NOWHERE = "/$(MODDABLE)";

/** The SDK's folder, or a name that leads nowhere. */
export function sdkFolder(): string {
	const folder = process.env["MODDABLE"];
	return folder ? resolve(folder) : NOWHERE;
}

/** The variables that the SDK's manifest_base.json and modules/io/manifest.json set. */
export function sdkVariables(): Record<string, string> {
	const sdk = sdkFolder();
	const modules = join(sdk, "modules");
	return {
		MODDABLE: sdk,
		BUILD: join(sdk, "build"),
		MODULES: modules,
		COMMODETTO: join(modules, "commodetto"),
		PIU: join(modules, "piu"),
		IO: join(modules, "io"),
		TYPINGS: join(sdk, "typings"),
	};
}

/** A path in the SDK, or undefined for one elsewhere. */
function inSDK(path: string): string | undefined {
	const inside = relative(sdkFolder(), path);
	return inside.startsWith("..") ? undefined : inside;
}

export function isInSDK(path: string): boolean {
	return inSDK(path) !== undefined;
}

/** True for a path in the SDK where the environment does not say where that is. */
export function isNowhere(path: string): boolean {
	return sdkFolder() === NOWHERE && isInSDK(path);
}

/** The manifests that are read in place of the SDK's at `path`; undefined where it is read itself. */
export function providedFor(path: string): readonly string[] | undefined {
	const inside = inSDK(path);
	if (inside === undefined) return undefined;
	if (sdkTLS.includes(inside)) return [join(projectRoot, "modules", "sdk", "manifest.json")];
	return provided[inside]?.map(name => join(projectRoot, "host-sim", "provided", name));
}

/** What to do about a path of the SDK that is not there. */
export function refuseNowhere(path: string, manifest: string): never {
	throw new Problem(
		`${shown(manifest)}: $(MODDABLE)/${inSDK(path)} is not one of the parts of the SDK that the simulator has: set MODDABLE to the SDK's folder, or move the line under "platforms": { "esp32": ... }`,
	);
}
