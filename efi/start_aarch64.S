/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry point: relocates the image and calls efi_main().  Not gnu-efi's:
 * that one brings a PE header of its own, with one section that is writable
 * and executable.
 *
 * In: x0 = image handle, x1 = system table.  The stack is aligned to 16.
 */
	.text
	.globl	_start
	.type	_start, %function
_start:
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]

	/* _relocate(load address, dynamic section, image, system table) */
	mov	x2, x0
	mov	x3, x1
	adrp	x0, ImageBase
	add	x0, x0, #:lo12:ImageBase
	adrp	x1, _DYNAMIC
	add	x1, x1, #:lo12:_DYNAMIC
	bl	_relocate
	cbnz	x0, 1f

	ldp	x0, x1, [sp, #16]
	bl	efi_main
1:
	ldp	x29, x30, [sp], #32
	ret

	/*
	 * One entry that changes nothing: without a .reloc section firmware
	 * takes the image for not relocatable.
	 */
	.section .reloc, "a"
	.long	0			/* the page: any */
	.long	12			/* bytes in this block */
	.short	0			/* IMAGE_REL_BASED_ABSOLUTE: padding */
	.short	0

	.section .note.GNU-stack, "", %progbits
