/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which modules are part of Windows itself: the kernel, and the drivers that
 * others' calls pass through.  A crash in one of them says little about whose
 * fault it is.
 *
 * A dump has nothing but names, so this is a list of names; it needs not be
 * complete.  Nobody's content is held but that of a vendor whose rule names the
 * module (rule_is_driver()), and no rule names a module for not being listed
 * here: of a missing name only the report says "driver" instead of "part of
 * Windows".  Microsoft's security product is not listed: it is delivered like
 * any other.
 *
 * Source: the drivers that Microsoft's driver documentation names as part of
 * Windows.
 */
#ifndef RECOVERY_WINDOWS_MODULE_H
#define RECOVERY_WINDOWS_MODULE_H

#include <stdbool.h>

/** windows_module_is_kernel - the kernel or the HAL; @name in small letters */
bool windows_module_is_kernel(const char *name);

/** windows_module_is_part - one of those, or another part of Windows */
bool windows_module_is_part(const char *name);

#endif
