/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a site has put beside the program: files in the folder it was started
 * from, on a volume or a server, and its keys, in the program's own PE section.
 * Reads only.
 */
#ifndef EFI_SITE_FILES_H
#define EFI_SITE_FILES_H

#include "efi/bootopt_parse.h"
#include "efi/firmware.h"
#include "efi/network.h"
#include "recovery/platform.h"

struct site_files {
	const struct firmware *fw;
	EFI_HANDLE volume; /* with the program's folder; NULL: there is none */
	CHAR16 folder[BOOTOPT_PATH_UNITS]; /* "\EFI\Loopbreaker\" */
	enum policy_origin origin;
	/* Where a volume has no files; NULL after site_files_open(): none */
	struct network *network;
};

/**
 * site_files_open - find out where we were started from
 *
 * Quirk Q13: without a device handle there are no files; without a path, or
 * with one that makes no sense, they are looked for in BOOTOPT_OWN_FOLDER of
 * the device; with a bare name from the network (iPXE), in its root.  What is
 * neither the PC's own disk nor removable counts as the network, which may do
 * least.  Nothing has to be closed.
 */
void site_files_open(struct site_files *s, const struct firmware *fw);

/**
 * site_files_is_on_server - do they come from the server?
 *
 * Not if what we were started from has files: iPXE, for one, shows what it has
 * loaded as files of a volume.
 */
bool site_files_is_on_server(const struct site_files *s);

/** site_files_get - as file_get of struct platform_ops */
int site_files_get(const struct site_files *s, enum platform_file which,
	void *buf, size_t cap, size_t *ret_len);

/**
 * site_files_keys - the bytes of the section ".lbkey" in our own image
 *
 * No such section gives no bytes.
 */
void site_files_keys(
	const struct firmware *fw, const void **ret_bytes, size_t *ret_len);

#endif
