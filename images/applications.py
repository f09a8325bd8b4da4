# SPDX-License-Identifier: GPL-2.0-or-later
"""The applications as they go onto the images: with a site's keys, signed."""

import os
import shutil

from site_files import read
from tools import Refused, ToolError, run_tool, try_tool

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOKEN = "pkcs11:"  # names a key that is in no file
SIGN = os.path.join(TOP, "scripts", "sign")
# Where firmware looks on a removable medium (UEFI 2.10, 3.5.1.1).
DEFAULT_NAMES = {"x64": "BOOTX64.EFI", "aa64": "BOOTAA64.EFI"}


def file_name(arch: str) -> str:
    """Of the application for one processor, where it is not the default."""
    return f"loopbreaker-{arch}.efi"


def _check_signer(key: str, cert: str) -> None:
    """Are they what they are given as?  Raises Refused."""
    if not key.startswith(TOKEN) and b" PRIVATE KEY-----" not in read(
            key, "the key for Secure Boot"):
        raise Refused(f"{key} has no private key in it (PEM). KEY= is the "
                      "private key for Secure Boot, CERT= its certificate.")
    if b"-----BEGIN CERTIFICATE-----" not in read(cert, "its certificate"):
        raise Refused(f"{cert} has no certificate in it (PEM). CERT= is the "
                      "certificate of the key for Secure Boot, KEY= the "
                      "private key.")


def prepare(build: str, folder: str, policy_keys: list[str],
            key: str | None, cert: str | None,
            moment: int | None) -> dict[str, str]:
    """Make the applications; returns their paths by processor.

    @build: where they were built; @folder: where they go
    @policy_keys: public keys for policies and orders
    @key, @cert: for Secure Boot, or None
    @moment: the time that a signature carries; None: that of now
    Raises Refused or ToolError.
    """
    if key and cert:
        _check_signer(key, cert)
    found = {}
    for arch in DEFAULT_NAMES:
        source = os.path.join(build, file_name(arch))
        if not os.path.exists(source):
            raise ToolError(f"{source} has not been built; run make first.")
        found[arch] = os.path.join(folder, file_name(arch))
        if not policy_keys and not key:
            shutil.copyfile(source, found[arch])
            continue
        words = [word for path in policy_keys
                 for word in ("--policy-key", path)]
        if key and cert:
            words += ["--key", key, "--cert", cert]
        done = try_tool(SIGN, *words, source, found[arch], moment=moment)
        if done.returncode:
            # Where it would have gone is nobody's business.
            raise Refused(" ".join(done.stderr.split())
                          .removeprefix("sign: ")
                          .replace(found[arch], file_name(arch)))
        if key and cert:
            run_tool("sbverify", "--cert", cert, found[arch])
    return found
