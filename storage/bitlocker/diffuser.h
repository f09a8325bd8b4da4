/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two diffusers of Windows 7: they mix a whole sector, without a key.
 *
 * Specification: N. Ferguson, "AES-CBC + Elephant diffuser: A Disk Encryption
 * Algorithm for Windows Vista", Microsoft, 2006.  No library that is linked has
 * them.
 */
#ifndef STORAGE_BITLOCKER_DIFFUSER_H
#define STORAGE_BITLOCKER_DIFFUSER_H

#include <stddef.h>
#include <stdint.h>

/** diffuser_mix - before encrypting; @len: a sector, multiple of 32 */
void diffuser_mix(uint8_t *bytes, size_t len);

/** diffuser_unmix - after decrypting: the reverse */
void diffuser_unmix(uint8_t *bytes, size_t len);

#endif
