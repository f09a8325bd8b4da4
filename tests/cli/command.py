# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the loopbreaker command and checks what must be true of every run."""

import dataclasses
import json
import os
import re
import subprocess

from suite import BUILD, TOP

# scripts/coverage has one that counts.
PROGRAMS = {"asan": os.environ.get("LOOPBREAKER_COMMAND",
                                   os.path.join(BUILD, "asan/loopbreaker")),
            "host": os.path.join(BUILD, "host/loopbreaker")}
TIMEOUT_SECONDS = 120

DONE, REFUSED, USAGE, IO_ERROR, BAD_INPUT = range(5)
SANITIZER_STATUS = 99  # 1, the sanitizers' own, would look like a refusal
SANITIZER_WORDS = re.compile(r"Sanitizer|runtime error:")
SENTENCE = re.compile(r"^\S.*\S\.$")


class BrokenRun(AssertionError):
    """The command did what it must never do."""


@dataclasses.dataclass(frozen=True)
class Run:
    """One finished run."""

    command: tuple[str, ...]
    status: int
    output: str  # standard output
    words: str  # standard error

    def events(self) -> list[dict]:
        """The report of a run with --json."""
        return [json.loads(line) for line in self.output.splitlines()]

    def event(self, kind: str) -> dict:
        """The one event of a kind."""
        found = [e for e in self.events() if e["event"] == kind]
        if len(found) != 1:
            raise BrokenRun(f"{self}: {len(found)} events are a {kind}")
        return found[0]

    def reason(self) -> str:
        """The one sentence that says why it was not done."""
        lines = self.words.splitlines()
        if len(lines) != 1 or not SENTENCE.match(lines[0]):
            raise BrokenRun(f"{self}: not exactly one sentence says why")
        return lines[0]

    def __str__(self) -> str:
        words = " ".join(str(word)[:200] for word in self.command)
        return (f"{words!r} ended with {self.status}\n"
                f"{self.output[-2000:]}{self.words[-2000:]}")


def _environment() -> dict[str, str]:
    suppressions = os.path.join(TOP, "tests/leaks.supp")
    return dict(
        os.environ, LC_ALL="C.UTF-8",
        ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1:"
        f"exitcode={SANITIZER_STATUS}",
        UBSAN_OPTIONS=f"exitcode={SANITIZER_STATUS}",
        LSAN_OPTIONS=f"suppressions={suppressions}:print_suppressions=0")


def loopbreaker(*words: str, flavour: str = "asan", program: str = "",
                **options) -> Run:
    """Run the command.

    @flavour: "asan" or "host"; @program: a copy of it elsewhere
    @options: for subprocess.run()
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run(
        [program or PROGRAMS[flavour], *words], env=_environment(),
        timeout=TIMEOUT_SECONDS, check=False, **options)
    run = Run(words, done.returncode, (done.stdout or b"").decode(),
              (done.stderr or b"").decode())
    if run.status not in range(5) or SANITIZER_WORDS.search(run.words):
        raise BrokenRun(str(run))
    return run
