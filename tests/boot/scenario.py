# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario: the state of a PC, what it lives through, what has to come of it.

Read from a TOML file of a few lines; see scenarios/README.md
"""

import dataclasses
import datetime
import itertools
import os
import re
import sys
import tomllib
from copy import deepcopy as copy_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from mkjournal import Change  # noqa: E402
from bootconfig import BootConfiguration  # noqa: E402
from bootstat import UTC, BootStatus  # noqa: E402
from firmware import FIRMWARES, OVMF, Firmware  # noqa: E402
from key_files import KeyFile  # noqa: E402
from lab_network import WAYS  # noqa: E402
from locked import Lock  # noqa: E402
from network_lab import Hostile  # noqa: E402
from site_policy import FILES, SiteFile  # noqa: E402
from page_file import PageFile  # noqa: E402
from qemu import BOOT_TIMEOUT_SECONDS  # noqa: E402
from registry import Registry  # noqa: E402
from windows_image import ChangeJournal, Content  # noqa: E402

DEFAULT_CLOCK = datetime.datetime(2024, 7, 19, 4, 5, tzinfo=UTC)
DEFAULT_UTC_OFFSET = 120  # minutes: the PC's clock shows local time


class ScenarioError(Exception):
    """The file is not a scenario; one sentence."""


def _expanded(name: str) -> list[str]:
    """"C-{1..3}" is "C-1", "C-2" and "C-3"; as many digits as in the last."""
    match = re.fullmatch(r"(.*)\{(\d+)\.\.(\d+)\}(.*)", name)
    if not match:
        return [name]
    before, first, last, after = match.groups()
    return [f"{before}{number:0{len(last)}d}{after}"
            for number in range(int(first), int(last) + 1)]


def _fill(kind: type, values: dict, what: str):
    """Make a dataclass of a TOML table; unknown keys are errors."""
    names = {field.name for field in dataclasses.fields(kind)}
    unknown = set(values) - names
    if unknown:
        raise ScenarioError(f"{what} has no {', '.join(sorted(unknown))}.")
    try:
        return kind(**values)
    except TypeError as error:
        raise ScenarioError(f"{what}: {error}.") from error


def _site_files(tables: dict) -> list[SiteFile]:
    """What is beside Loopbreaker; @tables: by the names of site_policy."""
    unknown = set(tables) - set(FILES)
    if unknown:
        raise ScenarioError(f"site has no {', '.join(sorted(unknown))}.")
    return [_fill(SiteFile, dict(kind=kind, **table), f"site.{kind}")
            for kind, table in tables.items()]


@dataclasses.dataclass
class StopCode:
    """The BugCheck variables."""

    code: int
    parameter1: int = 0
    progress: int = 5


@dataclasses.dataclass
class Note:
    """LoopbreakerNote: the stop code of the last good session."""

    boot_id: int
    code: int | None = None  # None: there was none
    parameter1: int = 0
    progress: int = 5
    days_ago: float = 0.5


@dataclasses.dataclass
class Journal:
    """What $LogFile holds; "PATH=FLAGS" as mkjournal has it."""

    version: str = "2.0"
    closed: bool = False
    committed: list[str] = dataclasses.field(default_factory=list)
    unfinished: list[str] = dataclasses.field(default_factory=list)

    def changes(self, texts: list[str]) -> list[Change]:
        """The changes as mkjournal wants them."""
        found = []
        for text in texts:
            path, _, flags = text.rpartition("=")
            found.append(Change(path, int(flags, 0)))
        return found


@dataclasses.dataclass
class Changes:
    """The change journal; "NAME=MINUTES AGO" when content was written."""

    written: list[str] = dataclasses.field(default_factory=list)
    others: int = 2000  # records of other files in front of them
    version: int = 2


@dataclasses.dataclass
class BadDisk:
    """What is wrong with the disk while some boots last."""

    read: str | None = None  # the place: see diskfaults.py
    write: int | None = None  # the N-th write fails, and those after it
    passing: bool = False  # only the N-th
    boots: list[int] = dataclasses.field(default_factory=lambda: [1])


@dataclasses.dataclass
class Hook:
    """What happens between two boots."""

    delete: list[str] = dataclasses.field(default_factory=list)  # variables
    journal: dict | None = None
    undo: bool = False  # with the Linux command
    minutes: float = 2  # that pass before the next boot
    disarm: bool = False  # delete BootNext
    reset_order: bool = False  # BootOrder is as it was at first
    site: dict = dataclasses.field(default_factory=dict)  # new files
    remove: list[str] = dataclasses.field(  # files beside Loopbreaker
        default_factory=list)
    enrol: bool = False  # the signer of Loopbreaker, in db

    def __post_init__(self):
        if self.journal is not None:
            self.journal = _fill(Journal, self.journal, "journal")
        self.site = _site_files(self.site)


@dataclasses.dataclass
class Expect:
    """What has to come of it, beside the boots themselves."""

    held: list[str] = dataclasses.field(default_factory=list)
    holds: list[list[str]] = dataclasses.field(  # of each, if not the same
        default_factory=list)
    log: list[str] = dataclasses.field(default_factory=list)  # expressions
    sent: list[str] = dataclasses.field(default_factory=list)  # to a log server
    asked: list[str] | None = None  # files of the network, in this order
    served: list[str] = dataclasses.field(default_factory=list)  # the same:
    # expressions for what one of them was
    within: float | None = None  # seconds, every run of Loopbreaker
    not_log: list[str] = dataclasses.field(default_factory=list)
    # bootstat.dat, so that winload does not divert; a list: for each hold
    marked: bool | list[bool] = False
    replayed: list[str] = dataclasses.field(default_factory=list)  # files
    dirty: bool | str = False  # VOLUME_IS_DIRTY after the repair, or "any"
    writes: int | None = None  # by the first hold
    record: str | None = None  # "present", "absent"
    failure: str | None = None  # the failure note, likewise
    boot_next: str | None = None  # "windows", "absent"
    memory_overwrite: bool = False  # the firmware is asked to, at the next reset
    # Keys that stay in memory where Loopbreaker itself fails, and no others.
    left: list[str] = dataclasses.field(default_factory=list)
    first_in_order: str | None = None  # "windows", "loopbreaker"
    note_boot_id: int | None = None
    note_code: int | None = None
    dump_boot_id: int | None = None  # of the dump in the page file
    ordered: bool = False  # check the order of writes
    pcrs: dict = dataclasses.field(default_factory=dict)  # that differ
    quiet: bool = False  # nobody wrote but Windows, and that bootstat.dat
    grows: bool = False  # the folder's index, by the longer names
    moved: bool = False  # held files lie in a folder beside theirs

    def __post_init__(self):
        self.held = [name for entry in self.held for name in _expanded(entry)]


@dataclasses.dataclass
class Scenario:
    """One file of scenarios/, or one of those that its axes make of it."""

    name: str
    about: str
    boots: list[str]
    script: list[str] = dataclasses.field(default_factory=list)
    armed: bool = False
    clock: datetime.datetime = DEFAULT_CLOCK
    utc_offset: int = DEFAULT_UTC_OFFSET
    windows: str = "standin"  # or "kernel"
    linux: bool = False  # judges a repair as well
    processor: str | None = None  # QEMU's name; None: the firmware's usual one
    smm: bool = False  # the firmware has it, and keeps its variables with it
    tpm: bool = False
    secure_boot: str = "off"  # who signs: a key of PAIRS in secure_boot.py
    shim: str | None = None  # starts Loopbreaker, whom it knows: see shim.py
    shim_keys: str | None = None  # at its menus: "enrol", "windows"
    sbat_level: list[str] = dataclasses.field(  # lines of SbatLevel
        default_factory=list)
    device: str | None = None  # None: the firmware's usual one
    removable: bool = False  # USB: the disk says that it is a stick
    sector: int = 512
    volume_sector: int | None = None  # None: the disk's
    cluster: int = 4096
    volume: str = "windows"
    # "zeroes", "empty", "windows", "clone", "redo", "stick", "usb-image", "iso"
    second_disk: str | None = None
    second_device: str = "virtio"
    second_removable: bool = False
    keys: str | None = None  # typed when Loopbreaker asks
    # On an emulated keyboard, an answer to each question: "key N" is that of
    # protector N, "pin" that of the key pack, "other key" nobody's.
    typed: list[str] = dataclasses.field(default_factory=list)
    memory: bool = False  # looked at after Loopbreaker's first run
    # Loopbreaker is started from there, and its files: true, or how (WAYS)
    network: bool | str = False
    hostile: dict | None = None  # the server that it comes from
    beside: list[str] = dataclasses.field(default_factory=list)
    beside_first: bool = False  # with the lower partition numbers
    has_passed: bool = True  # the variables were seen to survive a reset
    windows_entry: bool = True
    windows_elsewhere: bool = False  # where firmware looks without an option
    fault: str | None = None  # of faulty/faults.c
    hibernation: str | None = None
    dirty: bool = False
    status: dict = dataclasses.field(default_factory=dict)
    heartbeat_hours_ago: float = 9
    boot_log: list[float] = dataclasses.field(default_factory=list)
    boot_log_diverted: bool = False
    bcd: dict | None = None  # the boot configuration
    stop_code: dict | None = None
    note: dict | None = None
    journal: dict | None = None
    bad_disk: dict | None = None
    page_file: dict | None = None
    registry: dict = dataclasses.field(default_factory=dict)
    content: list[dict] = dataclasses.field(default_factory=list)
    changes: dict | None = None  # the change journal
    redo_file: bool = False  # preallocated for redo records
    bitlocker: dict | None = None  # the volume is encrypted
    key_file: list[dict] | str = dataclasses.field(  # on the stick, or beside us
        default_factory=list)
    site: dict = dataclasses.field(default_factory=dict)  # beside Loopbreaker
    after: dict = dataclasses.field(default_factory=dict)
    expect: dict = dataclasses.field(default_factory=dict)
    cut: str | None = None  # the power also fails: "writes", "variables", "log"
    cuts_in_check: int | None = None  # None: all
    keyless_from: int | None = None  # the cut from which on nobody has a key
    patience: float = BOOT_TIMEOUT_SECONDS  # that a boot may take
    open_end: bool = False  # no power-off at the end
    file: str = ""  # its name without .toml
    firmware: list[str] = dataclasses.field(  # in make check
        default_factory=lambda: ["aavmf"])
    not_on: dict[str, str] = dataclasses.field(  # firmware -> why
        default_factory=dict)
    is_deep: bool = True

    def __post_init__(self):
        unknown = (set(self.firmware) | set(self.not_on)) - set(FIRMWARES)
        if unknown:
            raise ScenarioError(f"There is no firmware {', '.join(unknown)}.")
        self.expect = _fill(Expect, self.expect, "expect")
        self.after = {int(number): _fill(Hook, hook, f"after.{number}")
                      for number, hook in self.after.items()}
        if self.stop_code is not None:
            self.stop_code = _fill(StopCode, self.stop_code, "stop_code")
        if self.note is not None:
            self.note = _fill(Note, self.note, "note")
        if self.journal is not None:
            self.journal = _fill(Journal, self.journal, "journal")
        if self.changes is not None:
            self.changes = _fill(Changes, self.changes, "changes")
        if self.bad_disk is not None:
            self.bad_disk = _fill(BadDisk, self.bad_disk, "bad_disk")
        if self.bcd is not None:
            self.bcd = _fill(BootConfiguration, self.bcd, "bcd")
        if self.page_file is not None:
            self.page_file = _fill(PageFile, self.page_file, "page_file")
        if self.bitlocker is not None:
            self.bitlocker = _fill(Lock, self.bitlocker, "bitlocker")
        if isinstance(self.key_file, str):  # "KIND KEY", for axes
            kind, key = self.key_file.split()
            self.key_file = [{"kind": kind, "key": key}]
        self.key_file = [_fill(KeyFile, table, "key_file")
                         for table in self.key_file]
        if self.hostile is not None:
            self.hostile = _fill(Hostile, self.hostile, "hostile")
        if self.has_lab and self.network not in WAYS:
            raise ScenarioError(f"There is no network {self.network}.")
        self.registry = _fill(Registry, self.registry, "registry")
        self.status = _fill(
            BootStatus, dict(heartbeat=self.clock - datetime.timedelta(
                hours=self.heartbeat_hours_ago), **self.status), "status")
        self.content = [content for table in self.content
                        for content in self._contents(table)]
        self.site = _site_files(self.site)

    def _contents(self, table: dict) -> list[Content]:
        table = dict(table)
        minutes = table.pop("minutes_ago", 30)
        apart = table.pop("minutes_apart", 0)
        return [_fill(Content, dict(table, name=name, delivered=self.clock -
                datetime.timedelta(minutes=minutes - i * apart)), "content")
                for i, name in enumerate(_expanded(table.get("name", "")))]

    @property
    def has_lab(self) -> bool:
        """The network has real servers."""
        return isinstance(self.network, str)

    def firmwares(self, is_deep: bool) -> list[Firmware]:
        """Where it runs: if @is_deep wherever it can, else somewhere."""
        possible = [firmware for firmware in FIRMWARES.values()
                    if not self.why_not_on(firmware)]
        named = [firmware for firmware in possible
                 if firmware.name in self.firmware]
        return possible if is_deep else named or possible[:1]

    def why_not_on(self, firmware: Firmware) -> str | None:
        """Why it cannot run on a firmware, or None if it can."""
        for device in (self.device, self.second_disk and self.second_device):
            if device in firmware.no_driver:
                return f"it has no driver for {device}"
        device = self.device or firmware.device
        if self.sector != 512 and device in firmware.only_512:
            return f"it takes every {device} for one with 512 bytes"
        if (self.bad_disk and self.bad_disk.read and
                device in firmware.dies_reading):
            return f"its driver for {device} crashes when a read fails (Q76)"
        if (self.bad_disk and self.bad_disk.read == "boot-sector" and
                device in firmware.loses_probing):
            return (f"it reads that sector itself, and never finds the {device}"
                    " disk again (Q77)")
        if self.network and not firmware.has_network:
            return "its network has neither TFTP nor UDP for programs"
        if self.network == "ipxe" and firmware is not OVMF:
            return "the emulator has no iPXE for its processor"
        if self.smm and firmware is not OVMF:
            return "it has no system management mode"
        if self.tpm and not firmware.tpm:
            return "it finds no TPM"
        if self.secure_boot != "off" and not firmware.has_secure_boot:
            return "it was built without Secure Boot"
        return self.not_on.get(firmware.name)

    def boot_log_launches(self) -> list[datetime.datetime]:
        """When the boot manager has launched Windows, by the PC's clock."""
        return [self.clock + datetime.timedelta(minutes=self.utc_offset - ago)
                for ago in self.boot_log]

    def change_journal(self) -> ChangeJournal | None:
        """What it holds, with times."""
        if self.changes is None:
            return None
        written = []
        for text in self.changes.written:
            name, _, minutes = text.rpartition("=")
            written.append((name, self.clock - datetime.timedelta(
                minutes=float(minutes))))
        return ChangeJournal(written, self.changes.others,
                             self.changes.version)

    def standin_script(self) -> str:
        """The text of \\standin.txt."""
        lines = [f"utc-offset-minutes {self.utc_offset}", *self.script]
        if self.beside_first:  # behind the system partition and these
            lines.append(f"windows-partition {2 + len(self.beside)}")
        return "".join(line + "\n" for line in lines)


def _set(table: dict, key: str, value) -> None:
    """Set a key of a table, or with "table.key" one of a table within."""
    *tables, last = key.split(".")
    for name in tables:
        table = table.setdefault(name, {})
    table[last] = value


def _combinations(axes: dict[str, list], is_deep: bool) -> list[tuple]:
    """All of them; if not @is_deep so many that each value occurs."""
    if is_deep:
        return list(itertools.product(*axes.values()))
    longest = max((len(values) for values in axes.values()), default=1)
    return [tuple(values[i % len(values)] for values in axes.values())
            for i in range(longest)]


def chosen(combinations: list, count: int | None) -> list:
    """@count of them, evenly spread; None: all."""
    if count is None or count >= len(combinations):
        return combinations
    return [combinations[(2 * i + 1) * len(combinations) // (2 * count)]
            for i in range(count)]


def read_scenarios(path: str, is_deep: bool = False) -> list[Scenario]:
    """Read one file: as many scenarios as its axes make of it.

    @is_deep: all of them, otherwise some
    Raises ScenarioError.
    """
    name = os.path.basename(path).removesuffix(".toml")
    try:
        with open(path, "rb") as file:
            table = tomllib.load(file)
        axes = table.pop("axes", {})
        count = table.pop("runs_in_check", None)
        combinations = _combinations(axes, is_deep)
        found = []
        for values in chosen(combinations, None if is_deep else count):
            copy = dict(copy_of(table), name="-".join(
                [name, *map(str, values)]), file=name, is_deep=is_deep)
            for key, value in zip(axes, values):
                _set(copy, key, value)
            found.append(_fill(Scenario, copy, name))
        return found
    except (tomllib.TOMLDecodeError, ScenarioError, ValueError) as error:
        raise ScenarioError(f"{path}: {error}") from error


def read_scenario(path: str) -> Scenario:
    """Read a file without axes; raises ScenarioError."""
    return read_scenarios(path, True)[0]
