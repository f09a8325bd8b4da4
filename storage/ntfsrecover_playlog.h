/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ntfs-3g's playlog.c, which does the redoing, is not trusted with: it is
 * compiled unchanged, and led here by scripts/deps/ntfs-3g/roomy.h.
 */
#ifndef STORAGE_NTFSRECOVER_PLAYLOG_H
#define STORAGE_NTFSRECOVER_PLAYLOG_H

#include <stdbool.h>

/** playlog_begin - forget the run before */
void playlog_begin(void);

/**
 * playlog_lacked_memory - did it do without a buffer since then?
 *
 * It takes some blocks that it has no buffer for for erased ones, and goes on:
 * what it did is good for nothing then.
 */
bool playlog_lacked_memory(void);

#endif
