/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the firmware's start-up code (crt0 of gnu-efi) jumps to: puts up what
 * C code takes for granted, then calls the program.
 */
#include "efi/alloc.h"
#include "efi/cpu.h"
#include "efi/last_resort.h"
#include "efi/main.h"
#include "efi/stack_guard.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/*
 * Not protected itself: the guard changes while this function runs, and it
 * may return.
 */
__attribute__((no_stack_protector)) EFI_STATUS efi_main(
	EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	uint64_t start = cpu_ticks();
	struct firmware fw;

	firmware_init(&fw, image, system);
	last_resort_init(&fw);
	stack_guard_seed(&fw);
	alloc_init(fw.boot);
	return loopbreaker_main(&fw, start);
}
