/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking device paths, which come from firmware and from variables that
 * anybody could have written.  Pure: no firmware needed, so that it can be
 * tested and fuzzed on a host.
 */
#ifndef EFI_DEVPATH_H
#define EFI_DEVPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer paths, in bytes or nodes, are not believed. */
#define DEVPATH_MAX_BYTES 4096
#define DEVPATH_MAX_NODES 64

#define DEVPATH_NODE_HEADER 4

#define DEVPATH_MESSAGING  0x03
#define DEVPATH_MAC	   0x0b /* these four with DEVPATH_MESSAGING */
#define DEVPATH_IP4	   0x0c
#define DEVPATH_IP6	   0x0d
#define DEVPATH_URI	   0x18
#define DEVPATH_MEDIA	   0x04
#define DEVPATH_HARD_DRIVE 0x01 /* with DEVPATH_MEDIA */
#define DEVPATH_FILE	   0x04 /* with DEVPATH_MEDIA */
#define DEVPATH_END	   0x7f
#define DEVPATH_END_ENTIRE 0xff /* with DEVPATH_END */

#define DEVPATH_HARD_DRIVE_BYTES 42
#define DEVPATH_END_BYTES	 DEVPATH_NODE_HEADER
#define DEVPATH_GUID_BYTES	 16

struct devpath_node {
	uint8_t type;
	uint8_t subtype;
	size_t len;	      /* with the header */
	const uint8_t *bytes; /* the header first */
};

struct devpath_walk {
	const uint8_t *at;
	size_t left;
	unsigned int nodes;
};

/**
 * devpath_begin - walk the device path at @bytes
 * @len: bytes that may be read; DEVPATH_MAX_BYTES for a path in the
 *	 firmware's memory, whose length only its end node tells
 */
void devpath_begin(struct devpath_walk *w, const void *bytes, size_t len);

/**
 * devpath_next - the next node
 *
 * Returns 1 with *@ret_node, 0 at the end of the path or of its first
 * instance, -ERR_TRUNCATED if it reaches beyond its bytes, -ERR_CORRUPT for an
 * impossible node length, -ERR_TOO_LARGE above DEVPATH_MAX_NODES.
 */
int devpath_next(struct devpath_walk *w, struct devpath_node *ret_node);

/**
 * devpath_prefix_bytes - length of the path without its end node
 *
 * Returns 0 with *@ret_len, or as devpath_next().
 */
int devpath_prefix_bytes(const void *bytes, size_t len, size_t *ret_len);

/**
 * devpath_find_partition - the GPT partition a path leads through
 * @ret_node: its HD() node, DEVPATH_HARD_DRIVE_BYTES long
 *
 * Returns 0, -ERR_NOT_FOUND if there is none, or as devpath_next().
 */
int devpath_find_partition(
	const void *bytes, size_t len, const uint8_t **ret_node);

/**
 * devpath_put_header - begin a node at @at
 * @len: of the whole node
 *
 * Returns where its content belongs.
 */
uint8_t *devpath_put_header(
	uint8_t *at, uint8_t type, uint8_t subtype, size_t len);

/** devpath_put_end - the end node at @at, DEVPATH_END_BYTES long */
void devpath_put_end(uint8_t *at);

/** devpath_partition_guid - the partition's GUID within an HD() node */
const uint8_t *devpath_partition_guid(const uint8_t *node);

#endif
