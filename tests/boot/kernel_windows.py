# SPDX-License-Identifier: GPL-2.0-or-later
"""The stand-in Windows that is a Linux kernel: one file for bootmgfw.efi.

A unified kernel image: systemd's stub with the kernel, its command line and
an initramfs, whose only program is the stand-in (kernel/init.c), as sections.

Without Secure Boot the stub prefers what stands behind the path in the boot
option to that command line: the option has to have nothing there.
"""

import os
import shutil
import tempfile

from initramfs import find_kernel, make_initramfs
from toolbox import run_tool

STUB = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
# Every disk of the rig; what only the newest of them needs costs little.
MODULES = ["ahci", "sd_mod", "virtio_blk", "efivarfs", "vfat", "nls_cp437",
           "nls_ascii", "ntfs3"]
# panic=-1: reset at once.  The timer check fails at times on a busy machine,
# where the emulator is late with interrupts.
COMMAND_LINE = ("quiet console=ttyS0 panic=-1 no_timer_check mitigations=off "
                "nokaslr cryptomgr.notests")
# Where systemd-stub(7) puts the sections; the kernel's room is 32 MiB.
SECTIONS = ((".osrel", 0x20000), (".cmdline", 0x30000), (".linux", 0x2000000),
            (".initrd", 0x4000000))
OS_RELEASE = "ID=standin\nNAME=Stand-in\n"


def make_kernel_windows(init: str, target: str) -> str:
    """Make the image; returns @target.

    @init: build/standin-init

    Raises LinuxMissing, FileNotFoundError or ToolError.
    """
    if not os.path.exists(STUB):
        raise FileNotFoundError(2, "not installed", STUB)
    kernel = find_kernel()
    with tempfile.TemporaryDirectory() as parts:
        files = {".linux": kernel,
                 ".initrd": make_initramfs(parts, kernel, init, MODULES)}
        for section, text in ((".osrel", OS_RELEASE),
                              (".cmdline", COMMAND_LINE)):
            files[section] = os.path.join(parts, section[1:])
            with open(files[section], "w", encoding="ascii") as file:
                file.write(text)
        arguments = []
        for section, address in SECTIONS:
            arguments += ["--add-section", f"{section}={files[section]}",
                          "--change-section-vma", f"{section}={address:#x}"]
        # Beside the target, which a run that is cut short must not leave.
        image = os.path.join(parts, "image")
        run_tool("objcopy", *arguments, STUB, image)
        shutil.move(image, target)
    return target
