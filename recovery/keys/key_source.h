/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a file with keys, wherever it lies: in memory, or behind a
 * function of a front that reads a part of it.
 */
#ifndef RECOVERY_KEYS_KEY_SOURCE_H
#define RECOVERY_KEYS_KEY_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* The site lists that we know of have 110 bytes a PC, twice that in UTF-16. */
#define KEY_SOURCE_MAX_BYTES (64u << 20)

/* What a file is shows itself in its first bytes; not all of it is a line. */
#define KEY_SOURCE_LOOK_BYTES (64u << 10)

struct key_source {
	/*
	 * All of @len bytes from @off on, which lie within @size: 0 or a
	 * negative code.
	 */
	int (*read)(void *ctx, uint64_t off, void *buf, size_t len);
	void *ctx;
	uint64_t size;
	const char *name; /* of the file, without its folders; for messages */
};

/**
 * key_source_read - read, if it is within the source
 *
 * Returns 0; -ERR_TRUNCATED if it is not; what the source returns.
 */
int key_source_read(
	const struct key_source *s, uint64_t off, void *buf, size_t len);

/* A source in memory; must stay where it is, as must @bytes. */
struct key_memory {
	struct key_source source;
	const uint8_t *bytes;
};

/** key_memory_open - make @m->source of @len bytes */
void key_memory_open(
	struct key_memory *m, const char *name, const void *bytes, size_t len);

#endif
