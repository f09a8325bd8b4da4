# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of replays share: a volume with something for each redo
operation to act on, and the program that replays a journal.

Makes the modules of tests/support importable.
"""

import os
import subprocess
import sys

import suite
from class_room import ClassRoom
from volume_maker import make_volume

sys.path.insert(0, os.path.join(suite.TOP, "tests/support"))
# pylint: disable=wrong-import-position
import journal_operations  # noqa: E402

IS_DEEP = bool(os.environ.get("LOOPBREAKER_DEEP"))
VERSIONS = ("1.1", "2.0")
REPLAY = os.path.join(suite.BUILD, "asan/replay")
VOLUME_BYTES = 16 << 20
# As tests/check.py has it.
os.environ.setdefault("LSAN_OPTIONS", "print_suppressions=0:suppressions="
                      + os.path.join(suite.TOP, "tests/leaks.supp"))


def replay(image: str) -> tuple[int, str]:
    """Its exit status and what it says."""
    done = subprocess.run([REPLAY, image], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout.strip() + done.stderr[-2000:]


class JournalRoom(ClassRoom):
    """The volume, without a journal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = cls.path("base")
        make_volume(cls.base, *journal_operations.MANIFEST.splitlines(),
                    size=VOLUME_BYTES)
