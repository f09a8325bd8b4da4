/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiled-in default policy: images/policy/default.dts as dtc and od made
 * it (see the Makefile), so that one .efi alone works.
 */
#include "recovery/policy.h"

/* libfdt wants a tree aligned to 8 bytes. */
static const _Alignas(8) uint8_t builtin[] = {
#include "policy/default.inc"
};

const void *policy_builtin(size_t *ret_len)
{
	*ret_len = sizeof(builtin);
	return builtin;
}
