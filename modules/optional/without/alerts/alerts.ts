/*
	"tls/connection/alerts" in a build without words for the alerts that a server sends: they have their numbers only
	(RFC 8446 section 6, appendix B.2).
*/

import type * as whole from "../../../connection/alerts";

export const alertMeaning: typeof whole.alertMeaning = description => `alert ${description}`;
