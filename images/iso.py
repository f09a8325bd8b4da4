# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker.iso: for the virtual CD of a management controller.

Firmware starts the FAT volume that the El Torito catalogue names; it has
everything that a stick has.  There is no boot code for a BIOS.
"""

import os
import time

from contents import LABEL
from fat import MIB, bytes_needed, make_volume
from tools import Refused, run_tool
from usb import volume_serial

BOOT_IMAGE = "EFI.IMG"
# More than the 4,085 clusters that make it FAT16 (UEFI 2.10, 13.3: removable
# media may have that); the catalogue counts 512 bytes with 16 bits.
LEAST_BYTES = 3 * MIB
MOST_BYTES = 31 * MIB


def _volume_bytes(files: dict[str, bytes]) -> int:
    wanted = bytes_needed(files) * 5 // 4 + MIB
    size = max(LEAST_BYTES, wanted + -wanted % MIB)
    if size > MOST_BYTES:
        raise Refused(
            f"The files take {bytes_needed(files)} bytes, too many for an "
            "ISO, from which at most 31 MiB can be started. Give a smaller key "
            "pack, one for each building or site; or make only the stick with "
            "this one (ONLY=usb or --only usb).")
    return size


def make_iso(path: str, files: dict[str, bytes], moment: int) -> None:
    """Make the image; raises Refused or ToolError."""
    tree = path + ".tree"
    os.mkdir(tree)
    make_volume(os.path.join(tree, BOOT_IMAGE), _volume_bytes(files), 16,
                files, volume_serial(files), moment)
    with open(os.path.join(tree, "README.TXT"), "wb") as file:
        file.write(files["README.TXT"])
    for name in os.listdir(tree):
        os.chmod(os.path.join(tree, name), 0o444)
        os.utime(os.path.join(tree, name), (moment, moment))
    os.chmod(tree, 0o755)
    os.utime(tree, (moment, moment))
    stamp = time.strftime("%Y%m%d%H%M%S00", time.gmtime(moment))
    run_tool("xorriso", "-as", "mkisofs", "-quiet", "-volid", LABEL,
             "-rational-rock", "-joliet", f"--modification-date={stamp}",
             "-e", BOOT_IMAGE, "-no-emul-boot", "-output", path, tree,
             moment=moment)
    for name in os.listdir(tree):
        os.remove(os.path.join(tree, name))
    os.rmdir(tree)
