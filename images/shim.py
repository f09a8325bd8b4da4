# SPDX-License-Identifier: GPL-2.0-or-later
"""shim on the images: where it lies, firmware starts it in Loopbreaker's place, and
it starts Loopbreaker, which lies beside it under GRUB's name.
"""

import dataclasses
import os
import ssl

from applications import DEFAULT_NAMES
from site_files import read
from tools import Refused, run_tool, try_tool

CERTIFICATE = "MOK.CER"  # for MokManager, at the top of the medium
# As scripts/fetch-shim and as the distribution's packages have them.
SUFFIXES = ("", ".signed")


@dataclasses.dataclass
class Shim:
    """For those processors that there is one for; names as shim wants them."""

    files: dict[str, dict[str, bytes]]  # processor -> name -> bytes
    certificate: bytes  # of Loopbreaker's signer, DER
    remarks: list[str]

    @staticmethod
    def name(arch: str) -> str:
        """Of the file that firmware starts where it is not the default."""
        return f"shim{arch}.efi"

    @staticmethod
    def second(arch: str) -> str:
        """Of Loopbreaker."""
        return f"grub{arch}.efi"


def _find(folder: str, name: str) -> bytes | None:
    for suffix in SUFFIXES:
        path = os.path.join(folder, name + suffix)
        if os.path.exists(path):
            found = try_tool("sbverify", "--list", path)
            if found.returncode or "signature 1" not in found.stdout:
                raise Refused(f"{path} is not signed: firmware would not "
                              "start it, or shim. make shim fetches both.")
            return read(path, "a part of shim")
    return None


def read_shim(folder: str, cert: str) -> Shim:
    """@cert: PEM, of the key that Loopbreaker is signed with

    Raises Refused or ToolError.
    """
    files, remarks = {}, []
    for arch in DEFAULT_NAMES:
        names = (Shim.name(arch), f"mm{arch}.efi")
        found = {name: _find(folder, name) for name in names}
        lacks = [name for name, content in found.items() if content is None]
        if not lacks:
            files[arch] = found
        elif len(lacks) < len(names):
            raise Refused(f"{folder} has no {lacks[0]}: shim and MokManager "
                          "belong together. make shim fetches both.")
        else:
            remarks.append(
                f"{folder} has no {names[0]}: PCs of this kind start "
                "Loopbreaker without shim, if their firmware knows its key.")
    if not files:
        raise Refused(f"{folder} has no shim: give the folder with "
                      f"{Shim.name('x64')}, like build/shim after make shim.")
    return Shim(files, ssl.PEM_cert_to_DER_cert(run_tool(
        "openssl", "x509", "-in", cert)), remarks)
