# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a process has had: time that passed while it could run or slept, not
while it stood in line for a processor that others had.

A PC that hangs is told from one that waits by this, so that the answer does not
depend on what else the machine has to do.
"""

import glob
import time


def waited_seconds(pid: int) -> float:
    """What its thread that stood in line longest has waited so far.

    Linux counts it: the second number of schedstat, nanoseconds.  0 for a
    process that has ended, or where nobody counts.
    """
    longest = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path, encoding="ascii") as file:
                longest = max(longest, int(file.read().split()[1]))
        except (OSError, IndexError):
            pass  # that thread has ended
    return longest / 1e9


class OwnTime:
    """The time of a process since now."""

    def __init__(self, pid: int):
        self.pid = pid
        self.started = time.monotonic()
        self.waited = 0.0

    def seconds(self) -> float:
        """What it has had; of threads that end, as far as they were asked."""
        self.waited = max(self.waited, waited_seconds(self.pid))
        return time.monotonic() - self.started - self.waited
