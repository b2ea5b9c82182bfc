/*
	Tickets of TLS 1.3 (RFC 8446 section 4.6.1), made into sessions for later connections.
*/

import type { Config } from "../../config";
import { clockTime } from "../../x509/time";
import type { ClockPolicy } from "../../x509/time";
import { AllowedIn, expectExtension, expectRequest } from "../../wire/extensions";
import { canKeepTicket } from "../../wire/memory";
import { ExtensionType, ProtocolVersion } from "../../wire/numbers";
import { copyRange } from "../../wire/reader";
import type { Suite } from "../../crypto/suite";
import { Secret } from "tls/hardware/secret";
import type { AuthenticatedPeer } from "../authenticated";
import type { Link } from "../link";
import type { Session13 } from "./keys";
import { exportSession } from "./session";
import type { Schedule13 } from "../tls13/schedule";
import type { Transcript } from "../transcript";

/** Most tickets that the application is given in one connection: what makes them is wiped then. */
const MAX_TICKETS = 8;

/** What all sessions of a connection have in common. */
type Common = Pick<Session13, "scheme" | "subject" | "verifiedAt" | "validUntil" | "protocol" | "maxFragmentCode">;

/** What a session takes from its NewSessionTicket. */
type Ticket13 = Pick<Session13, "ticket" | "ageAdd" | "maxEarlyData">;

// XS: literals outside of functions, which a device does not copy at each use (docs/XS-PATTERNS.md)
const NEW_SESSION_TICKET = "NewSessionTicket";
const RESUMPTION = "resumption";
const RESUMPTION_MASTER = "res master";

/** Makes sessions of tickets (section 4.6.1). It is there only if the application wants them. */
export class TicketKeeper {
	private readonly suite: Suite;
	private readonly master: Secret;
	private readonly binding: Uint8Array;
	private readonly clock: ClockPolicy;
	private readonly common: Common;
	private left = MAX_TICKETS;

	/** Takes over `master`, the resumption_master_secret; `binding` is what resume.ts made. */
	constructor(suite: Suite, master: Secret, binding: Uint8Array, clock: ClockPolicy, common: Common) {
		this.suite = suite;
		this.master = master;
		this.binding = binding;
		this.clock = clock;
		this.common = common;
	}

	/**
	 * Hands on the session that `ticket` stands for. Its key is made with the nonce `bytes[start..end)`. `lifetime` is
	 * in seconds.
	 */
	keepTicket(link: Link, lifetime: number, ticket: Ticket13, bytes: Uint8Array, start: number, end: number): void {
		// a lifetime of zero means that it is not to be used
		if (!lifetime || !this.left) return;
		const now = clockTime(this.clock);
		if (now === undefined) return;
		const { id, hash, hashLength } = this.suite;
		const secret = new Secret(hashLength);
		try {
			secret.expandLabel(hash, this.master, RESUMPTION, bytes, start, end, 0, hashLength);
			const session = {
				version: ProtocolVersion.tls13 as const,
				suite: id,
				...ticket,
				...this.common,
			};
			link.keepSession(exportSession(session, secret, this.binding, now, lifetime));
		} finally {
			secret.close();
		}
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
	const nonceStart = r.skipVector(1, 0, 255),
		nonceEnd = r.at;
	const ticketStart = r.skipVector(2, 1, 0xffff),
		ticketEnd = r.at;
	const block = r.enter(2, 0, 0xfffe);
	let seen = 0;
	let maxEarlyData = 0;
	for (let i = 0; r.left; i++) {
		expectExtension(i, NEW_SESSION_TICKET);
		const type = r.u16();
		seen = expectRequest(type, seen, AllowedIn.new_session_ticket);
		const extension = r.enter(2, 0, 0xffff);
		if (type === ExtensionType.early_data) maxEarlyData = r.u32();
		else r.at = r.end;
		r.leave(extension);
	}
	r.leave(block);
	r.finish();
	// section 4.6.1: a ticket may be passed over
	if (!keeper || !canKeepTicket(ticketEnd - ticketStart)) return;
	const ticket = { ticket: copyRange(r.bytes, ticketStart, ticketEnd), ageAdd, maxEarlyData };
	keeper.keepTicket(link, lifetime, ticket, r.bytes, nonceStart, nonceEnd);
}

/**
 * Returns what makes sessions of the server's tickets, undefined if the time is not known: such a session could never
 * be used. The transcript ends with the client's Finished; `maxFragmentCode` is what the server keeps to.
 */
export function keepTickets(
	{ certificates: { clock }, sessionBinding }: Config,
	schedule: Schedule13,
	transcript: Transcript,
	proof: AuthenticatedPeer,
	agreed: Pick<Common, "protocol" | "maxFragmentCode">,
): TicketKeeper | undefined {
	const now = clockTime(clock);
	if (now === undefined) return undefined;
	const {
		scheme,
		peer: { subject, validUntil, verifiedAt },
	} = proof;
	const master = schedule.derive(RESUMPTION_MASTER, transcript.digest());
	// an external key has verified the server just now
	const common = {
		scheme,
		subject,
		validUntil,
		verifiedAt: verifiedAt || Math.floor(now / 1000),
		protocol: agreed.protocol,
		maxFragmentCode: agreed.maxFragmentCode,
	};
	return new TicketKeeper(schedule.suite, master, sessionBinding!, clock, common);
}
