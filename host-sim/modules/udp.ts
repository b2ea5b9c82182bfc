/*
 * "embedded:io/socket/udp": a name that dictionaries for a Resolver need. The simulator's Resolver asks the host, and
 * there are no such sockets.
 */

class UDP {
	constructor() {
		throw new Error("the simulator has no UDP sockets");
	}
}

export default UDP;
