/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an NTFS volume holds, read straight from its bytes without any library:
 * a small chkdsk for tests.  Knows boot sector, MFT records, data runs and
 * directory indexes; of attributes that spread over several records each
 * record's part by itself.
 *
 * A description is text, one fact a line, in the order of the MFT:
 *
 *	record 64 sequence 1 flags 0x1 links 2
 *	record 64 attribute 0x30 "" value 0500...
 *	record 64 attribute 0x80 "" size 8000 runs 4711+2 sum 0123456789abcdef
 *	record 37 entry 0001000000000040 key 2500...
 *
 * It leaves out what any change of metadata may change: update sequence
 * numbers, attribute instances, where in an index block an entry stands, the
 * content of $MFT, $MFTMirr and $LogFile.
 */
#ifndef TESTS_SUPPORT_NTFS_PEEK_H
#define TESTS_SUPPORT_NTFS_PEEK_H

#include <stddef.h>
#include <stdint.h>

/** peek_describe - all facts of the volume; the caller frees the text */
char *peek_describe(const unsigned char *volume, uint64_t size);

/**
 * peek_check - what a file system check would complain of
 *
 * Index entries without such a name in the file, names in files without such
 * an entry, a wrong link count, entries in the wrong order, records and blocks
 * that were written in part, a $MFTMirr that differs, clusters that $Bitmap
 * marks otherwise than files use them.  Returns text, one complaint a line, ""
 * if there is none; the caller frees it.
 */
char *peek_check(const unsigned char *volume, uint64_t size);

/**
 * peek_difference - the lines that only one of two texts has
 *
 * "-line" for those of @before, then "+line" for those of @after; the caller
 * frees the text.
 */
char *peek_difference(const char *before, const char *after);

/**
 * peek_without - @text without the lines that contain @part
 *
 * The caller frees the text.
 */
char *peek_without(const char *text, const char *part);

/** peek_record_of - the record of a file or directory; 0 if there is none */
uint64_t peek_record_of(
	const unsigned char *volume, uint64_t size, const char *name);

/** peek_record_place - where in the volume that record lies; 0 = nowhere */
uint64_t peek_record_place(
	const unsigned char *volume, uint64_t size, uint64_t number);

/** peek_data_place - where a file's first cluster lies; 0 if it has none */
uint64_t peek_data_place(
	const unsigned char *volume, uint64_t size, uint64_t number);

/**
 * peek_attribute_place - where in the volume an attribute's header lies
 *
 * The first of that type in the record; 0 if there is none.  Two bytes at the
 * end of each 512 are not what they seem (fixups): do not change those.
 */
uint64_t peek_attribute_place(const unsigned char *volume, uint64_t size,
	uint64_t number, uint32_t type);

/** peek_value_place - where its first byte of data lies; else the same */
uint64_t peek_value_place(const unsigned char *volume, uint64_t size,
	uint64_t number, uint32_t type);

/** peek_name_hex - @name (ASCII) as a description shows UTF-16 characters */
const char *peek_name_hex(const char *name, char *buf, size_t cap);

#endif
