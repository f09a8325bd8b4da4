/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smbios_id_check() and smbios_text_check() on any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/smbios.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t id[SMBIOS_ID_BYTES];
	char text[16];
	size_t i;

	if (!smbios_text_check(data, size, SMBIOS_SERIAL, text, sizeof(text)) &&
		!memmem(data, size, text, strnlen(text, sizeof(text))))
		abort();

	if (smbios_id_check(data, size, id) < 0)
		return 0;
	/* Taken from the table, and not one that says "not set". */
	for (i = 0; i + SMBIOS_ID_BYTES <= size; i++)
		if (!memcmp(data + i, id, SMBIOS_ID_BYTES))
			return 0;
	abort();
}
