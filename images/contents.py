# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on a stick: the same files on every medium, and in the folder that is
copied onto somebody's own stick.
"""

import hashlib

from applications import DEFAULT_NAMES
from shim import CERTIFICATE, Shim
from site_files import SiteFiles, read

BOOT_FOLDER = "EFI/BOOT"
LOG_FOLDER = "LOGS"
LABEL = "LOOPBREAKER"  # of volumes: 11 characters, as FAT has them

README = """\
Loopbreaker {version}

This stick gets a Windows PC out of a crash loop. Put it into the PC, switch
the PC on and choose the stick in the firmware's boot menu (often F12, F9, F8
or Esc). One screen says what is wrong and what will be done. No key has to be
pressed; Esc leaves the PC as it is.

EFI\\BOOT  the program, for PCs (BOOTX64.EFI) and ARM PCs (BOOTAA64.EFI), and
          what your site has put beside it: policy.dtb, incident-order.dtb,
          each with its signature (.sig)
LOGS      a place for photographs of the screen and notes; Loopbreaker itself
          writes no file anywhere on this stick

BitLocker: copy the file with the recovery key, as Windows saves it, to the
top of this stick. A sealed key pack (site.keys) asks for its PIN.

{signed}
"""
SIGNED = """\
The programs are signed for Secure Boot with a key of your own organisation:
PCs start them if that key was enrolled before."""
SHIM = """\
The programs are started by shim, which asks for the key in MOK.CER. Where a PC
has never been told that key, a red box says "Verification failed". To leave it,
hold the power button until the PC is off, pull the stick and switch the PC on:
if you went on to Windows from there, BitLocker would ask for its recovery key.
To tell the PC the key instead, press Enter, then any key within ten seconds,
and choose "Enroll key from disk" (docs/secure-boot.md)."""
UNSIGNED = """\
The programs are not signed for Secure Boot: a PC on which it is switched on
refuses this stick."""


def stick_files(applications: dict[str, str], site: SiteFiles, version: str,
                is_signed: bool, shim: Shim | None = None) -> dict[str, bytes]:
    """All files by their paths; a path that ends in "/" is an empty folder."""
    text = README.format(version=version, signed=SHIM if shim else
                         SIGNED if is_signed else UNSIGNED)
    files = {"README.TXT": text.replace("\n", "\r\n").encode("ascii"),
             LOG_FOLDER + "/": b""}
    for arch, path in applications.items():
        name = DEFAULT_NAMES[arch]
        if shim and arch in shim.files:
            parts = dict(shim.files[arch])
            files[f"{BOOT_FOLDER}/{name}"] = parts.pop(shim.name(arch))
            files.update({f"{BOOT_FOLDER}/{part}": content
                          for part, content in parts.items()})
            files[CERTIFICATE] = shim.certificate
            name = shim.second(arch)
        files[f"{BOOT_FOLDER}/{name}"] = read(path, "the application")
    for name, content in {**site.signed, **site.keys}.items():
        files[f"{BOOT_FOLDER}/{name}"] = content
    return files


def digest(files: dict[str, bytes]) -> str:
    """Of names and contents, in hexadecimal digits."""
    total = hashlib.sha256()
    for path, content in sorted(files.items()):
        total.update(path.encode() + b"\0" +
                     hashlib.sha256(content).digest())
    return total.hexdigest()
