/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the metadata of an NTFS volume lies, so that each byte of it can be
 * spoiled: pieces that are protected by an update sequence or are not.
 *
 * Every function adds pieces to a map of a sound volume; a structure that is
 * not there ends the program, for that is a mistake of the test.
 */
#ifndef TESTS_SUPPORT_CORRUPT_MAP_H
#define TESTS_SUPPORT_CORRUPT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define CORRUPT_MAX_PIECES 128
#define CORRUPT_NAME_BYTES 40

struct corrupt_piece {
	char name[CORRUPT_NAME_BYTES]; /* without blanks and colons */
	uint64_t place;
	uint64_t copy; /* is changed in the same way; 0 = nothing is */
	uint64_t twin; /* the other one of record and copy; 0 = has none */
	uint32_t len;
	uint32_t used;	   /* what lies behind has no meaning */
	bool is_protected; /* by an update sequence */
};

struct corrupt_map {
	const unsigned char *bytes; /* of the volume; not owned */
	uint64_t size;
	struct corrupt_piece pieces[CORRUPT_MAX_PIECES];
	unsigned int count;
};

/** corrupt_map_boot - the boot sector, and its copy behind the volume */
void corrupt_map_boot(struct corrupt_map *map);

/** corrupt_map_records - of $MFT, from @first on */
void corrupt_map_records(
	struct corrupt_map *map, unsigned int first, unsigned int count);

/** corrupt_map_mirror - $MFTMirr: alone, and together with the records */
void corrupt_map_mirror(struct corrupt_map *map);

/** corrupt_map_file - all MFT records, and the attribute list, of @name */
void corrupt_map_file(struct corrupt_map *map, const char *name);

/**
 * corrupt_map_blocks - index blocks of the folder @name
 * @every: of its leaves only each @every th is taken; the others all are
 */
void corrupt_map_blocks(
	struct corrupt_map *map, const char *name, unsigned int every);

/** corrupt_map_root_blocks - index blocks of the root folder */
void corrupt_map_root_blocks(struct corrupt_map *map);

/**
 * corrupt_map_restart - the restart pages of $LogFile: each, and both alike */
void corrupt_map_restart(struct corrupt_map *map);

/** corrupt_map_log - the record pages of $LogFile that hold anything */
void corrupt_map_log(struct corrupt_map *map);

/** corrupt_map_at - where in the volume byte @off of a piece is kept */
uint64_t corrupt_map_at(const struct corrupt_map *map,
	const struct corrupt_piece *piece, uint32_t off);

#endif
