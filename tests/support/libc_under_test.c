/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's C library under names of its own, so that tests can
 * compare it with the host's.  Its sources include its own headers by their
 * path, so none of the host's headers come in here.
 */
#define errno	      lb_errno
#define stdout	      lb_stdout
#define stderr	      lb_stderr
#define clock_gettime lb_clock_gettime
#define fclose	      lb_fclose
#define fflush	      lb_fflush
#define ffs	      lb_ffs
#define fopen	      lb_fopen
#define fprintf	      lb_fprintf
#define fread	      lb_fread
#define fseek	      lb_fseek
#define ftell	      lb_ftell
#define gmtime	      lb_gmtime
#define isspace	      lb_isspace
#define memchr	      lb_memchr
#define memcmp	      lb_memcmp
#define memcpy	      lb_memcpy
#define memmove	      lb_memmove
#define memset	      lb_memset
#define printf	      lb_printf
#define qsort	      lb_qsort
#define setlocale     lb_setlocale
#define snprintf      lb_snprintf
#define sprintf	      lb_sprintf
#define strchr	      lb_strchr
#define strcmp	      lb_strcmp
#define strdup	      lb_strdup
#define strerror      lb_strerror
#define strlen	      lb_strlen
#define strncasecmp   lb_strncasecmp
#define strncmp	      lb_strncmp
#define strncpy	      lb_strncpy
#define strnlen	      lb_strnlen
#define strrchr	      lb_strrchr
#define strsep	      lb_strsep
#define strstr	      lb_strstr
#define strtol	      lb_strtol
#define strtoul	      lb_strtoul
#define strtoull      lb_strtoull
#define strtoumax     lb_strtoumax
#define time	      lb_time
#define tolower	      lb_tolower
#define vfprintf      lb_vfprintf
#define vsnprintf     lb_vsnprintf

#include "efi/libc/ctype.c"
#include "efi/libc/errno.c"
#include "efi/libc/format.c"
#include "efi/libc/stdio.c"
#include "efi/libc/memory_x86_64.c"
#include "efi/libc/stdlib.c"
#include "efi/libc/string.c"
#include "efi/libc/time.c"
#include "efi/libc/unsupported.c"

/* The other processor's are plain C; called directly by the test. */
#undef memcpy
#undef memset
#define memcpy lb_memcpy_aarch64
#define memset lb_memset_aarch64
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int value, size_t len);
#include "efi/libc/memory_aarch64.c"
