# SPDX-License-Identifier: GPL-2.0-or-later
"""Images that are mostly holes: copied and compared without reading those.

On a file system that knows no holes all of a file counts as data.
"""

import errno
import os
from collections.abc import Iterator

PIECE_BYTES = 1 << 20
SECTOR_BYTES = 512


def data_ranges(path: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of what is not a hole; only zeroes lie between."""
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        end = 0
        while end < size:
            try:
                start = file.seek(end, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:
                    return  # a hole up to the end
                raise
            end = file.seek(start, os.SEEK_HOLE)
            yield start, end


def copy_part(source: str, target: str, offset: int, limit: int,
              start: int = 0) -> None:
    """Copy up to @limit bytes of a file, from @start on, to @offset of another,
    which has nothing but zeroes there.
    """
    with open(source, "rb") as reader, open(target, "r+b") as writer:
        for first, last in data_ranges(source):
            position = max(first, start)
            last = min(last, start + limit)
            reader.seek(position)
            writer.seek(offset + position - start)
            while position < last:
                piece = reader.read(min(PIECE_BYTES, last - position))
                writer.write(piece)
                position += len(piece)


def copy_image(source: str, target: str) -> None:
    """Make @target a copy of a file, whatever it was."""
    size = os.path.getsize(source)
    with open(target, "wb") as file:
        file.truncate(size)
    copy_part(source, target, 0, size)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same bytes in order, in ranges of whole sectors."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        start -= start % SECTOR_BYTES
        end += -end % SECTOR_BYTES
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def changed_ranges(before: str, after: str) -> list[tuple[int, int]]:
    """The (start, end) byte ranges, in whole sectors, that differ.

    Where one file is longer, what it has there differs.
    """
    sizes = [os.path.getsize(path) for path in (before, after)]
    ranges = [*data_ranges(before), *data_ranges(after)]
    if sizes[0] != sizes[1]:
        ranges.append((min(sizes), max(sizes)))
    changed: list[tuple[int, int]] = []
    with open(before, "rb") as old, open(after, "rb") as new:
        for start, end in _joined(ranges):
            old.seek(start)
            new.seek(start)
            for position in range(start, end, PIECE_BYTES):
                length = min(PIECE_BYTES, end - position)
                changed += _differing(position, old.read(length),
                                      new.read(length))
    return _joined(changed)


def _differing(position: int, left: bytes,
               right: bytes) -> Iterator[tuple[int, int]]:
    """Yield the sectors of a piece that differ; it begins at @position."""
    if left == right:
        return
    for i in range(0, max(len(left), len(right)), SECTOR_BYTES):
        if left[i:i + SECTOR_BYTES] != right[i:i + SECTOR_BYTES]:
            yield position + i, position + i + SECTOR_BYTES
