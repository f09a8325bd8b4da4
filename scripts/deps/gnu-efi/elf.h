/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What gnu-efi's reloc_*.c wants of <elf.h>, from the System V ABI and its
 * supplements for x86-64 and AArch64: the host's header is not for firmware.
 */
#ifndef DEPS_GNU_EFI_ELF_H
#define DEPS_GNU_EFI_ELF_H

#include <stdint.h>

#define DT_NULL	   0
#define DT_RELA	   7
#define DT_RELASZ  8
#define DT_RELAENT 9

#define R_X86_64_NONE	   0
#define R_X86_64_RELATIVE  8
#define R_AARCH64_NONE	   0
#define R_AARCH64_RELATIVE 1027

#define ELF64_R_TYPE(info) ((info)&0xffffffff)

typedef struct {
	int64_t d_tag;
	union {
		uint64_t d_val;
		uint64_t d_ptr;
	} d_un;
} Elf64_Dyn;

typedef struct {
	uint64_t r_offset;
	uint64_t r_info;
} Elf64_Rel;

typedef struct {
	uint64_t r_offset;
	uint64_t r_info;
	int64_t r_addend;
} Elf64_Rela;

#endif
