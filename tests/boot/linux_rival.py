# SPDX-License-Identifier: GPL-2.0-or-later
"""The same repair by the usual means: a Linux kernel with a small initramfs.

Renames one file on the Windows volume of a test PC, in place, through ntfs3,
and switches the PC off.  All is made easy for Linux: the emulator puts the
kernel and an initramfs that is not compressed into memory, only the modules
for this one disk are loaded, the volume and the file are known beforehand;
nothing is observed, decided, verified or shown.
"""

import glob
import lzma
import os
import shutil
import subprocess
import sys

from pc import Pc
from qemu import arguments_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "cli"))
from ntfs3 import (  # noqa: E402
    BUSYBOX, SYSTEM_PATH, kernel_folder, why_missing)

DISK_MODULES = {"ahci": ("ahci", "sd_mod"), "virtio": ("virtio_blk",),
                "nvme": ()}
PARTITIONS = {"ahci": "/dev/sda2", "virtio": "/dev/vda2",
              "nvme": "/dev/nvme0n1p2"}

# The first words of the kernel, still in real mode, before it unpacks itself;
# "debug" lets them through, "quiet" undoes the rest of it.
ENTRY = b"early console in setup code"
COMMAND_LINE = ("debug quiet earlyprintk=serial,ttyS0,115200 console=ttyS0 "
                "panic=-1 mitigations=off nokaslr")
DONE = "RENAMED"

INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for m in /modules/*; do
	/bin/busybox insmod "$m"
done
/bin/busybox mount -t ntfs3 -o force {partition} /volume &&
	/bin/busybox mv "/volume{old}" "/volume{new}" &&
	/bin/busybox sync &&
	/bin/busybox umount /volume &&
	echo RENAMED
/bin/busybox poweroff -f
"""


class RivalError(Exception):
    """There is no Linux to compare with; one sentence."""


class Linux:
    """A kernel with an initramfs that renames one file on one kind of disk."""

    def __init__(self, directory: str, device: str, old: str, new: str):
        """@old, @new: paths on the volume: "/Folder/File"

        Raises RivalError.
        """
        reason = why_missing()
        if reason:
            raise RivalError(f"There is no Linux to compare with: {reason}.")
        self.kernel = sorted(glob.glob(
            os.path.join(kernel_folder(), "boot", "vmlinuz-*")))[-1]
        self.initramfs = os.path.join(directory, "initramfs")
        root = os.path.join(directory, "root")
        for part in ("bin", "dev", "modules", "volume"):
            os.makedirs(os.path.join(root, part))
        shutil.copy(shutil.which(BUSYBOX, path=SYSTEM_PATH),
                    os.path.join(root, "bin", "busybox"))
        self._add_modules(root, [*DISK_MODULES[device], "ntfs3"])
        init = os.path.join(root, "init")
        with open(init, "w", encoding="utf-8") as file:
            file.write(INIT.format(partition=PARTITIONS[device], old=old,
                                   new=new))
        os.chmod(init, 0o755)
        self._pack(root)

    def _add_modules(self, root: str, names: list[str]) -> None:
        version = os.path.basename(self.kernel).removeprefix("vmlinuz-")
        done = subprocess.run(
            ["modprobe", "-d", kernel_folder(), "-S", version,
             "--show-depends", "-a", *names], capture_output=True, text=True,
            env=dict(os.environ, PATH=SYSTEM_PATH), check=False)
        lines = [line.split() for line in done.stdout.splitlines()]
        paths = [words[1] for words in lines if words[0] == "insmod"]
        if done.returncode:
            raise RivalError(f"The kernel lacks one of {', '.join(names)}.")
        for number, path in enumerate(dict.fromkeys(paths)):
            with open(path, "rb") as file:
                data = file.read()
            if path.endswith(".xz"):
                data = lzma.decompress(data)
            name = f"{number:02}-{os.path.basename(path).split('.')[0]}"
            with open(os.path.join(root, "modules", name), "wb") as file:
                file.write(data)

    def _pack(self, root: str) -> None:
        names = "".join(
            os.path.relpath(os.path.join(place, name), root) + "\n"
            for place, folders, files in os.walk(root)
            for name in folders + files)
        with open(self.initramfs, "wb") as file:
            subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root,
                           input=names.encode(), stdout=file, check=True)

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
