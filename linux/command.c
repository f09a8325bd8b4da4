/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "storage/err.h"

int command_usage(const struct verb *verb, const char *what, const char *which)
{
	fprintf(stderr, "loopbreaker: %s%s; see loopbreaker %s%s--help.\n",
		what, which, verb ? verb->name : "", verb ? " " : "");
	return EXIT_USAGE;
}

int command_bad_option(const struct verb *verb, int c, char *const *argv)
{
	const char *option = argv[optind - 1];

	/* Of "-xy" it has not got past the x. */
	if (c == '?' && optopt && argv[optind] && argv[optind][0] == '-' &&
		argv[optind][1] == optopt)
		option = argv[optind];
	if (c == ':')
		return command_usage(
			verb, "something is missing after ", option);
	return command_usage(verb, "there is no option like ", option);
}

int command_one_file(const struct verb *verb, const char *what, int argc,
	char *const *argv, const char **ret_file)
{
	if (argc - optind < 1)
		return command_usage(verb, "what is missing is the ", what);
	if (argc - optind > 1)
		return command_usage(
			verb, "one at a time, so not also ", argv[optind + 1]);
	*ret_file = argv[optind];
	return -1;
}

int command_status_of_err(int err)
{
	switch (-err) {
	case ERR_IO:
	case ERR_NO_MEMORY:
	case ERR_READ_ONLY:
	case ERR_NOT_STORED:
	case ERR_INTERNAL:
		return EXIT_IO;
	case ERR_NOT_FOUND:
	case ERR_EXISTS:
	case ERR_UNSUPPORTED:
	case ERR_NO_SPACE:
		return EXIT_REFUSED;
	default:
		return EXIT_BAD_INPUT;
	}
}

int command_say_err(const char *what, int err)
{
	fprintf(stderr, "loopbreaker: %s: %s.\n", what, err_text(err));
	return command_status_of_err(err);
}

int command_say_limit(const char *what, const char *limit, ...)
{
	va_list ap;

	fprintf(stderr, "loopbreaker: %s: ", what);
	va_start(ap, limit);
	vfprintf(stderr, limit, ap);
	va_end(ap);
	fputs(".\n", stderr);
	return command_status_of_err(-ERR_TOO_LARGE);
}

const char *command_plural(size_t count)
{
	return count == 1 ? "" : "s";
}

const char *command_open_text(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return "there is no file or device of that name";
	case ENOTBLK:
	case EISDIR:
		return "it is neither a disk image nor a disk";
	case EAGAIN:
	case EBUSY:
		return "it is in use; stop the virtual machine that has it, or "
		       "unmount it";
	case EACCES:
	case EPERM:
		return "you may not open it; try as root";
	case EROFS:
		return "it is on a file system mounted read-only";
	default:
		return strerror(err);
	}
}

const char *command_read_text(int err)
{
	if (err == EISDIR || err == EINVAL)
		return "it is not a regular file";
	return command_open_text(err);
}

int command_finish_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fputs("loopbreaker: not all of the report could be printed.\n", stderr);
	return EXIT_IO;
}
