# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows volume of a test PC, as an NTFS image."""

import dataclasses
import datetime
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from mkjournal import Change, write_journal  # noqa: E402
from bootstat import BootStatus, filetime  # noqa: E402
from page_file import PAGE_FILE, PageFile, page_file_lines  # noqa: E402
from redo_media import redo_file_lines  # noqa: E402
from registry import Registry, registry_lines  # noqa: E402
from toolbox import ToolError, run_tool  # noqa: E402

MIB = 1 << 20

VENDOR_FOLDER = "/Windows/System32/drivers/CrowdStrike"
STATUS_PATH = "/Windows/bootstat.dat"
HIBERNATION_FILE_BYTES = 65536
FRAGMENTING_FILES = 11000  # more than a comb deletes: the $MFT has to grow
LEAST_PIECES = 300  # a record has room for some two hundred
SERIAL_OFFSET = 0x48
WINDOWS_SERIAL = 0x4C42_5749_4E44_4F57
GOOD_TEXT = "AAAAgood"
CHANGES_START = 48 * MIB  # a hole; of a larger one The Sleuth Kit complains
WRITTEN = 0x80000102  # created, extended, closed

# Content as it lies on any PC with this product: channel, version, days since
# it was delivered.
OLD_CONTENT = (
    (0, 17, 143), (26, 3, 97), (31, 61, 12), (52, 8, 44), (185, 5, 71),
    (200, 12, 33), (211, 2, 90), (229, 40, 5), (250, 9, 21), (269, 4, 60),
    (285, 22, 9), (290, 7, 28), (291, 28, 36), (301, 1, 19),
)


@dataclasses.dataclass
class Content:
    """One content file of the vendor: @text over and over."""

    name: str
    delivered: datetime.datetime
    text: str = GOOD_TEXT
    bytes: int = 40960
    short_name: str | None = None
    stream: str | None = None


@dataclasses.dataclass
class ChangeJournal:
    """$Extend\\$UsnJrnl:$J: when which content was written."""

    written: list[tuple[str, datetime.datetime]]
    others: int  # records of other files
    version: int


@dataclasses.dataclass
class VolumeSpec:
    """What is on the volume."""

    now: datetime.datetime
    status: BootStatus | None = None
    content: list[Content] = dataclasses.field(default_factory=list)
    form: str = "windows"  # or "truncated", "random", "fragmented"
    bytes: int = 64 * MIB
    cluster_bytes: int = 4096
    sector_bytes: int | None = None  # None: the disk's
    hibernation: str | None = None  # the first bytes of hiberfil.sys
    is_dirty: bool = False
    page_file: PageFile | None = None  # None: one without a dump
    registry: Registry = Registry()
    changes: ChangeJournal | None = None
    has_redo_file: bool = False
    extra_lines: list[str] = dataclasses.field(  # of the manifest
        default_factory=list)


def standard_content(now: datetime.datetime) -> list[Content]:
    """The vendor's folder of a healthy PC."""
    return [
        Content(f"C-{channel:08d}-00000000-{version:08d}.sys",
                now - datetime.timedelta(days=days, minutes=7 * version),
                bytes=600 + 257 * channel,
                short_name="C-0000~1.SYS" if channel == 285 else None)
        for channel, version, days in OLD_CONTENT]


def _content_lines(content: Content) -> list[str]:
    path = f"{VENDOR_FOLDER}/{content.name}"
    when = filetime(content.delivered)
    # Four times of which none can pass for another.
    created, changed, read = when - 36000000001, when + 1234567, when + 50000003
    lines = [f"clock {created}",
             f"file {path} repeat \"{content.text}\" {content.bytes}"]
    if content.stream:
        lines.append(f"stream {path} Zone.Identifier text "
                     f"\"{content.stream}\"")
    if content.short_name:
        lines.append(f"dosname {path} {content.short_name}")
    lines.append(f"times {path} {created} {when} {changed} {read}")
    return lines


def _system_lines(now: datetime.datetime) -> list[str]:
    lines = [f"clock {filetime(now - datetime.timedelta(days=400))}"]
    lines += [f"dir {path}" for path in (
        "/Windows/System32/config", VENDOR_FOLDER, "/ProgramData",
        "/Users/Public/Documents", "\"/Program Files/CrowdStrike\"",
        "\"/System Volume Information\"", "/$Recycle.Bin")]
    lines += [f"filler {path} {count}" for path, count in (
        ("/Windows/System32", 400), ("/Windows/System32/drivers", 120),
        ("/Users/Public/Documents", 30))]
    lines += [f"file {path} repeat {text} {size}" for path, text, size in (
        ("/Windows/explorer.exe", "MZ", 70000),
        ("/Windows/System32/ntoskrnl.exe", "MZ", 300000),
        ("/Windows/System32/winload.efi", "MZ", 90000),
        ("/Windows/System32/drivers/csagent.sys", "MZ", 120000),
        ("/Windows/System32/drivers/ntfs.sys", "MZ", 60000))]
    lines += ["dosname /Windows/System32/drivers/csagent.sys csagent.sys"]
    return lines


def _change_lines(now: datetime.datetime, journal: ChangeJournal) -> list[str]:
    """The journal, as if everything else had happened before."""
    days_ago = filetime(now - datetime.timedelta(days=2))
    return [f"changefiller {journal.others} {days_ago}",
            *(f"change {VENDOR_FOLDER}/{name} {filetime(when)} {WRITTEN}"
              for name, when in journal.written),
            # What Windows did last.
            f"changefiller 1 {filetime(now)}",
            f"changes {CHANGES_START} {journal.version}"]


def _host_file_line(parts: str, path: str, data: bytes) -> str:
    source = os.path.join(parts, os.path.basename(path))
    with open(source, "wb") as file:
        file.write(data)
    return f"file {path} host \"{source}\""


def _fragmenting_lines() -> list[str]:
    """The $MFT has to grow while nothing but single clusters is free.

    libntfs-3g is at a loss with large files then: room is kept for those.
    """
    return ["file /room zero 8000000", "dir /Windows.old", "comb /Windows.old",
            "dir /Windows/WinSxS",
            f"filler /Windows/WinSxS {FRAGMENTING_FILES}", "delete /room"]


def check_fragmented(path: str) -> None:
    """Is the $MFT of a volume really in pieces?  The Sleuth Kit is asked.

    Raises ToolError.
    """
    text = run_tool("istat", path, "0")
    clusters = [int(word) for line in text.splitlines()
                if re.fullmatch(r"[0-9 ]+", line) for word in line.split()]
    pieces = sum(b != a + 1 for a, b in zip(clusters, clusters[1:]))
    if pieces < LEAST_PIECES or "$ATTRIBUTE_LIST" not in text:
        raise ToolError(f"The $MFT is in no more than {pieces} pieces.")


def _manifest(parts: str, spec: VolumeSpec) -> list[str]:
    lines = _fragmenting_lines() if spec.form == "fragmented" else []
    lines += _system_lines(spec.now)
    lines += registry_lines(parts, spec.registry)
    lines += (page_file_lines(parts, spec.page_file, spec.now)
              if spec.page_file else [f"file {PAGE_FILE} zero 1000000"])
    lines.append(f"flags {PAGE_FILE} hidden system")
    if spec.status:
        lines.append(_host_file_line(parts, STATUS_PATH,
                                     spec.status.encode()))
    if spec.hibernation:
        lines.append(_host_file_line(
            parts, "/hiberfil.sys",
            spec.hibernation.encode().ljust(HIBERNATION_FILE_BYTES, b"\0")))
    for content in spec.content:
        lines += _content_lines(content)
    if spec.changes:
        lines += _change_lines(spec.now, spec.changes)
    if spec.has_redo_file:
        lines += redo_file_lines(parts)
    lines += spec.extra_lines
    if spec.is_dirty:
        lines.append("dirty")
    return lines


def _scribble(path: str) -> None:
    """Random bytes behind a boot sector that promises NTFS."""
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(random.Random(2024).randbytes(8 * MIB))


def format_ntfs(path: str, size: int, label: str, sector_bytes: int,
                start: int, serial: int, cluster_bytes: int = 4096) -> None:
    """Make an empty volume for a partition that begins at @start."""
    with open(path, "wb") as file:
        file.truncate(size)
    run_tool("mkntfs", "-q", "-F", "-Q", "-s", str(sector_bytes), "-c",
             str(cluster_bytes), "-p", str(start // sector_bytes),
             "-H", "255", "-S", "63", "-L", label, path)
    # mkntfs takes the serial number from the clock: two volumes made within
    # a second would be twins.
    with open(path, "r+b") as file:
        for boot_sector in (0, size - sector_bytes):
            file.seek(boot_sector + SERIAL_OFFSET)
            file.write(serial.to_bytes(8, "little"))


def make_neighbour(parts: str, name: str, size: int, sector_bytes: int,
                   start: int, serial: int, tools: str) -> str:
    """A small NTFS volume without a Windows: WinRE's, or one of data.

    Its journal is what a crash leaves: nobody may replay it.
    """
    path = os.path.join(parts, name + ".img")
    manifest = os.path.join(parts, name + ".manifest")
    format_ntfs(path, size, name, sector_bytes, start, serial)
    with open(manifest, "w", encoding="ascii") as file:
        file.write("file /Recovery/WindowsRE/winre.wim repeat MSWIM 90000\n"
                   "file /bootstat.dat text none\n")
    run_tool(os.path.join(tools, "ntfs_populate"), path, manifest)
    write_journal(path, committed=[Change("bootstat.dat", 2)])
    return path


def make_windows_volume(parts: str, spec: VolumeSpec, block_bytes: int,
                        start: int, serial: int,
                        tools: str) -> tuple[str, int]:
    """Make the volume's image in the directory @parts.

    @block_bytes: of the disk
    @start: where the partition begins on the disk
    Returns its path and the size of the partition for it.
    """
    path = os.path.join(parts, "ntfs.img")
    format_ntfs(path, spec.bytes, "Windows", spec.sector_bytes or block_bytes,
                start, serial, spec.cluster_bytes)
    if spec.form == "random":
        _scribble(path)
        return path, spec.bytes
    manifest = os.path.join(parts, "manifest")
    with open(manifest, "w", encoding="utf-8") as file:
        file.write("\n".join(_manifest(parts, spec)) + "\n")
    run_tool(os.path.join(tools, "ntfs_populate"), path, manifest)
    if spec.form == "fragmented":
        check_fragmented(path)
    if spec.form == "truncated":
        return path, spec.bytes * 5 // 8 // MIB * MIB
    return path, spec.bytes
