/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network_path_check() on any bytes. */
#include <stdlib.h>
#include <string.h>

#include "efi/network_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);
	struct network_path p;

	if (!exact)
		abort();
	if (size)
		memcpy(exact, data, size);
	if (!network_path_check(exact, size, &p)) {
		if (!memchr(p.origin.base, 0, sizeof(p.origin.base)))
			abort();
		if (p.origin.transport == NET_NOWHERE && p.origin.base[0])
			abort();
	}
	free(exact);
	return 0;
}
