# SPDX-License-Identifier: GPL-2.0-or-later
"""The time that all files of an image carry, so that the same sources give the
same bytes whenever they are made.
"""

import os

from tools import Refused, try_tool

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST_OF_FAT = 315532800  # 1980-01-01: FAT knows nothing before


def moment_of_sources() -> int:
    """SOURCE_DATE_EPOCH, or when the last commit was made; in seconds since
    1970, even ones: FAT counts by two.  Raises Refused.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not said:
        # Where git is missing there is no repository either.
        done = try_tool("sh", "-c", 'exec git -C "$0" log -1 --format=%ct',
                        HERE)
        said = done.stdout.strip()
    if not said:
        raise Refused("This is no git repository, so nothing says of when the "
                      "sources are. Set SOURCE_DATE_EPOCH to seconds since "
                      "1970.")
    if not said.isdecimal() or int(said) < FIRST_OF_FAT:
        raise Refused(f"SOURCE_DATE_EPOCH is {said}: it has to be seconds "
                      "since 1970, and not before 1980.")
    return int(said) - int(said) % 2
