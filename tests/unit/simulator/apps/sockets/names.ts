/* Names that are looked up. */

import Net from "net";
import Resolver from "embedded:network/dns/resolver/udp";
import Timer from "timer";
import { events, finish, refused } from "./events";

/** Each way of looking up. */
export function names(): void {
	const resolver = new Resolver({ servers: ["1.1.1.1"], socket: {} });
	const callbacks = (host: string) => ({
		host,
		onResolved(this: Resolver, name: string, found: string) {
			events.push(this === resolver, name, found);
		},
		onError(name: string) {
			events.push(`no ${name}`);
		},
	});
	resolver.resolve(callbacks("192.0.2.7"));
	Timer.set(() => resolver.resolve(callbacks("localhost")), 100);
	Timer.set(
		() =>
			Net.resolve("192.0.2.8", (name, found) => {
				events.push(name, found);
			}),
		200,
	);
	Timer.set(
		() =>
			Net.resolve("no.such.name.invalid", (name, found) => {
				events.push(name, found === undefined);
				refused(() => resolver.resolve({ host: "" }));
				refused(() => resolver.resolve({ host: "localhost" }));
				resolver.resolve(callbacks("127.0.0.1"));
				resolver.close();
				refused(() => resolver.resolve(callbacks("localhost")));
				refused(() => Net.resolve("localhost", 5 as never));
				Timer.set(finish, 50);
			}),
		300,
	);
}

/** A name with addresses of both kinds, and one with an IPv6 address alone. */
export function families(): void {
	Net.resolve("both.example", (name, found) => {
		events.push(name, found);
		Net.resolve("six.example", (other, address6) => {
			events.push(other, address6);
			finish();
		});
	});
}
