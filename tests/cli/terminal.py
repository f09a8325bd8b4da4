# SPDX-License-Identifier: GPL-2.0-or-later
"""The command on a terminal, and somebody who types."""

import os
import pty
import select
import signal
import subprocess
import time

import command


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, *words, program=command.PROGRAMS["host"]):
        self.shown = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # Who runs the tests in the background ignores it.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(program, [program, *words])

    def wait_for(self, words: str) -> None:
        """Until it has printed @words (once more)."""
        start = len(self.shown)
        end = time.monotonic() + command.TIMEOUT_SECONDS
        while words not in self.shown[start:]:
            left = end - time.monotonic()
            if not select.select([self.terminal], [], [], max(0, left))[0]:
                raise AssertionError(f"no {words!r}: {self.shown!r}")
            self.shown += os.read(self.terminal, 4096).decode()

    def hides(self) -> bool:
        """Does the terminal show nothing of what is typed?"""
        said = subprocess.run(["stty", "-a"], stdin=self.terminal, text=True,
                              capture_output=True, check=True).stdout
        return "-echo " in said

    def type(self, line: str) -> None:
        """As if somebody did."""
        os.write(self.terminal, line.encode())

    def end(self) -> int:
        """Its exit status, or what signal ended it as a negative number."""
        try:
            while chunk := os.read(self.terminal, 4096):
                self.shown += chunk.decode()
        except OSError:
            pass  # that is how a terminal says that nobody is there any more
        _, status = os.waitpid(self.pid, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)
