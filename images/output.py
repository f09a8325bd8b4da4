# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder with the images: made under another name, and put in its place as
a whole, so that nobody ever takes half of it for all.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator

from tools import Refused

SUMS = "SHA256SUMS"
PIECE_BYTES = 1 << 20


def _files(folder: str) -> list[str]:
    """Paths within the folder."""
    return sorted(os.path.relpath(os.path.join(above, name), folder)
                  for above, _, names in os.walk(folder) for name in names)


def write_sums(folder: str) -> None:
    """SHA256SUMS of all files, as sha256sum -c reads it."""
    lines = []
    for name in _files(folder):
        with open(os.path.join(folder, name), "rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  "
                         f"{name}\n")
    with open(os.path.join(folder, SUMS), "w", encoding="utf-8") as file:
        file.writelines(lines)


def sizes(path: str) -> tuple[int, int]:
    """Bytes of a file, or of all in a folder; how many of them are not in
    pages of zeroes.
    """
    names = ([os.path.join(path, name) for name in _files(path)]
             if os.path.isdir(path) else [path])
    total = used = 0
    for name in names:
        with open(name, "rb") as file:
            while piece := file.read(4096):
                total += len(piece)
                used += len(piece) if any(piece) else 0
    return total, used


def _check_replaceable(target: str) -> None:
    if os.path.lexists(target) and not (
            os.path.isdir(target) and not os.path.islink(target) and
            (not os.listdir(target) or
             os.path.exists(os.path.join(target, SUMS)))):
        raise Refused(f"{target} is there already, and has no {SUMS}, so these "
                      "are no images. Name another folder (--output).")


@contextlib.contextmanager
def new_folder(target: str) -> Iterator[str]:
    """A folder to fill, which becomes @target if nothing is raised; otherwise
    @target stays what it was.  Raises Refused or OSError.
    """
    _check_replaceable(target)
    above = os.path.dirname(os.path.abspath(target))
    os.makedirs(above, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".images-", dir=above) as room:
        fresh, old = os.path.join(room, "new"), os.path.join(room, "old")
        os.mkdir(fresh)
        os.chmod(fresh, 0o755)
        yield fresh
        _check_replaceable(target)
        if os.path.isdir(target):
            os.rename(target, old)
        try:
            os.rename(fresh, target)
        except BaseException:
            if os.path.isdir(old) and not os.path.exists(target):
                os.rename(old, target)
            raise
