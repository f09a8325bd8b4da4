# SPDX-License-Identifier: GPL-2.0-or-later
"""What the replay of Linux ntfs3 makes of the journals of NTFS volumes.

It is independent of ours, which is ntfsrecover's.  All volumes are put on one
disk and mounted one after the other, for writing, in one machine.

    python3 tests/cli/ntfs3_replay.py IMAGE...	(the images are written to)
"""

import dataclasses
import os
import re
import sys
import tempfile

import ntfs3

MODULES = ("loop",) + ntfs3.MODULES
PIECE_BYTES = 1 << 20

# What follows "@" on the console is read by _parse().
REPLAYS = r"""
busybox dmesg -n 1
n=0
for at in OFFSETS; do
	echo; echo "@begin $n"
	busybox dmesg -c >/dev/null
	busybox losetup -o $at /dev/loop0 /dev/vda
	if busybox mount -t ntfs3 -o rw /dev/loop0 /volume 2>/dev/null; then
		echo "@mounted $n"
		busybox umount /volume
	elif busybox mount -t ntfs3 -o rw,force /dev/loop0 /volume \
			2>/dev/null; then
		echo "@forced $n"
		busybox umount /volume
	fi
	busybox dmesg -r | busybox grep -E "ntfs3|BUG|WARN|Oops|RIP" |
		busybox sed 's/^/@says /'
	busybox losetup -d /dev/loop0
	echo "@end $n"
	n=$((n + 1))
done
busybox sync && echo "@answered"
busybox poweroff -f
"""


@dataclasses.dataclass
class Replay:
    """What became of one volume."""

    has_finished: bool = False  # otherwise Linux did not survive it
    mounts: bool = False  # for writing
    needs_force: bool = False
    messages: list[str] = dataclasses.field(default_factory=list)


def _parse(console: str, count: int) -> list[Replay]:
    answers = [Replay() for _ in range(count)]
    number = 0
    for word, rest in re.findall(r"^@(\w+) ?(.*?)\r?$", console, re.M):
        if word in ("begin", "mounted", "forced", "end"):
            number = int(rest)
        answer = answers[number]
        if word == "mounted":
            answer.mounts = True
        elif word == "forced":
            answer.mounts = answer.needs_force = True
        elif word == "says":
            answer.messages.append(re.sub(r"^<\d+>\[ *[\d.]+\] ", "", rest))
        elif word == "end":
            answer.has_finished = True
    return answers


def _copy(source: str, at: int, target: str, to: int, size: int) -> None:
    """Bytes of one file into another, but zeros: there are holes already."""
    with open(source, "rb") as a, open(target, "r+b") as b:
        for place in range(0, size, PIECE_BYTES):
            a.seek(at + place)
            data = a.read(min(PIECE_BYTES, size - place))
            b.seek(to + place)
            if any(data) or any(b.read(len(data))):
                b.seek(to + place)
                b.write(data)


def replay(images: list[str]) -> list[Replay]:
    """Let Linux mount each image for writing, and let go of it again.

    Raises ntfs3.Ntfs3Missing or ntfs3.Ntfs3Error.
    """
    sizes = [os.path.getsize(image) for image in images]
    offsets = [sum(-(-size // PIECE_BYTES) * PIECE_BYTES
                   for size in sizes[:i]) for i in range(len(sizes) + 1)]
    with tempfile.TemporaryDirectory() as folder:
        disk = os.path.join(folder, "disk")
        with open(disk, "wb") as file:
            file.truncate(offsets[-1])
        for image, at, size in zip(images, offsets, sizes):
            _copy(image, 0, disk, at, size)
        words = " ".join(map(str, offsets[:-1]))
        status, console = ntfs3.run_guest(
            REPLAYS.replace("OFFSETS", words), MODULES, [ntfs3.raw_drive(disk)])
        answers = _parse(console, len(images))
        if status or not any(answer.has_finished for answer in answers):
            raise ntfs3.Ntfs3Error("Linux gave no answer; the end of its "
                                   "console: " + console[-500:])
        for image, at, size in zip(images, offsets, sizes):
            _copy(disk, at, image, 0, size)
    return answers


def main() -> int:
    """Replay, and say how it went."""
    for image, answer in zip(sys.argv[1:], replay(sys.argv[1:])):
        print(image, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
