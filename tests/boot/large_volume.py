# SPDX-License-Identifier: GPL-2.0-or-later
"""A test PC whose Windows volume is large and full of files.

Its disk takes a minute to make, so it is kept; the programs under test are
put on a copy of it.  Windows' own folders come first, then the filler, then
the vendor's content: as on a PC in use, what was delivered last has its
records at the far end of the MFT.
"""

import hashlib
import os
import shutil
import sys
import tempfile

import bootstat
import diskimage
import registry
import windows_image
from diskimage import ESP_START, DiskBuilder, DiskSpec
from pc import Builds, Pc
from scenario import Scenario
from toolbox import run_tool
from windows_image import VolumeSpec, standard_content

GIB = 1 << 30
VOLUME_BYTES = 8 * GIB
SYSTEM_FILES = 4400  # and 400 that every test PC has in System32
FOLDERS = 100
FILES_PER_FOLDER = 2000
POPULATE = "ntfs_populate"
# A kept disk is as these sources say.
MAKERS = (windows_image, diskimage, bootstat, registry,
          sys.modules[__name__])

# Stands in for ntfs_populate: puts the filler on the volume first.
POPULATE_FILLED = """#!/bin/sh
set -e
"{populate}" "$1" "{manifest}"
exec "{populate}" "$1" "$2"
"""


def _filler_manifest() -> str:
    lines = ["dir /Windows/System32/drivers"]
    lines += [f"file /Windows/System32/component-{number:04}.dll"
              for number in range(SYSTEM_FILES)]
    for number in range(FOLDERS):
        folder = f"/Windows/WinSxS/assembly-{number:03}"
        lines += [f"dir {folder}", f"filler {folder} {FILES_PER_FOLDER}"]
    return "\n".join(lines) + "\n"


def _filling_tools(tools: str) -> str:
    """A directory with an ntfs_populate that begins with the filler."""
    directory = os.path.join(tools, "filling")
    os.makedirs(directory, exist_ok=True)
    manifest = os.path.join(directory, "filler")
    with open(manifest, "w", encoding="ascii") as file:
        file.write(_filler_manifest())
    program = os.path.join(directory, POPULATE)
    with open(program, "w", encoding="utf-8") as file:
        file.write(POPULATE_FILLED.format(
            manifest=manifest, populate=os.path.join(tools, POPULATE)))
    os.chmod(program, 0o755)
    return directory


def _recipe(scenario: Scenario, tools: str) -> str:
    """A name for everything that the content of a disk depends on."""
    digest = hashlib.sha256(repr((scenario.clock, scenario.status,
                                  scenario.content)).encode())
    for path in [os.path.join(tools, POPULATE),
                 *(maker.__file__ for maker in MAKERS)]:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


class LargePc(Pc):
    """A PC with a plain Windows, apart from its 200,000 files."""

    def __init__(self, scenario: Scenario, directory: str, builds: Builds,
                 accelerator: str, cache: str):
        """@cache: the directory where disks are kept; it may be emptied"""
        self.cache = cache
        super().__init__(scenario, directory, builds, accelerator)

    def _make_disk(self) -> None:
        run_tool("cp", "--sparse=always", "--reflink=auto",
                 self._kept_disk(), self.disk)
        esp = f"{self.disk}@@{ESP_START}"
        for program, path in (
                (self.builds.standin, diskimage.WINDOWS_PATH),
                (self.builds.loopbreaker, diskimage.LOOPBREAKER_PATH)):
            run_tool("mcopy", "-o", "-i", esp, program,
                     "::" + path.replace("\\", "/"))
        if self.scenario.journal:
            self.write_journal(self.scenario.journal)

    def _kept_disk(self) -> str:
        path = os.path.join(self.cache, "large-volume-" + _recipe(
            self.scenario, self.builds.tools) + ".img")
        if os.path.exists(path):
            return path
        shutil.rmtree(self.cache, ignore_errors=True)
        os.makedirs(self.cache)
        with tempfile.TemporaryDirectory(dir=self.cache) as directory:
            unfinished = os.path.join(directory, "disk.img")
            self._build_large(unfinished)
            os.rename(unfinished, path)
        return path

    def _build_large(self, path: str) -> None:
        scenario = self.scenario
        volume = VolumeSpec(
            scenario.clock, scenario.status,
            standard_content(scenario.clock) + scenario.content,
            bytes=VOLUME_BYTES)
        DiskBuilder(path, DiskSpec(volume),
                    _filling_tools(self.builds.tools)).build(
                        self.builds.standin, self.builds.loopbreaker,
                        scenario.standin_script())
