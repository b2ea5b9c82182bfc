/*
	The device of tests/faults, whose key is in the digital-signature peripheral.
*/

import "test/more";
import "test/client";
