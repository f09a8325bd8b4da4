/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/qr_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Exit status 4 is "no code there". */
static bool output_read(const char *picture, char *text, size_t cap)
{
	char command[256];
	size_t len;
	FILE *output;

	(void)snprintf(command, sizeof(command),
		"zbarimg --quiet --raw --oneshot --set disable "
		"--set qrcode.enable %s 2>/dev/null",
		picture);
	output = popen(command, "r");
	if (!output)
		return false;
	len = fread(text, 1, cap - 1, output);
	text[len] = 0;
	if (len && text[len - 1] == '\n')
		text[len - 1] = 0;
	return pclose(output) == 0 && len > 0;
}

bool qr_reader_read(const uint8_t *grey, size_t width, size_t height,
	char *text, size_t cap)
{
	const char *above = getenv("TMPDIR");
	bool is_read = false;
	char path[200];
	FILE *file;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/loopbreaker-qr-XXXXXX",
		above ? above : "/tmp");
	fd = mkstemp(path);
	file = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!file)
		return false;
	fprintf(file, "P5 %zu %zu 255\n", width, height);
	if (fwrite(grey, width, height, file) == height && !fclose(file))
		is_read = output_read(path, text, cap);
	(void)unlink(path);
	return is_read;
}
