/*
	What a chip does, in bits (ChipFeature in chip.ts). On ESP32 chips esp32/capabilities.h defines XS_TLS_CHIP from
	ESP-IDF's options; the simulator defines it as a function of its own; elsewhere everything is software.
*/

#ifndef XS_TLS_CHIP_H
#define XS_TLS_CHIP_H

/* ChipFeature in ../chip.ts. */
enum {
	kChipP256 = 1,
	kChipP384 = 2,
	kChipSHA512 = 4,
	kChipGCM = 8,
	kChipChaCha20Poly1305 = 16,
	kChipRSA4096 = 32,
	kChipP521 = 64,
};

#ifdef ESP_PLATFORM
	#include "../esp32/capabilities.h"
#endif

#ifndef XS_TLS_CHIP
	#define XS_TLS_CHIP (kChipChaCha20Poly1305 | kChipRSA4096 | kChipP521)
#endif

#endif
