/* Prints what URL, URLSearchParams and Headers make of the cases: the simulator's own, or the SDK's, as the manifest says. */

import cases from "cases";
import Headers from "compared/headers";
import { URL, URLSearchParams } from "compared/url";

const parts = ["href", "origin", "username", "password", "host", "port", "pathname", "search", "hash"];

function show(make) {
	try {
		const url = make();
		return parts.map(name => url[name]);
	} catch {
		return null;
	}
}

function changed(base, name, value) {
	return show(() => {
		const url = new URL(base);
		url[name] = value;
		return url;
	});
}

function query(text) {
	const params = new URLSearchParams(text);
	params.append("n", "v w");
	params.set("a", "9");
	params.delete("b");
	return [params.toString(), params.get("a"), params.get("zz"), params.getAll("a"), params.has("n")];
}

function headers() {
	const list = new Headers([["A", "1"]]);
	list.set("Content-Type", 5);
	list.set("X-Other", "one");
	const found = [list.get("CONTENT-type"), list.has("x-OTHER"), list.has("none"), typeof list.get("none")];
	list.delete("X-OTHER");
	return [...found, list.size, [...list]];
}

// the whole would be too much for one line of an app's memory
for (const [url, base] of cases.urls)
	trace(`${JSON.stringify(show(() => (base === null ? new URL(url) : new URL(url, base))))}\n`);
for (const [base, name, value] of cases.changes) trace(`${JSON.stringify(changed(base, name, value))}\n`);
for (const text of cases.queries) trace(`${JSON.stringify(query(text))}\n`);
const linked = new URL("https://h/?a=1 2&b='");
linked.searchParams.append("c", "x y");
trace(`${JSON.stringify(linked.href)}\n`);
trace(`${JSON.stringify(headers())}\n`);
