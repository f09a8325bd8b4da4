/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files with keys on the volume that we were started from: in our own
 * folder, and in its root, where Windows saves them.
 *
 * First by name, for which no folder is read: "BitLocker Recovery Key ID.TXT"
 * and "ID.BEK" of each wanted protector, then site.keys, keys.csv, keys.txt.
 * On what is removable, every other *.TXT, *.CSV, *.TSV, *.BEK and *.KEYS.
 * Where we came from a server, only the sealed pack (efi/key_fetch.h).
 */
#ifndef EFI_KEY_FILES_H
#define EFI_KEY_FILES_H

#include "efi/key_fetch.h"
#include "efi/open_file.h"
#include "efi/site_files.h"
#include "efi/watchdog.h"

#define KEY_FILES_MAX_FOUND  32
#define KEY_FILES_NAME_UNITS 96 /* longer names are passed over */
#define KEY_FILES_FOLDERS    2

struct key_files {
	/* private */
	const struct site_files *site;
	struct watchdog *watchdog;
	bool is_listed;
	struct key_files_found {
		unsigned int folder;
		CHAR16 name[KEY_FILES_NAME_UNITS];
	} found[KEY_FILES_MAX_FOUND];
	size_t found_count;
	unsigned int listing; /* the folder that is being read */
	struct open_file open;
	struct key_fetch fetch;
	CHAR16 path[BOOTOPT_PATH_UNITS + KEY_FILES_NAME_UNITS];
	char name[KEY_FILES_NAME_UNITS]; /* for messages */
};

/** key_files_init - @site and @watchdog must outlive @k */
void key_files_init(struct key_files *k, const struct site_files *site,
	struct watchdog *watchdog);

/**
 * key_files_open - as key_file_open of struct platform_ops
 *
 * Only where the volume is FAT (quirk Q33).
 */
int key_files_open(struct key_files *k, const struct key_wish *wish, size_t *at,
	struct key_source *ret);

/** key_files_close - as key_file_close of struct platform_ops */
void key_files_close(struct key_files *k);

/** key_files_free - what was fetched, once no file is open any more */
void key_files_free(struct key_files *k);

#endif
