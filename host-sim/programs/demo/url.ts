/*
	The URL of `npm start`, checked before anything is built. It is written as main.ts takes it: in ASCII (IDN as
	"xn--", spaces as "%20"), without the fragment, which stays here (RFC 9110 section 7.1).
*/

import { Problem } from "../../build/files.js";

/** Why the URL class refuses a text, as far as that can be told. */
function fault(text: string): string {
	const authority = text.slice("https://".length).split(/[/?#\\]/, 1)[0]!;
	if (!authority.startsWith("[") && authority.split(":").length > 2)
		return `an IPv6 address stands in brackets: https://[${authority}]/`;
	const port = /:([^:\]]*)$/.exec(authority)?.[1];
	if (port !== undefined && port !== "" && !(/^\d+$/.test(port) && Number(port) > 0 && Number(port) < 65536))
		return `port "${port}" is invalid: a port is a number from 1 to 65535`;
	const host = authority.replace(/:[^:\]]*$/, "");
	if (host === "") return "it has no host";
	return `"${host}" is neither a host name nor an address`;
}

/** Returns the URL in ASCII, or throws a Problem that says what is wrong with it. */
export function checkURL(text: string): string {
	const given = text.trim();
	const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase();
	if (scheme === undefined)
		throw new Problem(`"${text}" is neither an option nor an https:// URL; --help lists the options`, 2);
	if (scheme !== "https") throw new Problem(`"${text}": this client speaks https:// only, not ${scheme}://`, 2);
	const hasHost = /^https:\/\/[^/\\?#]/i.test(given) && URL.canParse(given);
	const url = new URL(hasHost ? given : "https://h:0/");
	if (url.port === "0") throw new Problem(`"${text}": ${fault(given)}`, 2);
	if (url.username || url.password)
		throw new Problem(`"${text}": a name or password in a URL is not sent; leave out what stands before "@"`, 2);
	url.hash = "";
	return url.href;
}
