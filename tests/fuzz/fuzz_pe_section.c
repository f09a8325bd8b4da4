/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pe_section_check() on any bytes: what it finds lies inside them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "recovery/pe_section.h"
#include "recovery/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, size_t size, bool is_loaded)
{
	struct signature_keys keys;
	const void *bytes;
	const uint8_t *at;
	size_t len;

	if (pe_section_check(
		    data, size, is_loaded, PE_KEY_SECTION, &bytes, &len) < 0)
		return;
	at = bytes;
	if (at < data || len > size || (size_t)(at - data) > size - len)
		abort();
	(void)signature_keys_check(bytes, len, &keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(data, size, false);
	check(data, size, true);
	return 0;
}
