/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal that shows nothing of what is typed, and is itself again whatever
 * ends that.
 */
#ifndef LINUX_TERMINAL_H
#define LINUX_TERMINAL_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#define TERMINAL_SIGNALS 5

struct terminal {
	int fd;
	struct termios shown;
	struct sigaction before[TERMINAL_SIGNALS];
};

/**
 * terminal_hide - show nothing from now on; one at a time
 * @by_key: each key is there at once, not only when its line is
 *
 * Signals that end or stop the program interrupt read() and poll() instead.
 * Returns 0 or a positive errno value; terminal_show() is due only after 0.
 */
int terminal_hide(struct terminal *t, int fd, bool by_key);

/**
 * terminal_show - as it was before
 *
 * Returns the signal that has come meanwhile, or 0: whoever called raises it
 * when nothing secret is left in memory.
 */
int terminal_show(struct terminal *t);

#endif
