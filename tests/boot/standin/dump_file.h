/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel dump that a blue screen leaves at the start of the page file.  Its
 * pages lie there from the beginning (page_file.py); its header is a file, to
 * which the stand-in adds what is of this crash, and then it goes to the page
 * file's sectors, past NTFS, as crashdmp.sys does.  Shares no code with the
 * readers that are being tested (recovery/dump*.c).
 */
#ifndef TESTS_BOOT_STANDIN_DUMP_FILE_H
#define TESTS_BOOT_STANDIN_DUMP_FILE_H

#include "tests/boot/standin/windows_volume.h"

struct dump_of_crash {
	uint64_t code;
	uint64_t parameter1;
	uint64_t utc; /* FILETIME */
	uint32_t boot_id;
	bool is_other; /* not in the driver that the content is for */
};

/**
 * dump_file_write - write the dump of this crash
 *
 * Returns 1; 0 if this Windows is not set up to write any; -ERR_.
 */
int dump_file_write(struct windows_volume *w, const struct dump_of_crash *c);

#endif
