/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recovery password or a PIN typed at a terminal, with what is wrong said
 * while it is typed (recovery/key_entry.h).
 */
#ifndef LINUX_ASK_SECRET_H
#define LINUX_ASK_SECRET_H

#include "recovery/platform.h"

/** ask_secret_can - are input and messages a terminal's? */
bool ask_secret_can(void);

/** ask_secret - as ask_secret of struct platform_ops */
int ask_secret(const struct secret_question *question, char *buf, size_t cap,
	size_t *ret_len);

#endif
