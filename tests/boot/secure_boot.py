# SPDX-License-Identifier: GPL-2.0-or-later
"""Secure Boot for the test PC: its owner, three signers, and what they sign.

Keys are made with openssl for one run and are worth nothing.  The firmware
leaves Setup Mode because its variable store holds a platform key when it is
switched on; nothing has to be enrolled.
"""

import os
import uuid

from bootvars import BOOT_SERVICE, GLOBAL_GUID, NON_VOLATILE, RUNTIME
from nvstore import VariableStore
from toolbox import run_tool

SECURITY_DATABASE_GUID = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")
OWNER_GUID = uuid.UUID("0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f")
TIME_BASED_AUTHENTICATED = 0x20
ATTRIBUTES = NON_VOLATILE | BOOT_SERVICE | RUNTIME | TIME_BASED_AUTHENTICATED
DAYS = "3650"

OWNER = "owner"  # of the platform: PK and KEK
WINDOWS, OTHER = "windows", "other"  # in db; OTHER not before it is enrolled
STRANGER = "stranger"  # in none
ALTERED, LATER = "altered", "later"
# Who signs Windows and Loopbreaker.
PAIRS = {"same": (WINDOWS, WINDOWS), "different": (WINDOWS, OTHER),
         "unsigned": (WINDOWS, None), "stranger": (WINDOWS, STRANGER),
         ALTERED: (WINDOWS, OTHER), LATER: (WINDOWS, OTHER)}
ALTERED_BYTE = 0x1100  # of the file: code


def _alter(path: str) -> None:
    """Change one bit of a program that is signed."""
    with open(path, "r+b") as file:
        file.seek(ALTERED_BYTE)
        byte = file.read(1)[0]
        file.seek(ALTERED_BYTE)
        file.write(bytes([byte ^ 1]))


def make_certificate(stem: str, name: str, *options: str) -> bytes:
    """A key and its certificate, which signs itself: STEM.key, .pem, .der, .esl.

    @options: more for "openssl req"
    Returns an EFI_SIGNATURE_LIST of it; raises ToolError.
    """
    run_tool("openssl", "req", "-x509", "-newkey", "rsa:2048", "-sha256",
             "-nodes", "-days", DAYS, "-subj", f"/CN={name}/", *options,
             "-keyout", stem + ".key", "-out", stem + ".pem")
    run_tool("openssl", "x509", "-in", stem + ".pem", "-outform", "DER",
             "-out", stem + ".der")
    run_tool("sbsiglist", "--owner", str(OWNER_GUID), "--type", "x509",
             "--output", stem + ".esl", stem + ".der")
    with open(stem + ".esl", "rb") as file:
        return file.read()


class Signers:
    """Certificates with their keys, in a directory of their own."""

    def __init__(self, directory: str):
        """Makes them; raises ToolError."""
        self._directory = directory
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self._lists = {name: make_certificate(self._path(name), f"Test {name}")
                       for name in (OWNER, WINDOWS, OTHER, STRANGER)}

    def _path(self, name: str) -> str:
        return os.path.join(self._directory, name)

    def files(self, name: str) -> tuple[str, str]:
        """Key and certificate of a signer."""
        return self._path(name + ".key"), self._path(name + ".pem")

    def list_of(self, name: str) -> bytes:
        """The certificate of a signer: an EFI_SIGNATURE_LIST."""
        return self._lists[name]

    def enrol(self, store: VariableStore, pair: str,
              others: bytes = b"") -> None:
        """Make the PC whose variables these are enforce Secure Boot.

        @pair: a key of PAIRS
        @others: EFI_SIGNATURE_LISTs of whom it trusts as well
        """
        if pair != LATER:
            others = self._lists[OTHER] + others
        for name, guid, data in (
                ("db", SECURITY_DATABASE_GUID,
                 self._lists[WINDOWS] + others),
                ("KEK", GLOBAL_GUID, self._lists[OWNER]),
                ("PK", GLOBAL_GUID, self._lists[OWNER])):
            store.set(name, data, guid, ATTRIBUTES)

    def add(self, store: VariableStore) -> None:
        """Enrol OTHER as well, as its owner does in the firmware's set-up."""
        db = store.get("db", SECURITY_DATABASE_GUID) or b""
        store.set("db", db + self._lists[OTHER], SECURITY_DATABASE_GUID,
                  ATTRIBUTES)

    def sign(self, program: str, name: str, target: str) -> str:
        """Sign an EFI application; returns @target."""
        run_tool("sbsign", "--key", self._path(name + ".key"), "--cert",
                 self._path(name + ".pem"), "--output", target, program)
        return target

    def sign_both(self, windows: str, loopbreaker: str, pair: str,
                  directory: str) -> list[str]:
        """Sign the two programs; @pair: a key of PAIRS.

        Returns the paths of what is to be installed.
        """
        signed = [
            self.sign(program, name, os.path.join(
                directory, f"{name}-{os.path.basename(program)}"))
            if name else program
            for program, name in zip((windows, loopbreaker), PAIRS[pair])]
        if pair == ALTERED:
            _alter(signed[1])
        return signed
