/*
	What is offered first depends on the chip (tls/hardware/chip): most servers take the first that they know.
*/

import { AEADAlgorithm } from "tls/hardware/aead";
import { ChipFeature } from "tls/hardware/chip";
import { NamedGroup } from "../wire/numbers";
import { findSuite } from "./suites";

/** In software X25519 is the fastest. */
const inSoftware: readonly number[] = Object.freeze([NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1]);
const withUnit: readonly number[] = Object.freeze([NamedGroup.secp256r1, NamedGroup.x25519, NamedGroup.secp384r1]);
const withUnits: readonly number[] = Object.freeze([NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.x25519]);

/** Groups in order of preference; the key share is of the first. `features` are bits of ChipFeature. */
export function groupsFor(features: number): readonly number[] {
	if (!(features & ChipFeature.p256)) return inSoftware;
	return features & ChipFeature.p384 ? withUnits : withUnit;
}

/** True if this build can't do that suite. */
export function isUnsupportedHere(features: number, suite: number): boolean {
	return !(features & ChipFeature.chacha20_poly1305) && findSuite(suite)?.aead === AEADAlgorithm.chacha20_poly1305;
}
