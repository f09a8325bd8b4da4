/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's variable store, which wears out, runs full, and reports
 * success without storing and failure while storing.  Everything is compared
 * before it is written and read back afterwards.
 */
#ifndef EFI_VARS_H
#define EFI_VARS_H

#include "efi/firmware.h"

/* Longest value read or written: BootOrder and Boot####. */
#define VARS_MAX_BYTES 4096

#define VARS_NV	      EFI_VARIABLE_NON_VOLATILE
#define VARS_BS	      EFI_VARIABLE_BOOTSERVICE_ACCESS
#define VARS_RT	      EFI_VARIABLE_RUNTIME_ACCESS
#define VARS_NV_BS    (VARS_NV | VARS_BS)
#define VARS_NV_BS_RT (VARS_NV | VARS_BS | VARS_RT)

struct vars_name {
	const CHAR16 *name;
	const EFI_GUID *vendor;
	uint32_t attributes; /* 0: any will do; never written then */
};

/*
 * Loopbreaker's vendor GUID is b5c39e17-8348-4709-938a-d1925b691892.
 *
 * LoopbreakerRecord  NV + BS       the own record (recovery/record.h), which
 *                                  Windows can neither read nor forge
 * LoopbreakerPass    NV + BS       its hand-over mark (efi/pass_mark.h), only
 *                                  while there is no room for the record
 * LoopbreakerFailure NV + BS       the failure note (recovery/failure.h), only
 *                                  while the disk is being changed and after
 *                                  Loopbreaker itself has crashed
 * LoopbreakerNote    NV + BS + RT  the health note (recovery/note.h), written
 *                                  by Windows' re-arming task
 */
#define VARS_LOOPBREAKER_GUID                                                  \
	{                                                                      \
		0xb5c39e17, 0x8348, 0x4709,                                    \
		{                                                              \
			0x93, 0x8a, 0xd1, 0x92, 0x5b, 0x69, 0x18, 0x92         \
		}                                                              \
	}

extern const struct vars_name vars_record;
extern const struct vars_name vars_pass;
extern const struct vars_name vars_failure;
extern const struct vars_name vars_note;

/* Left behind by Windows at a blue screen (recovery/bugcheck.h); read only. */
extern const struct vars_name vars_bugcheck_code;
extern const struct vars_name vars_bugcheck_parameter1;
extern const struct vars_name vars_bugcheck_progress;

/* The firmware's, if it has one (efi/memory_overwrite.h). */
extern const struct vars_name vars_memory_overwrite;

/* The boot manager's own (UEFI specification, "Globally Defined Variables"). */
extern const struct vars_name vars_boot_next;
extern const struct vars_name vars_boot_order;
extern const struct vars_name vars_boot_current;

#define VARS_BOOT_NAME_UNITS 9 /* "Boot####" and NUL */

/** vars_boot_option - the variable Boot#### for @number; @name is filled in */
struct vars_name vars_boot_option(
	uint16_t number, CHAR16 name[VARS_BOOT_NAME_UNITS]);

/**
 * vars_get - read a variable
 * @cap: at least 1
 *
 * Returns 0 with *@ret_len; -ERR_NOT_FOUND; -ERR_TOO_LARGE if it is longer
 * than @cap; -ERR_CORRUPT if its attributes are not those of @v, which means
 * that somebody else made it; or what the firmware reports.  @buf may be
 * changed on failure.
 */
int vars_get(const struct firmware *fw, const struct vars_name *v, void *buf,
	size_t cap, size_t *ret_len);

/**
 * vars_set - make sure that @v holds @bytes
 * @len: 1 .. VARS_MAX_BYTES
 *
 * Writes nothing if it holds them already.  A variable of that name with
 * other attributes is replaced.  Returns 0 only after reading back the same
 * bytes; -ERR_NOT_STORED if the firmware reported success and did not store
 * them; -ERR_NO_SPACE; -ERR_READ_ONLY; -ERR_TOO_LARGE; or what the firmware
 * reports.
 */
int vars_set(const struct firmware *fw, const struct vars_name *v,
	const void *bytes, size_t len);

/**
 * vars_remove - make sure that there is no variable @v
 *
 * Returns 0 if there is none afterwards, -ERR_NOT_STORED if there still is,
 * or what the firmware reports.
 */
int vars_remove(const struct firmware *fw, const struct vars_name *v);

#endif
