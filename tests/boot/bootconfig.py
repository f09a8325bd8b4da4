# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot configuration of a test PC: which Windows its boot manager starts."""

import dataclasses
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import mkbcd  # noqa: E402
import mkhive  # noqa: E402
from diskimage import (  # noqa: E402
    BESIDE_GUID, DISK_GUID, NTFS_GUID, own_guid, put_boot_file)

WINDOWS, BESIDE, SECOND, MISSING, RAMDISK = (
    "windows", "beside", "second", "missing", "ramdisk")


@dataclasses.dataclass
class BootConfiguration:
    """What it says; see scenarios/README.md."""

    default: str = WINDOWS
    in_log: bool = False
    one_time: bool = False

    def __post_init__(self):
        if self.default not in (WINDOWS, BESIDE, SECOND, MISSING, RAMDISK):
            raise ValueError(f"bcd.default is {self.default}")

    def files(self) -> dict[str, bytes]:
        """The store, and its logs, by their names."""
        store = mkbcd.describe(self._description(self.default))
        if not self.in_log:
            return {"BCD": mkhive.hive(store)}
        wrong = BESIDE if self.default != BESIDE else WINDOWS
        before = mkbcd.describe(self._description(wrong))
        return dict(zip(("BCD", "BCD.LOG1", "BCD.LOG2"),
                        mkhive.dirty_hive(before, [store])))

    def _description(self, default: str) -> dict:
        partition = {
            WINDOWS: (0, NTFS_GUID),
            BESIDE: (0, uuid.UUID(int=BESIDE_GUID.int + 1)),
            SECOND: (1, NTFS_GUID)}
        loaders: dict = {
            name: {"gpt": (own_guid(DISK_GUID, number),
                           own_guid(guid, number)), "recovery": RAMDISK}
            for name, (number, guid) in partition.items()}
        loaders[RAMDISK] = {"file": loaders[WINDOWS]["gpt"]}
        found = {"default": default, "order": list(loaders),
                 "loaders": loaders}
        if self.one_time:
            found["one_time"] = [RAMDISK]
        return found


def put_boot_configuration(disk: str, config: BootConfiguration) -> None:
    """Put it on the system partition of an image."""
    for name, content in config.files().items():
        put_boot_file(disk, name, content)
