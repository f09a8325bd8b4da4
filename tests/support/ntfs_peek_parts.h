/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of ntfs_peek.h share.
 *
 *   ntfs_peek.c           records, attributes, runs; where they lie
 *   ntfs_peek_index.c     directories
 *   ntfs_peek_describe.c  a volume as text
 *   ntfs_peek_check.c     what is wrong with it
 *   ntfs_peek_text.c      text that grows, and comparing it
 */
#ifndef TESTS_SUPPORT_NTFS_PEEK_PARTS_H
#define TESTS_SUPPORT_NTFS_PEEK_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/ntfs_peek.h"

#define MAX_RUNS    512
#define MAX_RECORD  4096
#define MAX_INDEX   65536
#define MAX_DEPTH   8
#define MAX_RECORDS 100000

#define RECORD_MFT     0
#define RECORD_MFTMIRR 1
#define RECORD_LOGFILE 2
#define RECORD_BITMAP  6
#define RECORD_UPCASE  10
#define RECORDS_MIRROR 4
#define FIRST_USER     24

#define TYPE_FILE_NAME	      0x30
#define TYPE_DATA	      0x80
#define TYPE_INDEX_ROOT	      0x90
#define TYPE_INDEX_ALLOCATION 0xA0
#define TYPE_BITMAP	      0xB0

#define NAME_HEAD     66 /* of a $FILE_NAME before the characters */
#define REF_MASK      0xffffffffffffu
#define ENTRY_CHILD   1
#define ENTRY_LAST    2
#define RECORD_IN_USE 1
#define RECORD_NUMBER 44 /* its own, within a record */

/* --- Text ----------------------------------------------------------------- */

struct peek_text {
	char *p;
	size_t len;
	size_t room;
};

/* Even an empty text is one. */
void peek_text_begin(struct peek_text *t);
void peek_text_reserve(struct peek_text *t, size_t more);
void peek_text_add(struct peek_text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void peek_text_add_hex(struct peek_text *t, const unsigned char *p, size_t len);

/* --- The volume ----------------------------------------------------------- */

struct peek_run {
	uint64_t lcn;
	uint64_t clusters;
	bool is_hole;
};

struct peek_attribute {
	uint32_t type;
	const unsigned char *p;
	size_t len;
	bool is_resident;
	const unsigned char *value; /* resident */
	size_t value_len;
	uint64_t size;	      /* non-resident */
	uint64_t initialised; /* non-resident */
	struct peek_run runs[MAX_RUNS];
	unsigned int run_count;
};

struct peek {
	const unsigned char *bytes;
	uint64_t size;
	uint32_t cluster;
	uint32_t record_bytes;
	uint32_t index_bytes;
	uint64_t mirror;
	struct peek_attribute mft;
	unsigned char mft_record[MAX_RECORD];
	uint16_t upcase[65536];
};

const unsigned char *peek_at(const struct peek *v, uint64_t off, size_t len);
/* Copy a record or block and undo its protection; false if it is torn. */
bool peek_take_protected(const struct peek *v, uint64_t off, size_t len,
	const char *magic, unsigned char *out);
/* The attribute after @a (after nothing: the first): 1, 0 at the end, -1. */
int peek_next_attribute(const unsigned char *record, size_t record_len,
	struct peek_attribute *a);
bool peek_find_attribute(const unsigned char *record, size_t record_len,
	uint32_t type, struct peek_attribute *a);
/*
 * The same in all records of the file whose record, base or extension, @record
 * is; @found receives the one with the attribute.
 */
bool peek_find_in_file(const struct peek *v, const unsigned char *record,
	uint32_t type, struct peek_attribute *a, unsigned char *found);
/* Where byte @off of a non-resident attribute lies; 0 = nowhere. */
uint64_t peek_place_of(
	const struct peek *v, const struct peek_attribute *a, uint64_t off);
bool peek_take_record(
	const struct peek *v, uint64_t number, unsigned char *out);
struct peek *peek_open(const unsigned char *bytes, uint64_t size);
uint64_t peek_record_count(const struct peek *v);
/* A record may never have been used: then it is not even torn. */
bool peek_was_used(const struct peek *v, uint64_t number);

/* --- Directory indexes ---------------------------------------------------- */

struct peek_node {
	unsigned char *block;
	size_t pos;
	size_t end;
	bool is_done; /* the last entry was passed */
};

struct peek_walk {
	const struct peek *v;
	struct peek_attribute blocks;
	unsigned char blocks_record[MAX_RECORD];
	bool has_blocks;
	struct peek_node stack[MAX_DEPTH];
	unsigned int depth;
	bool is_broken;
};

bool peek_walk_begin(
	struct peek_walk *w, const struct peek *v, const unsigned char *record);
/* The next entry in order; NULL at the end. */
const unsigned char *peek_walk_next(struct peek_walk *w);
bool peek_is_directory(const unsigned char *record, size_t len);
/* The same, and its entries can all be read; for any record of the file. */
bool peek_is_whole_directory(const struct peek *v, const unsigned char *record);
/* The number of a file, from any of its records. */
uint64_t peek_base_of(const unsigned char *record, uint64_t number);

#endif
