/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registry hives for tests: made by mkhive.py, which shares no code with our
 * reader, and those that Windows has made (the fixtures).
 */
#ifndef TESTS_SUPPORT_HIVE_MAKER_H
#define TESTS_SUPPORT_HIVE_MAKER_H

#include <stdbool.h>

#include "tests/support/emudisk.h"

#define HIVE_WORDS_MAX 16

/* A hive and its logs; a log that does not exist has no bytes. */
struct made_hive {
	struct emudisk primary;
	struct emudisk logs[2];
};

/**
 * hive_make - run mkhive.py
 * @words: options, description and changes; NULL behind the last, at most
 *	   HIVE_WORDS_MAX
 */
void hive_make(struct made_hive *m, const char *const *words);

/** hive_make_bcd - the same with mkbcd.py: a boot configuration */
void hive_make_bcd(struct made_hive *m, const char *const *words);

/**
 * hive_fixture - load a hive of the fixtures, with its logs
 * @name: "SYSTEM_B", or "archive.tar.xz:folder/HIVE"; its logs are called
 *alike, with .LOG1 and .LOG2 behind
 *
 * Returns false, with the reason printed, where it is absent.
 */
bool hive_fixture(struct made_hive *m, const char *name);

/** hive_fixture_file - one file of them, without logs */
bool hive_fixture_file(struct emudisk *e, const char *name);

/**
 * hive_fix_log - make the hashes of all entries right again, as far as their
 * sizes lead
 */
void hive_fix_log(struct emudisk *e);

void hive_free(struct made_hive *m);

#endif
