/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry point.  Firmware has relocated the image; this puts up what else C
 * code takes for granted, then calls the program.
 */
#include "efi/alloc.h"
#include "efi/cpu.h"
#include "efi/last_resort.h"
#include "efi/main.h"
#include "efi/stack_guard.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/*
 * Not protected itself: the guard changes while this function runs, and it
 * may return.
 */
__attribute__((no_stack_protector)) EFI_STATUS EFIAPI efi_main(
	EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	uint64_t start = cpu_ticks();
	struct firmware fw;
	EFI_STATUS status;

	firmware_init(&fw, image, system);
	last_resort_init(&fw);
	stack_guard_seed(&fw);
	alloc_init(fw.boot);
	status = loopbreaker_main(&fw, start);
	alloc_give_back();
	return status;
}
