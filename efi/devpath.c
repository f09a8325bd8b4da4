/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place that steps from device path node to device path node.
 */
#include "efi/devpath.h"
#include "storage/bytes.h"
#include "storage/err.h"

/* Fields of an HD() node. */
#define HD_SIGNATURE	  24
#define HD_FORMAT	  40
#define HD_SIGNATURE_TYPE 41
#define HD_FORMAT_GPT	  2
#define HD_SIGNATURE_GUID 2

void devpath_begin(struct devpath_walk *w, const void *bytes, size_t len)
{
	w->at = bytes;
	w->left = len < DEVPATH_MAX_BYTES ? len : DEVPATH_MAX_BYTES;
	w->nodes = 0;
}

int devpath_next(struct devpath_walk *w, struct devpath_node *ret_node)
{
	struct devpath_node node;

	if (w->left < DEVPATH_NODE_HEADER)
		return -ERR_TRUNCATED;
	/* EFI 1.x set the top bit of the type: "unpacked". */
	node.type = w->at[0] & 0x7f;
	node.subtype = w->at[1];
	node.len = le16_get(w->at + 2);
	node.bytes = w->at;
	if (node.type == DEVPATH_END)
		return 0;
	if (node.len < DEVPATH_NODE_HEADER)
		return -ERR_CORRUPT;
	if (node.len > w->left)
		return -ERR_TRUNCATED;
	if (w->nodes == DEVPATH_MAX_NODES)
		return -ERR_TOO_LARGE;
	w->at += node.len;
	w->left -= node.len;
	w->nodes++;
	*ret_node = node;
	return 1;
}

int devpath_prefix_bytes(const void *bytes, size_t len, size_t *ret_len)
{
	struct devpath_walk walk;
	struct devpath_node node;
	size_t sum = 0;
	int more;

	devpath_begin(&walk, bytes, len);
	while ((more = devpath_next(&walk, &node)) > 0)
		sum += node.len;
	if (more < 0)
		return more;
	*ret_len = sum;
	return 0;
}

/* Is it an HD() node of a GPT partition? */
static bool node_is_partition(const struct devpath_node *node)
{
	return node->type == DEVPATH_MEDIA &&
	       node->subtype == DEVPATH_HARD_DRIVE &&
	       node->len == DEVPATH_HARD_DRIVE_BYTES &&
	       node->bytes[HD_FORMAT] == HD_FORMAT_GPT &&
	       node->bytes[HD_SIGNATURE_TYPE] == HD_SIGNATURE_GUID;
}

int devpath_find_partition(
	const void *bytes, size_t len, const uint8_t **ret_node)
{
	struct devpath_walk walk;
	struct devpath_node node;
	int more;

	devpath_begin(&walk, bytes, len);
	while ((more = devpath_next(&walk, &node)) > 0) {
		if (node_is_partition(&node)) {
			*ret_node = node.bytes;
			return 0;
		}
	}
	return more < 0 ? more : -ERR_NOT_FOUND;
}

const uint8_t *devpath_partition_guid(const uint8_t *node)
{
	return node + HD_SIGNATURE;
}

uint8_t *devpath_put_header(
	uint8_t *at, uint8_t type, uint8_t subtype, size_t len)
{
	at[0] = type;
	at[1] = subtype;
	le16_put(at + 2, (uint16_t)len);
	return at + DEVPATH_NODE_HEADER;
}

void devpath_put_end(uint8_t *at)
{
	(void)devpath_put_header(
		at, DEVPATH_END, DEVPATH_END_ENTIRE, DEVPATH_END_BYTES);
}
