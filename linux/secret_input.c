/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/secret_input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/command.h"
#include "linux/terminal.h"
#include "storage/crypto/secret.h"

static int say(const struct secret_input *s, int status, const char *why)
{
	fprintf(stderr, "loopbreaker: the %s cannot be read%s%s: %s.\n",
		s->what, s->file ? " from " : "", s->file ? s->file : "", why);
	return status;
}

/* --- Lines ---------------------------------------------------------------- */

/*
 * Byte by byte, so that nothing behind the line is taken away and no library
 * keeps a copy.  Returns 0 or a positive errno value.
 */
static int read_line(int fd, char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	size_t len = 0;
	ssize_t n;
	char c;

	for (;;) {
		n = read(fd, &c, 1);
		if (n < 0)
			return errno;
		if (n == 0 || c == '\n')
			break;
		if (len == SECRET_INPUT_BYTES - 1)
			return EMSGSIZE;
		ret[len++] = c;
	}
	if (len && ret[len - 1] == '\r')
		len--;
	ret[len] = '\0';
	*ret_len = len;
	return 0;
}

static int read_from(const struct secret_input *s, int fd,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	int err = read_line(fd, ret, ret_len);

	if (err == EMSGSIZE)
		return say(s, EXIT_BAD_INPUT, "its line is too long");
	return err ? say(s, EXIT_IO, command_read_text(err)) : 0;
}

static int read_file(const struct secret_input *s, char ret[SECRET_INPUT_BYTES],
	size_t *ret_len)
{
	int fd = open(s->file, O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return say(s, EXIT_IO, command_read_text(errno));
	status = read_from(s, fd, ret, ret_len);
	(void)close(fd);
	return status;
}

static int read_fd(const struct secret_input *s, char ret[SECRET_INPUT_BYTES],
	size_t *ret_len)
{
	char *end;
	long fd = strtol(s->fd, &end, 10);

	if (*s->fd < '0' || *s->fd > '9' || *end || fd > 65535)
		return say(s, EXIT_USAGE, "this is no number of a descriptor");
	return read_from(s, (int)fd, ret, ret_len);
}

/* --- The terminal --------------------------------------------------------- */

/* What ends the program must not leave a terminal that shows nothing. */
static int read_hidden(int tty, char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	struct terminal terminal;
	int caught;
	int err = terminal_hide(&terminal, tty, false);

	if (err)
		return err;
	err = read_line(tty, ret, ret_len);
	caught = terminal_show(&terminal);
	if (caught) {
		secret_wipe(ret, SECRET_INPUT_BYTES);
		(void)raise(caught);
	}
	return err;
}

static int ask(const struct secret_input *s, int tty, const char *again,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	int err;

	(void)dprintf(tty, "%s%s: ", s->what, again);
	err = read_hidden(tty, ret, ret_len);
	(void)dprintf(tty, "\n");
	if (err == EMSGSIZE)
		return say(s, EXIT_BAD_INPUT, "it is too long");
	return err ? say(s, EXIT_IO, strerror(err)) : 0;
}

static int ask_twice(const struct secret_input *s, int tty,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	char again[SECRET_INPUT_BYTES] = "";
	size_t again_len = 0;
	int status = ask(s, tty, "", ret, ret_len);

	if (status || !s->twice)
		return status;
	status = ask(s, tty, " again", again, &again_len);
	if (!status &&
		(again_len != *ret_len || memcmp(again, ret, again_len) != 0))
		status = say(s, EXIT_REFUSED, "these were not the same");
	secret_wipe(again, sizeof(again));
	return status;
}

static int read_terminal(const struct secret_input *s,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int status;

	if (tty < 0) {
		fprintf(stderr,
			"loopbreaker: there is no terminal to ask for the %s; "
			"name a file (%s) or a descriptor (%s) that has it.\n",
			s->what, s->file_option, s->fd_option);
		return EXIT_USAGE;
	}
	status = ask_twice(s, tty, ret, ret_len);
	(void)close(tty);
	return status;
}

int secret_input_read(const struct secret_input *s,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len)
{
	int status = s->file ? read_file(s, ret, ret_len)
		     : s->fd ? read_fd(s, ret, ret_len)
			     : read_terminal(s, ret, ret_len);

	if (status)
		secret_wipe(ret, SECRET_INPUT_BYTES);
	return status;
}
