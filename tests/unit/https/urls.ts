/*
	URLs that `fetch` takes, relative ones, and those that it refuses.
*/

import { equal, ok, test, throws } from "test/harness";
import { parseURL, resolveURL } from "tls/fetch/url";

function parts(url: string): string {
	const { isSecure, host, port, path, origin } = parseURL(url);
	return `${isSecure ? "s" : "p"} ${host} ${port} ${path} ${origin}`;
}

test("URLs", () => {
	for (const [url, expected] of [
		["https://a.example", "s a.example 443 / https://a.example"],
		["HTTPS://A.Example:443/B?c=D#e", "s a.example 443 /B?c=D https://a.example"],
		["http://a:8080?x=/../y", "p a 8080 /?x=/../y http://a:8080"],
		["https://[::1]/", "s ::1 443 / https://[::1]"],
		["https://[FE80::1]:8443/x", "s fe80::1 8443 /x https://[fe80::1]:8443"],
		["https://192.0.2.1:1", "s 192.0.2.1 1 / https://192.0.2.1:1"],
		["https://a/b/../c/./d/..", "s a 443 /c/ https://a"],
		["https://a/../../b", "s a 443 /b https://a"],
		["https://a/%41?b%20c", "s a 443 /%41?b%20c https://a"],
		["https://a#", "s a 443 / https://a"],
		["https://xn--bcher-kva.example/", "s xn--bcher-kva.example 443 / https://xn--bcher-kva.example"],
	])
		equal(parts(url!), expected, url);
});

test("relative URLs (RFC 3986 section 5.4)", () => {
	const base = parseURL("http://a/b/c/d;p?q");
	for (const [relative, expected] of [
		["g", "http://a/b/c/g"],
		["./g", "http://a/b/c/g"],
		["g/", "http://a/b/c/g/"],
		["/g", "http://a/g"],
		["//g", "http://g/"],
		["?y", "http://a/b/c/d;p?y"],
		["g?y", "http://a/b/c/g?y"],
		["#s", "http://a/b/c/d;p?q"],
		["g#s", "http://a/b/c/g"],
		[";x", "http://a/b/c/;x"],
		["", "http://a/b/c/d;p?q"],
		[".", "http://a/b/c/"],
		["..", "http://a/b/"],
		["../g", "http://a/b/g"],
		["../..", "http://a/"],
		["../../../g", "http://a/g"],
		["/./g", "http://a/g"],
		["/../g", "http://a/g"],
		["g/./h", "http://a/b/c/g/h"],
		["g/../h", "http://a/b/c/h"],
		["g?y/../x", "http://a/b/c/g?y/../x"],
		["https://g:8/h", "https://g:8/h"],
	]) {
		const { origin, path } = resolveURL(base, relative!);
		equal(origin + path, expected, relative);
	}
});

test("refused URLs", () => {
	for (const [url, says] of [
		["", 'must start with "https://"'],
		["a.example", 'must start with "https://"'],
		["/path", 'must start with "https://"'],
		["ftp://a/", 'must start with "https://"'],
		["javascript:alert(1)", 'must start with "https://"'],
		["https:/a", '"//" after its scheme'],
		["https:a", '"//" after its scheme'],
		["https://", "invalid host"],
		["https:///x", "invalid host"],
		["https://:80/", "invalid host"],
		["https://user@a/", "a user or a password"],
		["https://user:word@a/", "a user or a password"],
		["https://a:/", "invalid port"],
		["https://a:0/", "invalid port"],
		["https://a:65536/", "invalid port"],
		["https://a:-1/", "invalid port"],
		["https://a:1:2/", "invalid port"],
		["https://a:0x50/", "invalid port"],
		["https://a b/", "character 32 at position 9"],
		["https://a/b\r\nc", "character 13"],
		["https://a/\t", "character 9"],
		["https://a\\b/", "character 92"],
		["https://b\xfccher.example/", "character 252"],
		["https://a%2fb/", "invalid host"],
		["https://[::1/", "invalid host"],
		["https://[]/", "invalid host"],
		["https://[1.2.3.4]/", "invalid host"],
		["https://[::g]/", "invalid host"],
		["https://[::1]x/", "invalid host"],
		["https://::1/", "invalid host"],
		["https://a,b/", "invalid host"],
	] as const) {
		const error = throws(() => parseURL(url), "configuration");
		ok(error.message.includes(says), `${url}: ${error.message}`);
	}
	ok(throws(() => parseURL(5 as never), "configuration").message.includes("a string"));
	const long = (length: number): string => `https://a/${"x".repeat(length - 10)}`;
	equal(parseURL(long(4096)).path.length, 4087);
	ok(throws(() => parseURL(long(4097)), "configuration").message.includes("4097 characters"));
	const deep = (count: number, last: string): string => `https://a${"/b".repeat(count - 1)}/${last}`;
	equal(parseURL(deep(64, ".")).path, `${"/b".repeat(63)}/`);
	ok(throws(() => parseURL(deep(65, ".")), "configuration").message.includes("more than 64 parts"));
	equal(parseURL(deep(2000, "c")).path.length, 4000, "as many as there may be if none is a dot");
});
