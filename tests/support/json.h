/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A strict JSON checker (RFC 8259), for what the report writes. */
#ifndef TESTS_SUPPORT_JSON_H
#define TESTS_SUPPORT_JSON_H

#include <stdbool.h>

/** json_is_valid - one value, UTF-8 throughout, nothing behind it */
bool json_is_valid(const char *text);

#endif
