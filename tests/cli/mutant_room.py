# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the sources and of what was built from them, in which one line can
be broken and the tests be built and run again.

Files are hard links: what the copy builds anew is removed first, and nothing is
ever written in place.
"""

import dataclasses
import os
import shutil
import subprocess
import tempfile
import tomllib

from suite import BUILD, TOP

SOURCES = ("storage", "quarantine", "recovery", "efi", "linux", "scripts",
           "images", "tests", "Makefile")
TEST_SECONDS = 600


@dataclasses.dataclass
class Mutant:
    """One entry of tests/mutants.toml."""

    name: str
    file: str
    old: str
    new: str
    caught_by: list[str]
    in_check: bool = False


def read_mutants() -> list[Mutant]:
    """All of them."""
    with open(os.path.join(TOP, "tests", "mutants.toml"), "rb") as file:
        return [Mutant(**table) for table in tomllib.load(file)["mutant"]]


def mutated(text: str, mutant: Mutant) -> str:
    """@text with the mutation; raises ValueError if it is not there once."""
    count = text.count(mutant.old)
    if count != 1:
        raise ValueError(f"{mutant.name}: {mutant.file} has its text {count} "
                         "times")
    return text.replace(mutant.old, mutant.new)


def _replace(path: str, text: str) -> None:
    """Write a file that nobody else has a link to."""
    os.remove(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class MutantRoom:
    """The copy; remove() it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(dir=BUILD, prefix="mutants-")
        for name in SOURCES:
            self._link(os.path.join(TOP, name), name)
        os.mkdir(self._path("build"))
        for name in os.listdir(BUILD):
            if name in ("asan", "policy", "setup.stamp"):
                self._link(os.path.join(BUILD, name),
                           os.path.join("build", name))
        os.symlink(os.path.abspath(os.path.join(BUILD, "deps")),
                   self._path("build", "deps"))
        os.symlink(os.path.abspath(os.path.join(BUILD, "tools")),
                   self._path("build", "tools"))

    def _path(self, *parts: str) -> str:
        return os.path.join(self.directory, *parts)

    def _link(self, source: str, name: str) -> None:
        subprocess.run(["cp", "-al", source, self._path(name)], check=True)

    def _forget(self, path: str) -> None:
        for extension in ("", ".o", ".d"):
            if os.path.exists(path + extension):
                os.remove(path + extension)

    def _build(self, file: str, programs: list[str]) -> None:
        """Compile @file again, and link @programs with it."""
        self._forget(self._path("build", "asan", os.path.splitext(file)[0]))
        targets = [os.path.join("build", "asan", name) for name in programs]
        for target in targets:
            self._forget(self._path(target))
        environment = {k: v for k, v in os.environ.items()
                       if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        done = subprocess.run(
            ["make", "-j2", "SETUP=no", *targets], cwd=self.directory,
            env=environment, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise ValueError(f"{file} does not compile: {done.stdout[-2000:]}")

    def _fails(self, program: str) -> bool:
        try:
            done = subprocess.run(
                [os.path.join("build", "asan", program)], cwd=self.directory,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=TEST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return True  # a mutant that never ends has been noticed
        return done.returncode != 0

    def not_caught(self, mutant: Mutant) -> list[str]:
        """The programs that pass with the mutant, though they should not.

        Raises ValueError.
        """
        path = self._path(mutant.file)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        _replace(path, mutated(text, mutant))
        try:
            self._build(mutant.file, mutant.caught_by)
            return [name for name in mutant.caught_by
                    if not self._fails(name)]
        finally:
            _replace(path, text)

    def remove(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.directory)
