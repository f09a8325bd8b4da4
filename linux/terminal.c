/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/terminal.h"

#include <errno.h>
#include <stddef.h>

static const int signals[TERMINAL_SIGNALS] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

int terminal_hide(struct terminal *t, int fd, bool by_key)
{
	const struct sigaction catching = {.sa_handler = catch_signal};
	struct termios hidden;
	int err;

	t->fd = fd;
	if (tcgetattr(fd, &t->shown) < 0)
		return errno;
	hidden = t->shown;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	if (by_key) {
		hidden.c_lflag &= ~(tcflag_t)ICANON;
		hidden.c_cc[VMIN] = 1;
		hidden.c_cc[VTIME] = 0;
	}
	caught = 0;
	for (size_t i = 0; i < TERMINAL_SIGNALS; i++)
		(void)sigaction(signals[i], &catching, &t->before[i]);
	if (tcsetattr(fd, TCSAFLUSH, &hidden) == 0)
		return 0;
	err = errno;
	(void)terminal_show(t); /* nothing was typed yet */
	return err;
}

int terminal_show(struct terminal *t)
{
	(void)tcsetattr(t->fd, TCSAFLUSH, &t->shown);
	for (size_t i = 0; i < TERMINAL_SIGNALS; i++)
		(void)sigaction(signals[i], &t->before[i], NULL);
	return caught;
}
