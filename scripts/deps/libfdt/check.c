/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdt_check_full() moved: newer libfdt has it in fdt_check.c, the older one
 * inside U-Boot still in fdt_ro.c.  Compiled in the place of the former, with
 * libfdt's flags.
 */
#if __has_include("fdt_check.c")
#include "fdt_check.c"
#else
typedef int fdt_check_is_in_fdt_ro; /* a source may not be empty */
#endif
