# SPDX-License-Identifier: GPL-2.0-or-later
"""What a site puts beside Loopbreaker: signed policies, overlays, orders.

The keys are made with openssl for one run and are worth nothing.
"""

import dataclasses
import datetime
import hashlib
import json
import os
import shutil

from diskimage import ESP_START, LOOPBREAKER_PATH
from toolbox import run_tool

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SIGN = os.path.join(TOP, "scripts", "sign")
DEFAULT_POLICY = os.path.join(TOP, "images", "policy", "default.dts")
FOLDER = "::" + os.path.dirname(LOOPBREAKER_PATH.replace("\\", "/"))

OWNER, STRANGER, NOBODY = "owner", "stranger", "nobody"
POLICY, PREVIOUS, OVERLAY, ORDER = "policy", "previous", "overlay", "order"
FILES = {POLICY: "policy.dtb", PREVIOUS: "policy-previous.dtb",
         OVERLAY: "policy-site.dtbo", ORDER: "incident-order.dtb"}


@dataclasses.dataclass
class SiteFile:
    """One file, and who has signed it."""

    kind: str  # of FILES
    by: str = OWNER
    serial: int = 7
    # A policy is the default one with these lines of the root changed; an
    # overlay has them; an order consists of them.
    lines: list[str] = dataclasses.field(default_factory=list)
    # Relative to the scenario's clock; an order always has all four.
    expires_hours: float | None = None
    issued_hours: float = -1
    from_hours: float = -24
    until_hours: float = 0
    flip: int | None = None  # this byte is changed after it was signed

    @property
    def is_good(self) -> bool:
        """Would those who make images take it?"""
        return self.by == OWNER and self.flip is None


def _time(clock: datetime.datetime, hours: float) -> str:
    moment = clock + datetime.timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _root(lines: list[str]) -> str:
    return "/ {\n" + "".join(f"\t{line}\n" for line in lines) + "};\n"


def _source(spec: SiteFile, clock: datetime.datetime) -> str:
    """Device-tree source."""
    lines = [f"serial = <{spec.serial}>;"]
    if spec.expires_hours is not None:
        lines.append(f'expires = "{_time(clock, spec.expires_hours)}";')
    lines += spec.lines
    if spec.kind == OVERLAY:
        return "/dts-v1/;\n" + _root([
            'compatible = "loopbreaker,policy-overlay-1";',
            f"base-serial = <{spec.serial}>;",
            'fragment@0 { target-path = "/"; __overlay__ {', *spec.lines,
            "}; };"])
    if spec.kind == ORDER:
        return "/dts-v1/;\n" + _root([
            'compatible = "loopbreaker,incident-order-1";',
            'about = "the rig";', *lines,
            f'issued = "{_time(clock, spec.issued_hours)}";',
            f'delivered-from = "{_time(clock, spec.from_hours)}";',
            f'delivered-until = "{_time(clock, spec.until_hours)}";'])
    with open(DEFAULT_POLICY, encoding="ascii") as file:
        return file.read() + _root(lines)


class Site:
    """The owner of the test PCs, and somebody else."""

    def __init__(self, directory: str):
        """Makes the keys; raises ToolError."""
        self._directory = directory
        os.makedirs(directory, mode=0o700, exist_ok=True)
        for name in (OWNER, STRANGER):
            run_tool("openssl", "genrsa", "-out", self._key(name), "3072")

    def _key(self, name: str) -> str:
        return os.path.join(self._directory, name + ".pem")

    def program(self, program: str, directory: str) -> str:
        """A copy of Loopbreaker that knows the owner's key."""
        target = os.path.join(directory, "site-" + os.path.basename(program))
        run_tool(SIGN, "--policy-key", self._key(OWNER), program, target)
        return target

    @property
    def key(self) -> str:
        """The owner's."""
        return self._key(OWNER)

    def sign(self, path: str, name: str) -> None:
        """Put the signature of a file beside it."""
        run_tool("openssl", "dgst", "-sha256", "-sign", self._key(name),
                 "-out", path + ".sig", path)

    def make(self, spec: SiteFile, clock: datetime.datetime,
             directory: str) -> list[str]:
        """Make the file; returns the paths of what belongs on the disk."""
        path = os.path.join(directory, FILES[spec.kind])
        with open(path + ".dts", "w", encoding="ascii") as file:
            file.write(_source(spec, clock))
        run_tool("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path,
                 path + ".dts")
        if spec.by == NOBODY:
            return [path]
        self.sign(path, spec.by)
        if spec.flip is not None:
            with open(path, "r+b") as file:
                file.seek(spec.flip)
                byte = file.read(1)[0]
                file.seek(spec.flip)
                file.write(bytes([byte ^ 1]))
        return [path, path + ".sig"]

    def given(self, policy: str, directory: str) -> list[str]:
        """A policy that somebody wants tested, with the owner's signature."""
        path = shutil.copy(policy, os.path.join(directory, FILES[POLICY]))
        self.sign(path, OWNER)
        return [path, path + ".sig"]


def put_on_disk(disk: str, paths: list[str]) -> None:
    """Copy files into Loopbreaker's folder of a disk image."""
    for path in paths:
        run_tool("mcopy", "-o", "-i", f"{disk}@@{ESP_START}", path, FOLDER)


def write_receipt(path: str, policy: str, passed: list[str]) -> None:
    """What "loopbreaker policy sign" wants to see for this very policy."""
    with open(policy, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with open(path, "w", encoding="ascii") as file:
        json.dump({"receipt": "loopbreaker,policy-receipt-1",
                   "sha256": digest, "passed": sorted(passed)}, file,
                  indent=1)
        file.write("\n")
