# SPDX-License-Identifier: GPL-2.0-or-later
"""A program that takes a picture of the emulated PC's screen: its command line,
and the file.
"""

import os
import sys
from collections.abc import Callable

from run import TOP

PNG_MAGIC = b"\x89PNG"


class NotTaken(Exception):
    """The screen did not become what it was to be; one sentence."""


class NotBuilt(NotTaken):
    """A program that is needed is not there; one sentence."""


def is_picture(path: str) -> bool:
    """Is there a PNG file of that name?"""
    if not os.path.exists(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(PNG_MAGIC)) == PNG_MAGIC


def main(usage: str, take: Callable[[str, str], None]) -> int:
    """Take it, and say how large it is; returns the exit status.

    @take: gets the folder that was built in and the picture's path; raises
        NotTaken
    """
    if len(sys.argv) != 2:
        print(usage, file=sys.stderr)
        return 2
    name, output = os.path.basename(sys.argv[0]), sys.argv[1]
    build = os.environ.get("LOOPBREAKER_BUILD", os.path.join(TOP, "build"))
    if os.path.exists(output):
        os.unlink(output)  # an old picture must not pass for the new one
    try:
        take(build, output)
        if not is_picture(output):
            raise NotTaken(f"{output} could not be written")
    except NotTaken as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2 if isinstance(error, NotBuilt) else 1
    print(f"{output}: {os.path.getsize(output)} bytes")
    return 0
