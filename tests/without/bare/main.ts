/*
	The device of tests/faults, without all that can be left out.
*/

import "test/more";
import "test/client";
