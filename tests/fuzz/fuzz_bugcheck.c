/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bugcheck_check() on three variables of any size: two bytes say which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "recovery/bugcheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bugcheck_bytes take(
	const uint8_t **data, size_t *size, size_t len)
{
	struct bugcheck_bytes b;

	if (len > *size)
		len = *size;
	b.bytes = *data;
	b.len = len;
	*data += len;
	*size -= len;
	return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bugcheck_bytes code;
	struct bugcheck_bytes parameter1;
	struct bugcheck b;
	size_t code_len;
	size_t parameter1_len;

	if (size < 2)
		return 0;
	code_len = data[0];
	parameter1_len = data[1];
	data += 2;
	size -= 2;
	code = take(&data, &size, code_len);
	parameter1 = take(&data, &size, parameter1_len);
	if (bugcheck_check(code, parameter1, take(&data, &size, size), &b) < 0)
		return 0;
	if (b.is_present != (b.code != 0) || !bugcheck_equal(&b, &b))
		abort();
	(void)stop_code_kind(b.code);
	return 0;
}
