/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk images that are no plain copy of a disk but a container for one.  Only
 * recognised, so that "no Windows was found" is not all a person hears.
 */
#ifndef LINUX_IMAGE_FORMAT_H
#define LINUX_IMAGE_FORMAT_H

#include "storage/disk.h"

/**
 * image_format_name - the format of a container, "qcow2", or NULL
 * @d: may be of any size; what cannot be read is no container
 */
const char *image_format_name(struct disk *d);

#endif
