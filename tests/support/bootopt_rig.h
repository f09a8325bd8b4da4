/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A firmware with two partitions and the boot options that a test gives it, for
 * tests of efi/bootopt.h.  Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_BOOTOPT_RIG_H
#define TESTS_SUPPORT_BOOTOPT_RIG_H

#include "efi/bootopt.h"
#include "tests/support/fakefw.h"

#define OWN_PATH   "\\EFI\\Loopbreaker\\loopbreaker.efi"
#define LINUX_PATH "\\EFI\\linux\\shimx64.efi"

/* First byte of a partition's GUID: those of handles 1 and 2, and of none. */
#define ESP    0x11
#define OTHER  0x22
#define ABSENT 0x99

struct bootopt_rig {
	struct fakefw machine;
	struct firmware fw;
	EFI_BLOCK_IO_MEDIA media; /* of both partitions */
	EFI_LOADED_IMAGE image;
	bool file_exists; /* Windows' boot manager, on either */
	bool is_ntfs;	  /* ... and no FAT */
	unsigned int volumes_opened;
};

extern struct bootopt_rig bootopt_rig;

/** bootopt_rig_start - for cmocka: no boot option, the file on FAT volumes */
int bootopt_rig_start(void **state);

/** bootopt_put_option - Boot@number is @path on the partition @id */
void bootopt_put_option(
	uint16_t number, const char *path, uint8_t id, uint32_t attributes);

/** bootopt_put_current - BootCurrent */
void bootopt_put_current(uint16_t number);

/** bootopt_put_image - we run from @path on the partition of @handle */
void bootopt_put_image(const char *path, EFI_HANDLE handle);

/** ORDER, EXPECT_ORDER - BootOrder: to be these numbers; is it these? */
#define ORDER(...)                                                             \
	bootopt_put_order((const uint16_t[]){__VA_ARGS__},                     \
		sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))
#define EXPECT_ORDER(...)                                                      \
	bootopt_expect_order((const uint16_t[]){__VA_ARGS__},                  \
		sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))
void bootopt_put_order(const uint16_t *numbers, size_t count);
void bootopt_expect_order(const uint16_t *numbers, size_t count);

/** bootopt_chosen - the number bootopt_choose() finds, writing nothing */
uint16_t bootopt_chosen(void);

#endif
