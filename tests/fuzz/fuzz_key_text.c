/* SPDX-License-Identifier: GPL-2.0-or-later */
/* key_text_parse() on any bytes, and on what the format is recognised as. */
#include "tests/fuzz/key_judge.h"

#include "recovery/keys/key_file.h"
#include "recovery/keys/key_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	key_judge_parse(key_text_parse, "keys.txt", data, size);
	key_judge_parse(key_file_parse, "keys", data, size);
	return 0;
}
