# SPDX-License-Identifier: GPL-2.0-or-later
"""The stand-in Windows that is a Linux kernel: one file for bootmgfw.efi.

A unified kernel image, whose only program is the stand-in (kernel/init.c).

Without Secure Boot the stub prefers what stands behind the path in the boot
option to that command line: the option has to have nothing there.
"""

import tempfile

from initramfs import find_kernel, make_initramfs
from unified_kernel import make_unified

STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
# Every disk of the rig; what only the newest of them needs costs little.
MODULES = ["ahci", "sd_mod", "virtio_blk", "efivarfs", "vfat", "nls_cp437",
           "nls_ascii", "ntfs3"]
# panic=-1: reset at once.  The timer check fails at times on a busy machine,
# where the emulator is late with interrupts.
COMMAND_LINE = ("quiet console=ttyS0 panic=-1 no_timer_check mitigations=off "
                "nokaslr cryptomgr.notests")
OS_RELEASE = "ID=standin\nNAME=Stand-in\n"


def make_kernel_windows(init: str, target: str) -> str:
    """Make the image; returns @target.

    @init: build/standin-init

    Raises LinuxMissing, FileNotFoundError or ToolError.
    """
    kernel = find_kernel()
    with tempfile.TemporaryDirectory() as parts:
        return make_unified(
            STUB, kernel, make_initramfs(parts, kernel, init, MODULES),
            {".osrel": OS_RELEASE, ".cmdline": COMMAND_LINE}, target)
