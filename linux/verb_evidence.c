/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loopbreaker evidence: what a file that was taken from a PC says about its
 * crashes, as JSON.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "linux/command.h"
#include "linux/file_disk.h"
#include "recovery/evidence_file.h"
#include "storage/err.h"

#define DRIVERS_MAX 16 /* that are asked for; a line has no room for more */

/* The start of a file. */
struct content {
	unsigned char *bytes;
	size_t len;
};

static int read_file(const char *path, struct content *ret)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	int err = 0;

	if (!f)
		return -errno;
	if (fstat(fileno(f), &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (err == 0) {
		/* Exactly as long as the file, so that no read past its end
		 * goes unnoticed; never NULL. */
		ret->len = st.st_size < EVIDENCE_FILE_MAX_BYTES
				   ? (size_t)st.st_size
				   : EVIDENCE_FILE_MAX_BYTES;
		ret->bytes = malloc(ret->len + !ret->len);
		if (!ret->bytes)
			err = -ENOMEM;
		else if (fread(ret->bytes, 1, ret->len, f) != ret->len)
			err = ferror(f) ? -EIO : -EBUSY;
	}
	if (fclose(f) != 0 && err == 0)
		err = -errno;
	return err;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The logs of a hive lie beside it: SYSTEM, SYSTEM.LOG1, SYSTEM.LOG2. */
struct logs {
	struct file_disk files[HIVE_LOGS];
	char names[HIVE_LOGS][PATH_MAX];
};

static int open_logs(
	struct logs *logs, const char *path, struct evidence_beside *beside)
{
	size_t i;

	for (i = 0; i < HIVE_LOGS; i++) {
		char *name = logs->names[i];
		int err;

		if (snprintf(name, PATH_MAX, "%s.LOG%zu", path, i + 1) >=
			PATH_MAX)
			return -ENAMETOOLONG;
		err = file_disk_open(&logs->files[i], name, false);
		if (err == 0)
			beside->logs[i] = &logs->files[i].disk;
		else if (err != -ENOENT)
			return err;
	}
	return 0;
}

static void report_logs(struct report_line *l, const struct logs *logs,
	const struct evidence_beside *beside)
{
	size_t i;

	if (!beside->logs[0] && !beside->logs[1])
		return;
	report_array_begin(l, "logs");
	for (i = 0; i < HIVE_LOGS; i++)
		if (beside->logs[i])
			report_array_string(l, logs->names[i]);
	report_array_end(l);
}

static int report_content(const char *path, const struct content *c,
	struct disk *whole, const struct logs *logs,
	const struct evidence_beside *beside)
{
	struct report_line line;
	int err;

	report_begin(&line, NULL);
	err = evidence_file_report(
		name_of(path), c->bytes, c->len, whole, beside, &line);
	if (err == -ERR_NOT_FOUND) {
		fprintf(stderr,
			"loopbreaker: %s is no evidence Loopbreaker knows: see "
			"loopbreaker evidence --help.\n",
			path);
		return EXIT_BAD_INPUT;
	}
	report_string(&line, "file", path);
	report_logs(&line, logs, beside);
	if (err < 0) {
		report_string(&line, "error", err_text(err));
		fprintf(stderr,
			"loopbreaker: %s is damaged or of a form "
			"Loopbreaker does not know: %s.\n",
			path, err_text(err));
	}
	puts(report_end(&line));
	return err < 0 ? EXIT_BAD_INPUT : EXIT_DONE;
}

static bool is_hive(const struct content *c)
{
	return c->len >= 4 && !memcmp(c->bytes, "regf", 4);
}

/* @drivers: what to look up in a hive; its logs are taken here. */
static int report_file(const char *path, const struct evidence_beside *drivers)
{
	struct content c = {NULL, 0};
	struct file_disk whole = {.fd = -1};
	struct logs logs = {.files = {{.fd = -1}, {.fd = -1}}};
	struct evidence_beside beside = *drivers;
	int err = read_file(path, &c);
	int status = EXIT_IO;
	size_t i;

	if (err == 0)
		err = file_disk_open(&whole, path, false);
	if (err == 0 && is_hive(&c))
		err = open_logs(&logs, path, &beside);
	if (err < 0)
		fprintf(stderr, "loopbreaker: cannot read %s: %s.\n", path,
			err == -EBUSY ? "it became shorter while it was read"
				      : command_read_text(-err));
	else
		status = report_content(path, &c, &whole.disk, &logs, &beside);
	for (i = 0; i < HIVE_LOGS; i++)
		(void)file_disk_close(&logs.files[i]);
	(void)file_disk_close(&whole); /* nothing was written */
	free(c.bytes);
	return status;
}

static int run_evidence(const struct verb *v, int argc, char **argv)
{
	static const struct option longs[] = {
		{"driver", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	const char *drivers[DRIVERS_MAX];
	struct evidence_beside beside = {.drivers = drivers};
	int status = EXIT_DONE;
	int worst = EXIT_DONE;
	int c;
	int i;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (c != 'd')
			return command_bad_option(v, c, argv);
		if (beside.driver_count == DRIVERS_MAX)
			return command_usage(v, "too many drivers at once", "");
		drivers[beside.driver_count++] = optarg;
	}
	if (optind == argc)
		return command_usage(v, "name at least one file", "");
	for (i = optind; i < argc; i++) {
		status = report_file(argv[i], &beside);
		/* What could not be read matters less than what is broken. */
		if (status > worst)
			worst = status;
	}
	return command_finish_output(worst);
}

const struct verb verb_evidence = {
	.name = "evidence",
	.summary = "say what a file from a crashing PC tells, as JSON",
	.help = "usage: loopbreaker evidence [--driver NAME]... FILE...\n"
		"\n"
		"Prints one line of JSON for each file.  Its \"kind\" is told "
		"by its content:\n"
		"\n"
		"  os        \\Windows\\bootstat.dat\n"
		"  esp       \\EFI\\Microsoft\\Boot\\BOOTSTAT.DAT of the EFI "
		"system partition\n"
		"  bcd       \\EFI\\Microsoft\\Boot\\BCD, the boot "
		"configuration\n"
		"  bugcheck  a firmware variable BugCheckCode, "
		"BugCheckParameter1 or\n"
		"            BugCheckProgress (known by the name of the file)\n"
		"  dump      a 64-bit kernel dump (MEMORY.DMP, "
		"Minidump\\*.dmp), "
		"or a page file\n"
		"            that begins with one\n"
		"  hive      SYSTEM, SOFTWARE or another hive of the registry; "
		"FILE.LOG1 and\n"
		"            FILE.LOG2 beside it are its logs\n"
		"  note, record, failure\n"
		"            Loopbreaker's own variables\n"
		"\n"
		"--driver NAME looks up a driver in SYSTEM: the name of its "
		"service, or of its\n"
		"file (csagent.sys).\n"
		"\n"
		"A variable may be as Linux shows it in "
		"/sys/firmware/efi/efivars.\n"
		"Times that end in Z are UTC, others the PC's own clock.\n"
		"\n"
		"exit status: 0 all files were understood, 2 usage, 3 a file "
		"could not be\nread, 4 a file is damaged or no evidence\n",
	.run = run_evidence,
};
