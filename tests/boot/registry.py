# SPDX-License-Identifier: GPL-2.0-or-later
"""The registry of a test PC: its SYSTEM and SOFTWARE hives, with their logs.

A crash leaves SYSTEM dirty: what changed last is only in its logs.
"""

import dataclasses
import functools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import mkhive  # noqa: E402  (the path has to be known first)

CONFIG = "/Windows/System32/config"
STATES = ("dirty", "clean", "stale", "missing")

CONTROL = "ControlSet001/Control"
SERVICES = "ControlSet001/Services"
OTHER_SERVICES = 80
SHUTDOWN = mkhive.WRITTEN.to_bytes(8, "little")
VENDOR_SERVICE = {f"{SERVICES}/CSAgent": {
    "Type": 2, "Start": 1, "ErrorControl": 1,
    "Group": "FSFilter Activity Monitor",
    "ImagePath": {"expand": r"system32\drivers\csagent.sys"}}}
OTHER_VENDOR_SERVICE = {f"{SERVICES}/other": {
    "Type": 1, "Start": 3, "ErrorControl": 1}}


@dataclasses.dataclass(frozen=True)
class Registry:
    """How it was left."""

    state: str = "dirty"  # of SYSTEM; "stale": dirty, and without its logs
    is_new: bool = False  # the vendor's service is only in the logs
    is_setup: bool = False  # Windows is being set up
    build: int = 22631

    def __post_init__(self):
        if self.state not in STATES:
            raise ValueError(f"registry.state is none of {', '.join(STATES)}")


def _system(spec: Registry) -> dict:
    hive = {
        "Select": {"Current": 1, "Default": 1, "Failed": 0,
                   "LastKnownGood": 1},
        "Setup": {"SystemSetupInProgress": int(spec.is_setup),
                  "OOBEInProgress": 0, "SetupType": 2 * spec.is_setup},
        f"{CONTROL}/CrashControl": {
            "AutoReboot": 1, "CrashDumpEnabled": 7,
            "DumpFile": {"expand": r"%SystemRoot%\MEMORY.DMP"},
            "MinidumpDir": {"expand": r"%SystemRoot%\Minidump"}},
        f"{CONTROL}/Session Manager/Memory Management": {
            "PagingFiles": [r"?:\pagefile.sys"],
            "ExistingPageFiles": [r"\??\C:\pagefile.sys"]},
    }
    hive.update({f"{SERVICES}/svc{number:03d}": {
        "Type": 1, "Start": 3,
        "ImagePath": {"expand": rf"System32\drivers\svc{number:03d}.sys"}}
        for number in range(OTHER_SERVICES)})
    hive.update(OTHER_VENDOR_SERVICE)
    return hive


def _software(spec: Registry) -> dict:
    return {"Microsoft/Windows NT/CurrentVersion": {
        "ProductName": "Windows 10 Pro", "CurrentBuildNumber": str(spec.build),
        "DisplayVersion": "23H2", "SystemRoot": r"C:\Windows"}}


@functools.cache
def registry_files(spec: Registry) -> dict[str, bytes]:
    """All files of the folder, by their names."""
    files = {"SOFTWARE": mkhive.hive(_software(spec))}
    before = _system(spec)
    change = {f"{CONTROL}/Windows": {"ShutdownTime": SHUTDOWN}}
    (change if spec.is_new else before).update(VENDOR_SERVICE)
    if spec.state == "clean":
        files["SYSTEM"] = mkhive.hive(mkhive.changed(before, change))
    elif spec.state != "missing":
        hive, *logs = mkhive.dirty_hive(before, [change])
        files["SYSTEM"] = hive
        if spec.state == "dirty":
            files["SYSTEM.LOG1"], files["SYSTEM.LOG2"] = logs
    return files


def registry_lines(parts: str, spec: Registry) -> list[str]:
    """The lines of a manifest that put them on the volume."""
    lines = []
    for name, content in registry_files(spec).items():
        source = os.path.join(parts, "registry-" + name)
        with open(source, "wb") as file:
            file.write(content)
        lines.append(f"file {CONFIG}/{name} host \"{source}\"")
    return lines
