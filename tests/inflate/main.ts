/*
	The device of tests/faults, with something that decompresses certificates.
*/

import "test/more";
import "test/client";
