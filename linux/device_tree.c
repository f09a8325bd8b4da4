/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/device_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/command.h"
#include "linux/tool.h"

#define PACKAGE	   "device-tree-compiler"
#define PATH_BYTES 512
#define NAME_BYTES 128

bool device_tree_is_blob(const void *bytes, size_t len)
{
	static const unsigned char magic[] = {0xd0, 0x0d, 0xfe, 0xed};

	return len >= sizeof(magic) && !memcmp(bytes, magic, sizeof(magic));
}

/* --- Compiling ----------------------------------------------------------- */

int device_tree_compile(const char *source, void **ret_bytes, size_t *ret_len)
{
	const char *const argv[] = {
		"dtc", "-q", "-I", "dts", "-O", "dtb", source, NULL};
	char *tree;
	int status = tool_read(argv, PACKAGE, &tree, ret_len);

	if (!status)
		*ret_bytes = tree;
	return status;
}

int device_tree_compile_text(
	const char *text, void **ret_bytes, size_t *ret_len)
{
	char path[] = P_tmpdir "/loopbreaker-XXXXXX";
	int fd = mkstemp(path);
	size_t len = strlen(text);
	int status = EXIT_IO;

	if (fd < 0) {
		perror("loopbreaker: cannot make a temporary file");
		return EXIT_IO;
	}
	if (write(fd, text, len) == (ssize_t)len)
		status = device_tree_compile(path, ret_bytes, ret_len);
	else
		fprintf(stderr, "loopbreaker: cannot write %s.\n", path);
	(void)close(fd);
	(void)unlink(path);
	return status;
}

/* --- Lines --------------------------------------------------------------- */

void device_tree_lines_read(const char *source, struct device_tree_lines *ret)
{
	const char *const argv[] = {
		"dtc", "-q", "-T", "-I", "dts", "-O", "dts", source, NULL};

	size_t len;

	ret->text = NULL;
	(void)tool_read(argv, PACKAGE, &ret->text, &len); /* or without lines */
}

void device_tree_lines_free(struct device_tree_lines *l)
{
	free(l->text);
	l->text = NULL;
}

/* What dtc puts behind: "... file.dts:17 (and more)". */
static unsigned long line_number(const char *line, size_t len)
{
	size_t i;

	for (i = len; i-- > 2;)
		if (line[i - 2] == '/' && line[i - 1] == '*')
			break;
	for (; i + 1 < len; i++)
		if (line[i] == ':' && line[i + 1] >= '0' && line[i + 1] <= '9')
			return strtoul(line + i + 1, NULL, 10);
	return 0;
}

/* The name that the line begins with, without its labels. */
static void line_name(const char *line, size_t len, char *ret)
{
	size_t start = 0;
	size_t end = 0;

	while (end < len && !strchr(" ;={", line[end])) {
		end++;
		if (line[end - 1] == ':' && end < len && line[end] == ' ')
			start = ++end;
	}
	if (end - start >= NAME_BYTES)
		end = start;
	memcpy(ret, line + start, end - start);
	ret[end - start] = '\0';
}

/* "/" and "x" give "/x"; false if it does not fit. */
static bool path_enter(char *path, const char *name)
{
	size_t len = strlen(path);

	if (!strcmp(name, "/") && !len)
		return true;
	if (strlen(name) + len + 2 > PATH_BYTES)
		return false;
	sprintf(path + len, "/%s", name);
	return true;
}

static void path_leave(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* A node: "name { ..."; text in quotes cannot look like that. */
static bool opens_node(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len && line[i] != '"' && line[i] != '<' &&
		    line[i] != '=' && line[i] != ';';
		i++)
		if (line[i] == '{')
			return true;
	return false;
}

unsigned long device_tree_line(const struct device_tree_lines *l,
	const char *path, const char *property)
{
	char present[PATH_BYTES] = "";
	char name[NAME_BYTES];
	const char *line = l->text;
	const char *wanted = strcmp(path, "/") ? path : "";

	while (line && *line) {
		size_t len;

		line += strspn(line, "\t \n");
		len = strcspn(line, "\n");
		line_name(line, len, name);
		if (opens_node(line, len)) {
			if (!path_enter(present, name))
				return 0;
			if (!property && !strcmp(present, wanted))
				return line_number(line, len);
		} else if (!strncmp(line, "};", 2)) {
			path_leave(present);
		} else if (property && !strcmp(present, wanted) &&
			   !strcmp(name, property)) {
			return line_number(line, len);
		}
		line += len;
	}
	return 0;
}
