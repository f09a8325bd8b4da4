# SPDX-License-Identifier: GPL-2.0-or-later
"""The same repair by a Linux live image: the distribution's kernel, an initramfs
with ntfs-3g, and systemd's stub, one UEFI application per processor, which goes
onto the same images in the place of Loopbreaker.

All is made easy for Linux: of a distribution's initramfs only what this repair
takes is in it, it is told the file, asks nobody, checks nothing, fetches nothing
more and tells nobody.
"""

import os
import shutil
import tempfile

from initramfs import pack
from toolbox import run_tool
from unified_kernel import make_unified

OBJCOPY = {"x64": "objcopy", "aa64": "aarch64-linux-gnu-objcopy"}
CONSOLES = {"x64": "ttyS0", "aa64": "ttyAMA0"}
COMMAND_LINE = ("quiet console={console} panic=-1 mitigations=off nokaslr "
                "no_timer_check cryptomgr.notests rcupdate.rcu_expedited=1")
OS_RELEASE = "ID=live\nNAME=Live\n"
DONE = "RENAMED"
SECURE = "SECURE"  # the kernel says that Secure Boot is on

# The disks come when their drivers have found them, so all are looked at until
# Windows is there.  usleep is busybox's.
INIT = """#!/bin/busybox sh
PATH=/bin
busybox mkdir -p /dev /proc /volume
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
for m in /modules/*; do
	busybox insmod "$m" 2>/dev/null
done
repair()
{{
	for p in /dev/sd??* /dev/nvme*n*p* /dev/vd??*; do
		case $(busybox dd if="$p" bs=1 skip=3 count=4 2>/dev/null) in
		NTFS) ;;
		*) continue ;;
		esac
		ntfs-3g "$p" /volume 2>/dev/null || continue
		busybox mv "/volume{old}" "/volume{new}" 2>/dev/null
		moved=$?
		busybox umount /volume
		[ $moved = 0 ] && return 0
	done
	return 1
}}
tries=0
until repair; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || busybox reboot -f
	busybox usleep 100000
done
echo RENAMED
busybox dmesg | busybox grep -qi "secure boot enabled" && echo SECURE
busybox sync
busybox reboot -f
"""


def make_live(live: str, arch: str, target: str, old: str, new: str) -> str:
    """Make the application; returns @target.

    @live: what scripts/fetch-live has unpacked
    @old, @new: paths on the volume: "/Folder/File"

    Raises FileNotFoundError or ToolError.
    """
    source = os.path.join(live, arch)
    with tempfile.TemporaryDirectory() as parts:
        root = os.path.join(parts, "root")
        shutil.copytree(os.path.join(source, "root"), root)
        with open(os.path.join(root, "init"), "w", encoding="ascii") as file:
            file.write(INIT.format(old=old, new=new))
        os.chmod(os.path.join(root, "init"), 0o755)
        archive = pack(root, os.path.join(parts, "initramfs"))
        # As Debian's own: larger than by xz, and sooner unpacked.
        run_tool("zstd", "-q", "-19", archive)
        words = {".osrel": OS_RELEASE,
                 ".cmdline": COMMAND_LINE.format(console=CONSOLES[arch])}
        return make_unified(
            os.path.join(source, "stub"), os.path.join(source, "vmlinuz"),
            archive + ".zst", words, target, OBJCOPY[arch])
