/* SPDX-License-Identifier: GPL-2.0-or-later */
/* key_csv_parse() on any bytes. */
#include "tests/fuzz/key_judge.h"

#include "recovery/keys/key_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	key_judge_parse(key_csv_parse, "keys.csv", data, size);
	return 0;
}
