/*
	Tickets of TLS 1.3 (RFC 8446 section 4.6.1), of which sessions for later connections are made. Made by tls13/flow.ts, used by post.ts, both by way of
	resumption.ts.
*/

import type { Config } from "../../config";
import { AllowedIn, expectRequest } from "../../wire/extensions";
import { ExtensionType, ProtocolVersion } from "../../wire/numbers";
import type { Suite } from "../../crypto/suite";
import { Secret } from "tls/hardware/secret";
import type { AuthenticatedPeer } from "../authenticated";
import type { Link } from "../link";
import { exportSession } from "./session";
import type { Schedule13 } from "../tls13/schedule";
import type { Transcript } from "../transcript";

/** Most tickets that the application is given in one connection: what makes them is wiped then. */
const MAX_TICKETS = 8;

/** Makes sessions of tickets (section 4.6.1). It is there only where the application wants them. */
export class TicketKeeper {
	private readonly suite: Suite;
	private readonly master: Secret;
	private readonly binding: Uint8Array;
	private readonly scheme: number;
	private readonly subject: string;
	private readonly protocol: string;
	private readonly maxFragmentCode: number;
	private left = MAX_TICKETS;

	/**
	 * Takes over `master`, the resumption_master_secret; `scheme` and `subject` are the peer's proof, `binding` is what resumption/session.ts made, the rest what
	 * was negotiated.
	 */
	constructor(suite: Suite, master: Secret, binding: Uint8Array, scheme: number, subject: string, protocol: string, maxFragmentCode: number) {
		this.suite = suite;
		this.master = master;
		this.binding = binding;
		this.scheme = scheme;
		this.subject = subject;
		this.protocol = protocol;
		this.maxFragmentCode = maxFragmentCode;
	}

	/** Hands on the session that `ticket` stands for; its key is made with the nonce `bytes[start..end)`. */
	keep(link: Link, lifetime: number, ageAdd: number, maxEarlyData: number, bytes: Uint8Array, start: number, end: number, ticket: Uint8Array): void {
		// a lifetime of zero means that it is not to be used
		if (!lifetime || !this.left) return;
		const { id, hash, hashLength } = this.suite;
		const secret = new Secret(hashLength);
		secret.expandLabel(hash, this.master, "resumption", bytes, start, end, 0, hashLength);
		const session = {
			version: ProtocolVersion.tls13, suite: id, ticket, scheme: this.scheme, subject: this.subject, ageAdd, maxEarlyData, protocol: this.protocol,
			maxFragmentCode: this.maxFragmentCode,
		} as const;
		link.keepSession(exportSession(session, secret, this.binding, Date.now(), lifetime));
		secret.close();
		if (!--this.left) this.master.close();
	}

	close(): void {
		if (this.left) this.master.close();
	}
}

/** Reads a NewSessionTicket (section 4.6.1). Without a keeper only its form is checked. */
export function readTicket(link: Link, keeper: TicketKeeper | undefined): void {
	const r = link.reader;
	const lifetime = r.u32();
	const ageAdd = r.u32();
	const nonceLength = r.u8();
	const nonceAt = r.skip(nonceLength);
	const outer = r.enter(2, 1, 0xffff);
	const ticketAt = r.at;
	const ticketEnd = r.at = r.end;
	r.leave(outer);
	const block = r.enter(2, 0, 0xfffe);
	let seen = 0;
	let maxEarlyData = 0;
	while (r.left) {
		const type = r.u16();
		seen = expectRequest(type, seen, AllowedIn.new_session_ticket);
		const extension = r.enter(2, 0, 0xffff);
		if (type === ExtensionType.early_data) maxEarlyData = r.u32();
		else r.at = r.end;
		r.leave(extension);
	}
	r.leave(block);
	r.finish();
	keeper?.keep(link, lifetime, ageAdd, maxEarlyData, r.bytes, nonceAt, nonceAt + nonceLength, r.bytes.slice(ticketAt, ticketEnd));
}

/** What makes sessions of the server's tickets; `maxFragmentCode` is what it keeps to. The transcript ends with the client's Finished. */
export function keepTickets(config: Config, schedule: Schedule13, transcript: Transcript, { scheme, peer }: AuthenticatedPeer, protocol: string,
	maxFragmentCode: number): TicketKeeper {
	const master = schedule.derive("res master", transcript.digest());
	return new TicketKeeper(schedule.suite, master, config.sessionBinding!, scheme, peer.subject, protocol, maxFragmentCode);
}
