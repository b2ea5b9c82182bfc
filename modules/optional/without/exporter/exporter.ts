/*
	"tls/handshake/exporter" in a build without keying material for other protocols: the option and the methods for it
	are refused.
*/

import type * as whole from "../../../handshake/exporter";
import { refuse } from "tls/errors";

function leftOut(): never {
	refuse(
		'"exporter" needs what this build leaves out: take modules/optional/without/exporter/manifest.json out of the manifest\'s "include"',
	);
}

export const expectExporter: typeof whole.expectExporter = leftOut;
export const exportFrom: typeof whole.exportFrom = leftOut;
export const channelBindingOf: typeof whole.channelBindingOf = leftOut;

/** Made only where the option is set, which is refused. */
export const Exporter12: typeof whole.Exporter12 | undefined = undefined;
export const Exporter13: typeof whole.Exporter13 | undefined = undefined;
