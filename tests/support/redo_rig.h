/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A commit of random blocks, its redo record, and the disk that both are about.
 */
#ifndef TESTS_SUPPORT_REDO_RIG_H
#define TESTS_SUPPORT_REDO_RIG_H

#include "storage/redo.h"
#include "tests/support/emudisk.h"

#define REDO_RIG_BLOCKS	   64
#define REDO_RIG_MAX_BYTES (REDO_RIG_BLOCKS * 4096)

struct redo_rig {
	struct emudisk disk;
	struct overlay overlay;
	struct place place;
	struct extent witnesses[2];
	uint8_t *bytes; /* of the record */
	struct redo redo;
	unsigned char before[REDO_RIG_MAX_BYTES];
	unsigned char after[REDO_RIG_MAX_BYTES];
};

/**
 * redo_rig_open - blocks from the second half of the disk change; its first
 * block and a part of the second are witnesses
 *
 * Some blocks are changed by several epochs, one goes back to what it was.
 */
void redo_rig_open(struct redo_rig *r, uint32_t block_bytes, uint64_t seed);

/** redo_rig_restart - the disk as before, without faults */
void redo_rig_restart(struct redo_rig *r);

void redo_rig_close(struct redo_rig *r);

#endif
