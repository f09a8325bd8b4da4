# SPDX-License-Identifier: GPL-2.0-or-later
"""What redo records are kept on (storage/redo.h): a file on the Windows volume
that an installation preallocates, or a partition of a stick.
"""

import os

from toolbox import run_tool

REDO_FILE = "/Windows/Loopbreaker/redo.bin"
REDO_TYPE = "6F1AEB2F-EE5E-4739-B001-9B9A49A3315C"
STICK_GUID = "7a1e5c0d-2f34-4b56-8c78-9dabcdef0123"
REDO_GUID = "7a1e5c0d-2f34-4b56-8c78-9dabcdef0124"
MAGIC = b"LBREDO1\n"
MIB = 1 << 20
MEDIUM_BYTES = MIB
MEDIUM_START = MIB
SECTOR_BYTES = 512


def redo_file_lines(parts: str) -> list[str]:
    """For the manifest of a volume: the file, prepared and empty."""
    source = os.path.join(parts, "redo.bin")
    with open(source, "wb") as file:
        file.write(MAGIC)
        file.truncate(MEDIUM_BYTES)
    return [f"file {REDO_FILE} host \"{source}\""]


def make_redo_stick(path: str, others: list[tuple] = ()) -> None:
    """A disk with a partition for redo records, which is the first.

    @others: start, bytes, type and GUID of those behind it, which stay empty
    """
    table = [(MEDIUM_START, MEDIUM_BYTES, REDO_TYPE, REDO_GUID), *others]
    with open(path, "wb") as file:
        file.truncate(table[-1][0] + table[-1][1] + MIB)
    answers = ["g"]
    for number, (start, size, _, _) in enumerate(table, 1):
        answers += ["n", str(number), str(start // SECTOR_BYTES),
                    str((start + size) // SECTOR_BYTES - 1)]
    for number, (_, _, kind, _) in enumerate(table, 1):
        # With one partition fdisk does not ask which.
        answers += ["t", *([str(number)] if len(table) > 1 else []), kind]
    answers += ["x", "i", STICK_GUID]
    for number, (_, _, _, guid) in enumerate(table, 1):
        answers += ["u", *([str(number)] if len(table) > 1 else []), guid]
    answers += ["r", "w"]
    script = path + ".answers"
    with open(script, "w", encoding="ascii") as file:
        file.write("\n".join(answers) + "\n")
    run_tool("fdisk", "-w", "never", "-W", "never", path, feed=script)
    os.remove(script)
    with open(path, "r+b") as file:
        file.seek(MEDIUM_START)
        file.write(MAGIC)


def is_empty(path: str, start: int = MEDIUM_START) -> bool:
    """Is there no record on that stick?  @start: of the partition"""
    with open(path, "rb") as file:
        file.seek(start)
        first = file.read(SECTOR_BYTES)
    return first.startswith(MAGIC + bytes(4))


def has_been_used(path: str, start: int = MEDIUM_START,
                  size: int = MEDIUM_BYTES) -> bool:
    """Behind the beginning of the partition there is something."""
    with open(path, "rb") as file:
        file.seek(start + SECTOR_BYTES)
        rest = file.read(size - SECTOR_BYTES)
    return any(rest)
