/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of libblkid's probers are left out: every name below stands in the
 * tables of superblocks.c, partitions.c or dos.c and becomes absent_idinfo
 * (absent.c), a prober that never finds anything.
 *
 * The tables are static and in upstream files that are compiled unchanged;
 * renaming what they list is the way to shorten them that fails loudly: a
 * prober that a newer libblkid adds is an undefined symbol at link time.
 *
 * To bring a prober in: delete its line here and compile its source file.
 */
#ifndef UTIL_LINUX_ABSENT_H
#define UTIL_LINUX_ABSENT_H

/* superblocks.c, without bitlocker, btrfs, ext, ntfs and vfat */
#define adraid_idinfo		 absent_idinfo
#define apfs_idinfo		 absent_idinfo
#define bcache_idinfo		 absent_idinfo
#define befs_idinfo		 absent_idinfo
#define bfs_idinfo		 absent_idinfo
#define bluestore_idinfo	 absent_idinfo
#define cramfs_idinfo		 absent_idinfo
#define ddfraid_idinfo		 absent_idinfo
#define drbd_idinfo		 absent_idinfo
#define drbdmanage_idinfo	 absent_idinfo
#define drbdproxy_datalog_idinfo absent_idinfo
#define erofs_idinfo		 absent_idinfo
#define exfat_idinfo		 absent_idinfo
#define exfs_idinfo		 absent_idinfo
#define f2fs_idinfo		 absent_idinfo
#define gfs2_idinfo		 absent_idinfo
#define gfs_idinfo		 absent_idinfo
#define hfs_idinfo		 absent_idinfo
#define hfsplus_idinfo		 absent_idinfo
#define highpoint37x_idinfo	 absent_idinfo
#define highpoint45x_idinfo	 absent_idinfo
#define hpfs_idinfo		 absent_idinfo
#define integrity_idinfo	 absent_idinfo
#define iso9660_idinfo		 absent_idinfo
#define iswraid_idinfo		 absent_idinfo
#define jfs_idinfo		 absent_idinfo
#define jmraid_idinfo		 absent_idinfo
#define linuxraid_idinfo	 absent_idinfo
#define lsiraid_idinfo		 absent_idinfo
#define luks_idinfo		 absent_idinfo
#define lvm1_idinfo		 absent_idinfo
#define lvm2_idinfo		 absent_idinfo
#define minix_idinfo		 absent_idinfo
#define mpool_idinfo		 absent_idinfo
#define netware_idinfo		 absent_idinfo
#define nilfs2_idinfo		 absent_idinfo
#define nvraid_idinfo		 absent_idinfo
#define ocfs2_idinfo		 absent_idinfo
#define ocfs_idinfo		 absent_idinfo
#define oracleasm_idinfo	 absent_idinfo
#define pdcraid_idinfo		 absent_idinfo
#define refs_idinfo		 absent_idinfo
#define reiser4_idinfo		 absent_idinfo
#define reiser_idinfo		 absent_idinfo
#define romfs_idinfo		 absent_idinfo
#define silraid_idinfo		 absent_idinfo
#define snapcow_idinfo		 absent_idinfo
#define squashfs3_idinfo	 absent_idinfo
#define squashfs_idinfo		 absent_idinfo
#define stratis_idinfo		 absent_idinfo
#define swap_idinfo		 absent_idinfo
#define swsuspend_idinfo	 absent_idinfo
#define sysv_idinfo		 absent_idinfo
#define ubi_idinfo		 absent_idinfo
#define ubifs_idinfo		 absent_idinfo
#define udf_idinfo		 absent_idinfo
#define ufs_idinfo		 absent_idinfo
#define vdo_idinfo		 absent_idinfo
#define verity_hash_idinfo	 absent_idinfo
#define viaraid_idinfo		 absent_idinfo
#define vmfs_fs_idinfo		 absent_idinfo
#define vmfs_volume_idinfo	 absent_idinfo
#define vxfs_idinfo		 absent_idinfo
#define xenix_idinfo		 absent_idinfo
#define xfs_idinfo		 absent_idinfo
#define xfs_log_idinfo		 absent_idinfo
#define zfs_idinfo		 absent_idinfo
#define zonefs_idinfo		 absent_idinfo

/* partitions.c and dos.c, without dos, gpt and pmbr */
#define aix_pt_idinfo	      absent_idinfo
#define atari_pt_idinfo	      absent_idinfo
#define bsd_pt_idinfo	      absent_idinfo
#define mac_pt_idinfo	      absent_idinfo
#define minix_pt_idinfo	      absent_idinfo
#define sgi_pt_idinfo	      absent_idinfo
#define solaris_x86_pt_idinfo absent_idinfo
#define sun_pt_idinfo	      absent_idinfo
#define ultrix_pt_idinfo      absent_idinfo
#define unixware_pt_idinfo    absent_idinfo

#endif
