# SPDX-License-Identifier: GPL-2.0-or-later
"""A unified kernel image: systemd's stub with a Linux kernel, its command line and
an initramfs as sections; one UEFI application.
"""

import os
import shutil
import tempfile

from toolbox import run_tool

# systemd-stub(7) takes the sections wherever they are, as long as it is behind its
# own; a kernel needs room to unpack itself, which it finds elsewhere.
FIRST_ADDRESS = 0x2000000
PAGE_BYTES = 0x10000  # the largest of any processor


def make_unified(stub: str, kernel: str, initramfs: str, words: dict[str, str],
                 target: str, objcopy: str = "objcopy") -> str:
    """Make the image; returns @target.

    @words: sections with text: ".cmdline", ".osrel"

    Raises FileNotFoundError or ToolError.
    """
    if not os.path.exists(stub):
        raise FileNotFoundError(2, "not installed", stub)
    with tempfile.TemporaryDirectory() as parts:
        files = {}
        for section, text in words.items():
            files[section] = os.path.join(parts, section[1:])
            with open(files[section], "w", encoding="ascii") as file:
                file.write(text)
        files |= {".linux": kernel, ".initrd": initramfs}
        arguments, address = [], FIRST_ADDRESS
        for section, path in files.items():
            arguments += ["--add-section", f"{section}={path}",
                          "--change-section-vma", f"{section}={address:#x}"]
            address += -(-os.path.getsize(path) // PAGE_BYTES) * PAGE_BYTES
        # Beside the target, which a run that is cut short must not leave.
        image = os.path.join(parts, "image")
        run_tool(objcopy, *arguments, stub, image)
        shutil.move(image, target)
    return target
