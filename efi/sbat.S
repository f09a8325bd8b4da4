/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SBAT section: which generation of which program this is, so that shim
 * can refuse one that was revoked.  sbat.csv is made from efi/sbat.csv.in.
 */
	.section .sbat, "a", @progbits
	.balign 4096
	.incbin "sbat.csv"

	.section .note.GNU-stack, "", @progbits
