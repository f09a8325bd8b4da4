# SPDX-License-Identifier: GPL-2.0-or-later
"""shim between the firmware and Loopbreaker: the distribution's, signed by
Microsoft (scripts/fetch-shim), with the variables that it keeps.

The firmware trusts Microsoft's certificate, as PCs do; shim trusts whoever is in
MokList, and starts what lies beside it under the name of GRUB.
"""

import os
import re
import shutil
import uuid

from bootvars import NV_BS, BootVariables, LoadOption
from diskimage import (
    ESP_BYTES, ESP_GUID, ESP_START, LOOPBREAKER_FOLDER, put_file)
from nvstore import VariableStore
from secure_boot import SECURITY_DATABASE_GUID

ENROLLED, UNKNOWN = "enrolled", "unknown"  # is Loopbreaker's signer in MokList?
ENROL, WINDOWS = "enrol", "windows"  # what somebody at the keyboard wants
SHIM_GUID = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
# Of the distribution; the key database in it is Microsoft's of 2011.
MICROSOFT_VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
# Any date later than that of the level in shim, which would replace it.
LEVEL = "sbat,1,2099010100\n"

# What shim shows when it finds a program whose signer it does not know.
REFUSAL = re.compile(r"Verification failed: \(0x1A\) Security Violation")
ENROLMENT = re.compile(r"Enroll the key\(s\)\?")
_OK = r"Verification failed.*OK"
# What somebody at the keyboard waits for, and the keys then: docs/secure-boot.md.
STEPS = {
    WINDOWS: [(_OK, "ret"), (r"Booting in 1 second\b.*" + _OK, "ret")],
    ENROL: [
        (_OK, "ret"),
        (r"Press any key to perform MOK management", "ret"),
        (r"Enroll hash from disk", "down ret"),
        (r"Select Key.*?before Enrolling it", "choose LOOPBREAKER"),
        (r"Select Key.*?before Enrolling it", "choose MOK.CER"),
        (r"View key 0.*Continue", "down ret"),
        (r"Enroll the key\(s\)\?.*Yes", "down ret"),
        (r"Reboot", "ret"),
    ],
}


def copy_shim(build: str, directory: str) -> str:
    """shim and MokManager as they are now; returns their folder."""
    return shutil.copytree(os.path.join(build, "shim"),
                           os.path.join(directory, "shim"),
                           dirs_exist_ok=True)


def microsoft_keys() -> bytes:
    """The key database of a PC as it is sold."""
    data = VariableStore(MICROSOFT_VARIABLES).get(
        "db", SECURITY_DATABASE_GUID)
    if data is None:
        raise ValueError(f"{MICROSOFT_VARIABLES} has no db")
    return data


def gather(folder: str, arch: str, application: str,
           directory: str) -> list[str]:
    """Copy shim, MokManager and, as shim wants to have it, @application into one
    folder; returns their paths, shim's first.
    """
    target = os.path.join(directory, "with-shim")
    os.makedirs(target, exist_ok=True)
    return [shutil.copy(source, os.path.join(target, name))
            for source, name in (
                (os.path.join(folder, f"shim{arch}.efi"), f"shim{arch}.efi"),
                (os.path.join(folder, f"mm{arch}.efi"), f"mm{arch}.efi"),
                (application, f"grub{arch}.efi"))]


def install(disk: str, paths: list[str]) -> None:
    """Put what gather() returned onto the system partition of an image."""
    for path in paths:
        with open(path, "rb") as file:
            put_file(disk, f"{LOOPBREAKER_FOLDER}/{os.path.basename(path)}",
                     file.read())


def shim_option(arch: str, sector_bytes: int) -> bytes:
    """Boot#### of an installed shim."""
    path = f"\\{LOOPBREAKER_FOLDER}\\shim{arch}.efi".replace("/", "\\")
    return LoadOption("Loopbreaker", ESP_GUID, path).encode(
        1, ESP_START // sector_bytes, ESP_BYTES // sector_bytes)


def set_variables(store: BootVariables, moks: bytes | None,
                  level: list[str]) -> None:
    """@moks: EFI_SIGNATURE_LISTs; @level: lines of SbatLevel, if any"""
    if moks is not None:
        store.set("MokList", moks, SHIM_GUID, NV_BS)
    if level:
        text = LEVEL + "".join(line + "\n" for line in level)
        store.set("SbatLevel", text.encode("ascii"), SHIM_GUID, NV_BS)
