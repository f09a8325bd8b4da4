# SPDX-License-Identifier: GPL-2.0-or-later
"""Running the distribution's tools."""

import os
import subprocess


class ToolError(Exception):
    """A tool failed; its last words."""


def run_tool(*arguments: str, feed: str | None = None,
             accept: tuple[int, ...] = (0,)) -> str:
    """Run a program to its end and return what it printed.

    @feed: a file for its standard input
    @accept: exit codes that are no failure
    """
    environment = dict(os.environ, LC_ALL="C.UTF-8", MTOOLS_SKIP_CHECK="1",
                       PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    with open(feed or os.devnull, "rb") as stdin:
        done = subprocess.run(
            arguments, env=environment, stdin=stdin, capture_output=True,
            text=True, errors="replace", check=False)
    if done.returncode not in accept:
        words = (done.stderr or done.stdout).strip()[-500:]
        raise ToolError(f"{arguments[0]} failed ({done.returncode}): {words}")
    return done.stdout
