# SPDX-License-Identifier: GPL-2.0-or-later
"""The same repair by the usual means: a Linux kernel with a small initramfs.

Renames one file on the Windows volume of a test PC, in place, through ntfs3,
and resets the PC.  All is made easy for Linux: the emulator puts the kernel and
an initramfs that is not compressed into memory, only the modules for this one
disk are loaded, the kernel neither tests itself nor waits where it need not,
the volume and the file are known beforehand; nothing is observed, decided,
verified or shown.
"""

import os
import shutil

from initramfs import SYSTEM_PATH, find_kernel, make_initramfs
from pc import Pc
from qemu import arguments_of

BUSYBOX = "busybox"

DISK_MODULES = {"ahci": ("ahci", "sd_mod"), "virtio": ("virtio_blk",),
                "nvme": ()}
PARTITIONS = {"ahci": "/dev/sda2", "virtio": "/dev/vda2",
              "nvme": "/dev/nvme0n1p2"}

# The first words of the kernel, still in real mode, before it unpacks itself;
# "debug" lets them through, "quiet" undoes the rest of it.
ENTRY = b"early console in setup code"
# Then what makes this kernel faster without changing what it does.
COMMAND_LINE = ("debug quiet earlyprintk=serial,ttyS0,115200 console=ttyS0 "
                "panic=-1 mitigations=off nokaslr no_timer_check "
                "cryptomgr.notests rcupdate.rcu_expedited=1")
DONE = "RENAMED"

INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for m in /modules/*; do
	/bin/busybox insmod "$m"
done
/bin/busybox mount -t ntfs3 -o force {partition} /volume &&
	/bin/busybox mv "/volume{old}" "/volume{new}" &&
	/bin/busybox umount /volume &&
	echo RENAMED
/bin/busybox reboot -f
"""


class Linux:
    """A kernel with an initramfs that renames one file on one kind of disk."""

    def __init__(self, directory: str, device: str, old: str, new: str):
        """@old, @new: paths on the volume: "/Folder/File"

        Raises LinuxMissing.
        """
        self.kernel = find_kernel()
        init = os.path.join(directory, "init")
        with open(init, "w", encoding="utf-8") as file:
            file.write(INIT.format(partition=PARTITIONS[device], old=old,
                                   new=new))
        self.initramfs = make_initramfs(
            directory, self.kernel, init, [*DISK_MODULES[device], "ntfs3"],
            ("dev", "volume"), (shutil.which(BUSYBOX, path=SYSTEM_PATH),))

    def arguments(self, pc: Pc, control: int) -> list[str]:
        """The emulator's command line: the same PC with Linux in place of its
        firmware; @control: descriptor of the QMP channel.
        """
        arguments = arguments_of(pc.machine, None, control)
        for value in [a for a in arguments if a.startswith("if=pflash")]:
            at = arguments.index(value)
            del arguments[at - 1:at + 1]
        return arguments + ["-kernel", self.kernel, "-initrd", self.initramfs,
                            "-append", COMMAND_LINE]
