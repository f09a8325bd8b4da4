# SPDX-License-Identifier: GPL-2.0-or-later
"""The power of the whole PC fails: at each write of a repair to the disk, and
while the firmware writes its variables.

One boot of Loopbreaker is followed closely.  Its disk refuses each write once,
upon which the emulator stops the machine; disk and variables are then what a
power cut at this very moment would leave.  They are copied, and the machine
goes on.  Each write to the flash of the variables is kept in a log, of which
any beginning is the flash after a power cut.  No clock is involved.

Each of these states is then switched on again.
"""

import dataclasses
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from diskfaults import DiskFault  # noqa: E402
from bootvars import StoreError  # noqa: E402
from diskimage import LOOPBREAKER_FOLDER, delete_files  # noqa: E402
from nvstore import VariableStore  # noqa: E402
from pc import Pc  # noqa: E402
from product_image import USB  # noqa: E402
from qemu import Disk  # noqa: E402
from stick import take_away  # noqa: E402
from sparse import copy_image  # noqa: E402
from writelog import LogEntry, read_write_log  # noqa: E402

MOST_WRITES = 40  # of one repair
FLASH_SECTOR_BYTES = 512
FLASH_BYTES = 1 << 20  # as far as there are variables
BOOT_NEXT = "BootNext".encode("utf-16-le")
MOST_FLASH_CUTS = 40
FLASH_LOG = "flash.log"


@dataclasses.dataclass(frozen=True)
class Cut:
    """What is left when the power fails at one moment."""

    name: str
    disk: str
    variables: str  # the flash, or what it was before the boot:
    flash_writes: int = 0  # so many are to be done to it
    second: str | None = None  # the second disk, if that may be written to
    number: int = 0  # of the write, from 1


class CopiedPc(Pc):
    """A PC whose disk and variables were another's."""

    def __init__(self, like: Pc, cut: Cut, directory: str):
        self.like, self.cut = like, cut
        self.flash_log = os.path.join(os.path.dirname(cut.disk), FLASH_LOG)
        super().__init__(like.scenario, directory, like.builds,
                         like.machine.accelerator, like.firmware)
        self.clock = like.clock

    def _make_disk(self) -> None:
        copy_image(self.cut.disk, self.disk)
        self.is_keyless = (self.scenario.keyless_from or self.cut.number + 1
                           ) <= self.cut.number
        self.locked = self.like.locked
        self.loopbreaker = self.like.loopbreaker

    def _second_disk(self) -> list[Disk]:
        disks = super()._second_disk()
        if self.cut.second:
            copy_image(self.cut.second, self.second_disk)
        if self.is_keyless and self.scenario.second_disk == "stick":
            take_away(self.second_disk, list(self.like.key_files))
        elif self.is_keyless:
            self._take_keys(self.disk)
        return disks

    def _take_keys(self, disk: str) -> None:
        delete_files(disk, [f"{LOOPBREAKER_FOLDER}/{name}"
                            for name in self.like.key_files])

    def take_keys(self, source: str, target: str) -> None:
        """Make @target what @source would be, had this PC begun with it."""
        copy_image(source, target)
        if self.is_keyless and self.scenario.second_disk != "stick":
            self._take_keys(target)

    def _make_variables(self) -> None:
        copy_image(self.cut.variables, self.variables)
        with open(self.flash_log, "rb") as log, \
                open(self.variables, "r+b") as flash:
            for entry in flash_writes(self.flash_log)[:self.cut.flash_writes]:
                log.seek(entry.place)
                flash.seek(entry.start)
                flash.write(log.read(entry.length))


def flash_writes(path: str) -> list[LogEntry]:
    """The writes of a log, without flushes."""
    return [entry for entry in read_write_log(path, FLASH_SECTOR_BYTES)
            if not entry.is_flush]


class Watch:
    """Follows one boot of a PC and keeps what each power cut would leave."""

    def __init__(self, pc: Pc, directory: str):
        self.pc = pc
        self.directory = directory
        self.flash_log = self._path(FLASH_LOG)
        self.traces = pc.traces()
        self.boot_order: list[int] = []
        self.writes: list[Cut] = []
        self.log_at_first_write = 0

    def _path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def fault(self) -> DiskFault:
        """What makes the disk hold the machine at each write."""
        copy_image(self.pc.variables, self._path("before.fd"))
        copy_image(self.pc.disk, self._path("before.img"))
        return DiskFault(holds=MOST_WRITES)

    def hold(self) -> None:
        """The machine stands still before a write."""
        name = f"write-{len(self.writes) + 1}"
        if not self.writes:
            self.log_at_first_write = os.path.getsize(self.flash_log)
        cut = Cut(name, self._path(name + ".img"), self._path(name + ".fd"),
                  number=len(self.writes) + 1)
        copy_image(self.pc.disk, cut.disk)
        copy_image(self.pc.variables, cut.variables)
        if self.pc.scenario.second_disk in ("redo", "stick", USB):
            cut = dataclasses.replace(
                cut, second=self._path(name + "-second.img"))
            copy_image(self.pc.second_disk, cut.second)
        self.writes.append(cut)

    def finish(self) -> None:
        """The boot is over."""
        copy_image(self.pc.disk, self._path("after.img"))
        self.boot_order = self.pc.store().boot_order()

    def _flash_states(self, entries: list[LogEntry]):
        """Yield the flash after each write, as far as it has variables."""
        with open(self._path("before.fd"), "rb") as file:
            flash = bytearray(file.read(FLASH_BYTES))
        with open(self.flash_log, "rb") as log:
            for entry in entries:
                log.seek(entry.place)
                flash[entry.start:entry.start + entry.length] = log.read(
                    entry.length)
                yield flash

    def _is_whole(self, flash: bytes) -> bool:
        """Is the firmware not just moving all of its variables?  EDK2 on
        aarch64 loses them if the power fails then, whoever wrote last.
        """
        path = self._path("state.fd")
        with open(path, "wb") as file:
            file.write(flash)
        try:
            return VariableStore(path).boot_order() == self.boot_order
        except StoreError:
            return False

    def flash_cuts(self) -> list[Cut]:
        """States within Loopbreaker's own writes to its variables.

        It begins with BootNext, which was not there before.
        """
        entries = flash_writes(self.flash_log)
        whole: list[int] = []
        is_own = False
        for count, (entry, flash) in enumerate(
                zip(entries, self._flash_states(entries)), 1):
            is_own = is_own or BOOT_NEXT in flash[
                max(0, entry.start - len(BOOT_NEXT)):
                entry.start + entry.length + len(BOOT_NEXT)]
            if is_own and self._is_whole(flash):
                whole.append(count)
        step = len(whole) // MOST_FLASH_CUTS + 1
        return [self._flash_cut(
            count, entries[count - 1].place >= self.log_at_first_write)
                for count in whole[::step]]

    def _flash_cut(self, count: int, is_late: bool) -> Cut:
        return Cut(f"variables-{count}",
                   self._path("after.img" if is_late else "before.img"),
                   self._path("before.fd"), count)
