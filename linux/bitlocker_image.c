/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BitLocker volumes of a disk, of an image of one, or of a bare volume. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/bitlocker_tool.h"
#include "linux/command.h"
#include "linux/image_format.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"
#include "storage/find.h"

/* Returns 0, or an exit status after saying why. */
static int add_volume(
	struct bitlocker_image *image, const struct found_volume *found)
{
	struct bitlocker_volume *v = &image->volumes[image->count];
	int err;

	err = slice_init(&v->slice, &image->file.disk, found->start_bytes,
		found->size_bytes);
	if (err == 0) {
		v->partition = found->part_number;
		image->count++;
		err = bitlocker_metadata_read(&v->slice.disk, &v->metadata);
	}
	return err < 0 ? command_say_err("the metadata of BitLocker", err) : 0;
}

static int add_volumes(
	const char *path, struct bitlocker_image *image, struct found *found)
{
	int status = 0;
	size_t i;
	int err = find_volumes(&image->file.disk, found);

	if (err == -ERR_TOO_LARGE)
		return command_say_limit(path,
			"it has more than %d partitions, or a table of an "
			"absurd size",
			FIND_MAX_VOLUMES);
	if (err < 0)
		return command_say_err(path, err);
	for (i = 0; i < found->count && !status; i++) {
		if (found->volumes[i].kind != VOLUME_BITLOCKER)
			continue;
		if (image->count == BITLOCKER_TOOL_VOLUMES)
			return command_say_limit(path,
				"it has more than %d BitLocker volumes",
				BITLOCKER_TOOL_VOLUMES);
		status = add_volume(image, &found->volumes[i]);
	}
	if (status || image->count)
		return status;
	fprintf(stderr, "loopbreaker: there is no BitLocker volume on %s.\n",
		path);
	return EXIT_REFUSED;
}

/* What is damaged too much for libblkid may be a BitLocker volume to us. */
static int add_whole(const char *path, struct bitlocker_image *image)
{
	const struct found_volume whole = {
		.size_bytes = image->file.disk.size_bytes};
	struct found *found;
	int status = add_volume(image, &whole);

	if (status ||
		image->volumes[0].metadata.no_read != BITLOCKER_NOT_BITLOCKER)
		return status;
	image->count = 0;
	found = calloc(1, sizeof(*found));
	status = found ? add_volumes(path, image, found)
		       : command_say_err(path, -ERR_NO_MEMORY);
	free(found);
	return status;
}

int bitlocker_image_open(const char *path, struct bitlocker_image *ret)
{
	const char *container;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->file.fd = -1;
	ret->volumes = calloc(BITLOCKER_TOOL_VOLUMES, sizeof(*ret->volumes));
	if (!ret->volumes)
		return command_say_err(path, -ERR_NO_MEMORY);
	err = file_disk_open(&ret->file, path, false);
	if (err < 0) {
		fprintf(stderr, "loopbreaker: cannot open %s: %s.\n", path,
			command_open_text(-err));
		return EXIT_IO;
	}
	container = image_format_name(&ret->file.disk);
	if (!container)
		return add_whole(path, ret);
	fprintf(stderr,
		"loopbreaker: %s is a %s container, not a plain image; attach "
		"the disk in it, for example with qemu-nbd, and name that.\n",
		path, container);
	return EXIT_BAD_INPUT;
}

void bitlocker_image_close(struct bitlocker_image *image)
{
	size_t i;

	for (i = 0; image->volumes && i < BITLOCKER_TOOL_VOLUMES; i++)
		bitlocker_metadata_close(&image->volumes[i].metadata);
	free(image->volumes);
	image->volumes = NULL;
	(void)file_disk_close(&image->file); /* nothing was written */
}
