/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_BYTES 512

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "signer: %s failed\n", what);
	abort();
}

static void run(const char *command)
{
	must(system(command) == 0, command);
}

static size_t read_whole(const char *path, uint8_t *buf, size_t cap)
{
	FILE *file = fopen(path, "rb");
	size_t len;

	must(file != NULL, path);
	len = fread(buf, 1, cap, file);
	must(feof(file) || fgetc(file) == EOF, path);
	(void)fclose(file);
	return len;
}

static void write_whole(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	must(file != NULL, path);
	must(fwrite(bytes, 1, len, file) == len, path);
	must(fclose(file) == 0, path);
}

/* "Modulus=C0FFEE..." */
static void read_modulus(struct signer *s)
{
	char path[128];
	uint8_t text[2 * SIGNATURE_BYTES + 64];
	size_t len, i;
	unsigned int byte;

	snprintf(path, sizeof(path), "%s/modulus", s->directory);
	len = read_whole(path, text, sizeof(text) - 1);
	text[len] = '\0';
	memcpy(s->section, "LBK1", 4);
	memset(s->section + 4, 0, SIGNATURE_BYTES);
	for (i = 0; i < SIGNATURE_BYTES; i++) {
		if (sscanf((char *)text + 8 + 2 * i, "%2x", &byte) != 1)
			break; /* a shorter key */
		s->section[4 + i] = (uint8_t)byte;
	}
}

void signer_open(struct signer *s, unsigned int bits)
{
	const char *base = getenv("TMPDIR");
	char command[COMMAND_BYTES];

	snprintf(s->directory, sizeof(s->directory), "%.40s/signer-XXXXXX",
		base ? base : "/tmp");
	must(mkdtemp(s->directory) != NULL, "mkdtemp");
	snprintf(command, sizeof(command),
		"cd %s && openssl genrsa -out key.pem %u 2>/dev/null && "
		"openssl rsa -in key.pem -noout -modulus >modulus 2>/dev/null",
		s->directory, bits);
	run(command);
	read_modulus(s);
}

size_t signer_sign(const struct signer *s, const void *bytes, size_t len,
	const char *options, uint8_t *ret, size_t cap)
{
	char command[COMMAND_BYTES];
	char path[128];

	snprintf(path, sizeof(path), "%s/bytes", s->directory);
	write_whole(path, bytes, len);
	snprintf(command, sizeof(command),
		"cd %s && openssl dgst -sha256 -sign key.pem %s -out sig bytes",
		s->directory, options);
	run(command);
	snprintf(path, sizeof(path), "%s/sig", s->directory);
	return read_whole(path, ret, cap);
}

void signer_close(struct signer *s)
{
	char command[COMMAND_BYTES];

	snprintf(command, sizeof(command), "rm -r %s", s->directory);
	run(command);
}
