/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sealed key pack beside the program on the server that it came from.
 * Nothing else with keys is asked for: everybody in the network could read it.
 */
#ifndef EFI_KEY_FETCH_H
#define EFI_KEY_FETCH_H

#include "efi/network.h"
#include "recovery/keys/key_source.h"

#define KEY_FETCH_NAME "site.keys"

/* Of 110 bytes a PC: more than are on one site. */
#define KEY_FETCH_MAX_BYTES (4u << 20)

struct key_fetch {
	/* private */
	bool is_asked;
	int err;
	uint8_t *bytes;
	struct key_memory memory;
};

/**
 * key_fetch_open - the pack; fetched once
 *
 * Returns 0 with *@ret, valid until key_fetch_free(); or as network_get(), or
 * -ERR_NO_MEMORY, with only its name.
 */
int key_fetch_open(
	struct key_fetch *k, struct network *n, struct key_source *ret);

/** key_fetch_free - also of one that was never opened */
void key_fetch_free(struct key_fetch *k);

#endif
