# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left of keys in a PC's memory when Loopbreaker resets it.

Nobody can make the firmware forget what it has read for us: the sectors of a
key file stay in the cache of its FAT driver, the last keys of a keyboard in the
queues of its driver.  That is listed, and may be there so many times; whatever
else there is, is ours, or has to be explained.
"""

import dataclasses
import mmap
import re

from secret_forms import SEEN_BYTES

MOST_PLACES = 100
COPIES_BY_FIRMWARE = 1  # of a key file
# Keys one after the other, in structures of any of these sizes.
QUEUE_STRIDES = (4, 6, 8, 12, 16, 20, 24, 32, 40)
KEY_DATA_BYTES = 12  # EFI_KEY_DATA: EDK2's queues; we ask for EFI_INPUT_KEY, 4
MOST_QUEUED = 2  # queues of one keyboard
TYPED_TOGETHER = 8  # signs that are no accident


@dataclasses.dataclass
class Left:
    """What was found."""

    listed: list[str] = dataclasses.field(default_factory=list)
    complaints: list[str] = dataclasses.field(default_factory=list)


def _places(memory, form: bytes) -> list[int]:
    found: list[int] = []
    at = memory.find(form)
    while at >= 0 and len(found) < MOST_PLACES:
        found.append(at)
        at = memory.find(form, at + 1)
    return found


def _is_in_copy(memory, at: int, form: bytes, files: dict[str, bytes]) -> str:
    """The name of the file of which this is a copy, or ""."""
    for name, content in files.items():
        start = content.find(form)
        if start < 0:
            continue
        # What stands before and behind it in the file.
        first, last = max(0, start - SEEN_BYTES), start + len(form) + SEEN_BYTES
        around = content[first:last]
        begin = at - (start - first)
        if memory[begin:begin + len(around)] == around:
            return name
    return ""


def _queued(memory, text: str) -> list[tuple[int, int]]:
    """Keys one by one, in the structures of a queue: their size, and where."""
    found = []
    for stride in QUEUE_STRIDES:
        gap = b"[\\x00-\\xff]{%d}" % (stride - 2)
        pattern = gap.join(re.escape(sign.encode("utf-16-le"))
                           for sign in text)
        found += [(stride, match.start())
                  for match in re.finditer(pattern, memory)]
    return found


def _look_for_typed(memory, texts: list[str], left: Left) -> None:
    parts = {text[at:at + TYPED_TOGETHER] for text in texts
             for at in range(0, len(text) - TYPED_TOGETHER + 1,
                             TYPED_TOGETHER)}
    for number, part in enumerate(sorted(parts), 1):
        found = _queued(memory, part)
        ours = [(stride, at) for stride, at in found
                if stride != KEY_DATA_BYTES]
        left.complaints += [f"typed keys, {stride} bytes apart, are left at "
                            f"{at:#x}" for stride, at in ours]
        count = len(found) - len(ours)
        if count:
            left.listed.append(
                f"left in memory: part {number} of what was typed, in the "
                f"firmware's queues of keys: {count}")
        if count > MOST_QUEUED:
            left.complaints.append(f"what was typed is in {count} queues")


def excuse(left: Left, keys: list[str]) -> Left:
    """The same where these @keys, and what AES makes of them, may be left; one
    that is not is worth a complaint: whoever said so was wrong.
    """
    again = Left(list(left.listed))
    found: dict[str, int] = {}
    for complaint in left.complaints:
        name = complaint.split(" is left at ")[0]
        key = next((key for key in keys
                    if name == key or name.endswith(" of " + key)), None)
        if key:
            found[key] = found.get(key, 0) + 1
        else:
            again.complaints.append(complaint)
    again.listed += [f"left in memory after the failure: {key}, {count} forms "
                     "of it" for key, count in found.items()]
    again.complaints += [f"{key} was expected in memory, and is not there"
                         for key in keys if key not in found]
    return again


def look_for(path: str, forms: dict[str, bytes], files: dict[str, bytes],
             typed: list[str]) -> Left:
    """Look through the picture of a memory.

    @forms: what a key may look like, by its name
    @files: those with keys that the firmware has read for us
    @typed: what was typed
    """
    left = Left()
    copies: dict[str, int] = {}
    with open(path, "rb") as file, mmap.mmap(
            file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
        for name, form in forms.items():
            for at in _places(memory, form):
                copy = _is_in_copy(memory, at, form, files)
                if not copy:
                    left.complaints.append(f"{name} is left at {at:#x}")
                    continue
                key = f"{name}, in the firmware's copy of {copy}"
                copies[key] = copies.get(key, 0) + 1
        _look_for_typed(memory, typed, left)
    left.listed += [f"left in memory: {key}" for key in copies]
    left.complaints += [f"{key}: {count} times" for key, count in
                        copies.items() if count > COPIES_BY_FIRMWARE]
    return left
