/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SBAT section: which generation of which program this is, so that shim
 * can refuse one that was revoked.  Assembled from the top folder.
 */
	.section .sbat, "a", @progbits
	.balign 4096
	.incbin "efi/sbat.csv"

	.section .note.GNU-stack, "", @progbits
