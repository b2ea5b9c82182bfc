/* The SDK's resolver over HTTPS: names that have an address, one that has none, two at a time. "resolver" is its module with the test's server in it. */

import Resolver from "resolver";

for (const host of ["device.example", "none.example", "other.example"])
	new Resolver({
		host,
		onResolved(address) {
			trace(`${host} ${address}\n`);
		},
		onError() {
			trace(`${host} has no address\n`);
		},
	});
