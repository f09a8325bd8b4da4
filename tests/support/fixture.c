/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *folder(void)
{
	const char *named = getenv("LOOPBREAKER_FIXTURES");

	return named && *named ? named : "../shared/fixtures";
}

bool fixture_folder_exists(void)
{
	struct stat st;

	if (stat(folder(), &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	printf("skipped: the fixtures are not at %s\n", folder());
	return false;
}

uint8_t *fixture_read(const char *name, size_t *ret_len)
{
	char path[1024];
	uint8_t *bytes = NULL;
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder(), name);
	f = fopen(path, "rb");
	if (!f) {
		printf("skipped: there is no %s\n", path);
		return NULL;
	}
	if (fstat(fileno(f), &st) == 0)
		bytes = malloc((size_t)st.st_size + 1);
	if (bytes)
		*ret_len = fread(bytes, 1, (size_t)st.st_size, f);
	fclose(f);
	return bytes;
}
