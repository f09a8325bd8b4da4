# SPDX-License-Identifier: GPL-2.0-or-later
"""What a site wants on its images, judged before anything is made: nothing gets
onto an image that the application on it would then refuse.

The judges are build/host/loopbreaker, which is made of the same sources as the
application, and the very application that goes onto the image.
"""

import dataclasses
import os
import struct

from tools import Refused, try_tool

MAX_SIGNATURE_BYTES = 4096  # a real one has 384
# recovery/keys/key_pack.h: magic, version, rounds, records; sizes.
PACK_HEADER = struct.Struct("<8sIII")
PACK_MAGIC = b"LBKEYPK1"
PACK_VERSION = 1
PACK_FIXED_BYTES = 96 + 16
PACK_RECORD_BYTES = 72 + 4
# efi/key_fetch.h: more than that no PC fetches from a server.
MOST_SERVED_MIB = 4
MOST_SERVED_KEYS = ((MOST_SERVED_MIB << 20) -
                    PACK_FIXED_BYTES) // PACK_RECORD_BYTES
SEALED_NAME = "site.keys"
# Under these names the application looks for plain ones.
PLAIN_NAMES = {".csv": "keys.csv", ".tsv": "keys.tsv", ".txt": "keys.txt"}


@dataclasses.dataclass
class SiteFiles:
    """Name on the image -> bytes."""

    # Beside the application; each signed file with its signature.
    signed: dict[str, bytes] = dataclasses.field(default_factory=dict)
    keys: dict[str, bytes] = dataclasses.field(default_factory=dict)
    has_plain_keys: bool = False
    remarks: list[str] = dataclasses.field(default_factory=list)


def read(path: str, what: str, limit: int | None = None) -> bytes:
    """A whole file; raises Refused."""
    try:
        with open(path, "rb") as file:
            content = file.read() if limit is None else file.read(limit + 1)
    except OSError as error:
        raise Refused(f"{path}, {what}, cannot be read: "
                      f"{error.strerror}.") from error
    if limit is not None and len(content) > limit:
        raise Refused(f"{path} has more than {limit} bytes: that is not "
                      f"{what}.")
    return content


class Judge:
    """Asks the command, on behalf of an application with a site's keys."""

    def __init__(self, command: str, application: str, has_keys: bool):
        """@command: build/host/loopbreaker
        @application: as it goes onto the image
        @has_keys: were policy keys put into it?
        """
        self._command = command
        self._application = application
        self._has_keys = has_keys

    def _signed(self, path: str, what: str, how: str) -> dict[str, bytes]:
        """The file and its signature: "", ".sig" -> bytes."""
        if not self._has_keys:
            raise Refused(
                f"{path} is given, but no key to check it with: the "
                f"application would ignore {what}. Give the owner's public "
                "key as well (POLICY_KEY=site.pub).")
        if not os.path.exists(path + ".sig") and os.path.exists(path):
            raise Refused(f"{path} is not signed: there is no {path}.sig. "
                          f"Sign it ({how}) and make the images again.")
        return {"": read(path, what),
                ".sig": read(path + ".sig", f"the signature of {path}",
                             MAX_SIGNATURE_BYTES)}

    def _ask(self, path: str, next_step: str, *words: str) -> None:
        done = try_tool(self._command, *words, "--keys", self._application,
                        path)
        if done.returncode:
            said = " ".join(done.stderr.split())
            raise Refused(f"{path} would not be followed. {said} {next_step}")

    def policy(self, path: str) -> dict[str, bytes]:
        """The policy's files; raises Refused."""
        found = self._signed(path, "a policy",
                             f"loopbreaker policy sign --key site.pem {path}")
        self._ask(path, "Mend it and sign it with the key whose public half "
                  "is given as POLICY_KEY.", "policy", "check")
        return {"policy.dtb" + end: content for end, content in found.items()}

    def order(self, path: str) -> dict[str, bytes]:
        """The incident order's files; raises Refused."""
        found = self._signed(path, "an incident order",
                             f"loopbreaker order sign --key site.pem {path}")
        self._ask(path, "Make and sign a new one with the key whose public "
                  "half is given as POLICY_KEY.", "order", "check",
                  "--any-pc")
        return {"incident-order.dtb" + end: content
                for end, content in found.items()}


def _is_pack(content: bytes, path: str) -> bool:
    """Is it a sealed key pack?  Raises Refused for a damaged one."""
    if not content.startswith(PACK_MAGIC):
        return False
    if len(content) < PACK_HEADER.size:
        raise Refused(f"{path} is a key pack that was cut short: make it "
                      "again (loopbreaker keys pack).")
    _, version, _, records = PACK_HEADER.unpack_from(content)
    if (version != PACK_VERSION or len(content) !=
            PACK_FIXED_BYTES + records * PACK_RECORD_BYTES):
        raise Refused(f"{path} is a damaged key pack: make it again "
                      "(loopbreaker keys pack).")
    return True


def _check_served(content: bytes, path: str) -> None:
    """Would PCs fetch that pack?  Raises Refused."""
    if len(content) > MOST_SERVED_MIB << 20:
        keys = (len(content) - PACK_FIXED_BYTES) // PACK_RECORD_BYTES
        raise Refused(
            f"{path} has {keys} keys, in {len(content) / (1 << 20):.1f} MiB: "
            f"from a server PCs fetch at most {MOST_SERVED_MIB} MiB, "
            f"{MOST_SERVED_KEYS} keys. Make one pack for each building or "
            "site, for the server there; or make only the stick with this one "
            "(ONLY=usb or --only usb).")


def add_keys(site: SiteFiles, path: str, may_be_plain: bool,
             is_served: bool) -> None:
    """Take a sealed key pack, or plain keys if somebody insists; raises
    Refused.

    @is_served: does it go into the folder for servers, if it is sealed?
    """
    content = read(path, "a key pack")
    if _is_pack(content, path):
        if is_served:
            _check_served(content, path)
        site.keys = {SEALED_NAME: content}
        return
    name = PLAIN_NAMES.get(os.path.splitext(path)[1].lower())
    if not may_be_plain or not name:
        raise Refused(
            f"{path} is no sealed key pack: whoever finds the stick would "
            "have the keys in it. Seal them (loopbreaker keys pack -o "
            f"site.keys {path}) and give KEYS=site.keys."
            + (" PLAIN_KEYS=yes insists." if name else ""))
    site.keys = {name: content}
    site.has_plain_keys = True
    site.remarks.append(
        f"WARNING: {path} goes onto stick and ISO as plain text. Whoever has "
        "one of them has the keys of all PCs in it. It does not go into the "
        "folder for the network.")
