/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting another program from here.  Changes PCR 4 and 7, so that BitLocker
 * asks for its recovery key: the last resort (design.md, rule 5).
 */
#ifndef EFI_CHAINLOAD_H
#define EFI_CHAINLOAD_H

#include "efi/bootopt_parse.h"
#include "efi/firmware.h"

struct chainload {
	EFI_HANDLE image; /* NULL: nothing is loaded */
};

/**
 * chainload_load - load the file that @option names
 *
 * Returns 0; -ERR_NOT_FOUND if its partition or file is not there; or what the
 * firmware said, which is also in *@ret_status.
 */
int chainload_load(const struct firmware *fw, const struct bootopt *option,
	struct chainload *ret, EFI_STATUS *ret_status);

/**
 * chainload_start - run it
 *
 * Comes back only if the program did, with its status.
 */
EFI_STATUS chainload_start(const struct firmware *fw, struct chainload *c);

#endif
