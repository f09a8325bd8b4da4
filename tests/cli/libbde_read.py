#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""libbde_read.py VOLUME OUT RECOVERY-PASSWORD: the plain text of a BitLocker
volume, as libbde (python3-libbde, so without FUSE) reads it.

A program of its own, because the module is there for the distribution's
Python only.  Exit status 3: libbde cannot open such a volume.
"""

import sys

import pybde

PIECE_BYTES = 1 << 20


def main(path: str, out: str, password: str) -> int:
    """Copy all of it."""
    volume = pybde.volume()
    volume.set_recovery_password(password)
    try:
        volume.open(path)
    except OSError as error:
        print(error, file=sys.stderr)
        return 3
    if volume.is_locked():
        print("it stays locked", file=sys.stderr)
        return 3
    with open(out, "wb") as file:
        left = volume.get_size()
        while left:
            piece = volume.read(min(left, PIECE_BYTES))
            file.write(piece)
            left -= len(piece)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
