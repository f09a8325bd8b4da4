/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libblkid's sources refer to and this build does not have.  Compiled
 * with libblkid's headers and redirect.h, for the firmware and for Linux.
 */
#include "blkidP.h"
#include "sysfs.h"

/*
 * In the place of each prober listed in absent.h.  Without magic strings
 * libblkid goes straight to the function, which says "not this one".
 */
static int absent_probe(blkid_probe pr, const struct blkid_idmag *mag)
{
	(void)pr;
	(void)mag;
	return BLKID_PROBE_NONE;
}

const struct blkid_idinfo absent_idinfo = {
	.name = "absent",
	.probefunc = absent_probe,
	.magics = BLKID_NONE_MAGIC,
};

/* probe.c: listed there, disabled here; only its name and id are read. */
const struct blkid_chaindrv topology_drv = {
	.id = BLKID_CHAIN_TOPLGY,
	.name = "topology",
	.dflt_enabled = FALSE,
	.has_fltr = FALSE,
};

/* blkid_new_probe(): reads LIBBLKID_DEBUG from the environment. */
void blkid_init_debug(int mask)
{
	(void)mask;
}

/* blkid_probe_set_hint(): hints are never set. */
int blkid_parse_tag_string(const char *token, char **ret_type, char **ret_val)
{
	(void)token;
	(void)ret_type;
	(void)ret_val;
	return -1;
}

/*
 * The rest is about Linux block devices.  Never reached, because every disk
 * presents itself as a regular file without a device number (redirect.h).
 */

/* blkid_probe_get_wholedisk_devno() */
int blkid_devno_to_wholedisk(
	dev_t dev, char *diskname, size_t len, dev_t *diskdevno)
{
	(void)dev;
	(void)diskname;
	(void)len;
	(void)diskdevno;
	return -1;
}

/* blkid_probe_get_wholedisk_probe() */
char *blkid_devno_to_devname(dev_t devno)
{
	(void)devno;
	return NULL;
}

/* blkid_probe_set_device(), character and block devices */
char *sysfs_chrdev_devno_to_devname(dev_t devno, char *buf, size_t bufsiz)
{
	(void)devno;
	(void)buf;
	(void)bufsiz;
	return NULL;
}

int sysfs_devno_is_dm_private(dev_t devno, char **uuid)
{
	(void)devno;
	(void)uuid;
	return 0;
}

int blkdev_get_size(int fd, unsigned long long *bytes)
{
	(void)fd;
	(void)bytes;
	return -1;
}

/* blkid_probe_get_sectorsize(): find.c has set it */
int blkdev_get_sector_size(int fd, int *sector_size)
{
	(void)fd;
	(void)sector_size;
	return -1;
}

/* blkid_partlist_devno_to_partition() */
struct path_cxt *ul_new_sysfs_path(
	dev_t devno, struct path_cxt *parent, const char *prefix)
{
	(void)devno;
	(void)parent;
	(void)prefix;
	return NULL;
}

int ul_path_read_string(struct path_cxt *pc, char **str, const char *path)
{
	(void)pc;
	(void)str;
	(void)path;
	return -1;
}

int ul_path_read_u64(struct path_cxt *pc, uint64_t *res, const char *path)
{
	(void)pc;
	(void)res;
	(void)path;
	return -1;
}

void ul_unref_path(struct path_cxt *pc)
{
	(void)pc;
}
