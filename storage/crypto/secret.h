/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forgetting, for those who may not know the library. */
#ifndef STORAGE_CRYPTO_SECRET_H
#define STORAGE_CRYPTO_SECRET_H

#include <stddef.h>

/**
 * secret_wipe - @len bytes of zeroes that no compiler takes for useless
 *
 * For keys and passwords, when they are not needed any more, and on every way
 * out after a failure.  @bytes may be NULL if @len is 0.
 */
void secret_wipe(void *bytes, size_t len);

#endif
