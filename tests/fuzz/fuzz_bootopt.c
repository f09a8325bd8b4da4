/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostile Boot#### variables: bootopt_check() and what believes its result. */
#include <stdlib.h>
#include <string.h>

#include "efi/bootopt_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* An exact copy, so that one byte too far is noticed. */
	uint8_t *bytes = malloc(size ? size : 1);
	struct bootopt o;

	require(bytes != NULL);
	memcpy(bytes, data, size);
	if (!bootopt_check(bytes, size, &o)) {
		require(size <= BOOTOPT_MAX_BYTES);
		require(o.path_len < BOOTOPT_PATH_UNITS);
		require(o.path[o.path_len] == 0);
		require(memchr(o.description, 0, sizeof(o.description)) !=
			NULL);
		require(bootopt_equal(&o, &o));
		(void)bootopt_path_is(&o, "\\EFI\\Microsoft\\Boot\\x.efi");
	}
	free(bytes);
	return 0;
}
