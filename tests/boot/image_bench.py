#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each image of "make images" repairs a PC under Secure Boot, on both processors;
beside it the same image with a Linux live system in the place of Loopbreaker.

usage: image_bench.py [--firmware NAME]... [--way NAME]... [--tries N]

Both are signed with a key that is in the PC's db, lie on images made by the same
images/make.py, and repair the same PC (disk, content, processor, memory) in the same
emulator, in turns.  Linux is the distribution's kernel, an initramfs with ntfs-3g,
and systemd's stub (linux_live.py); what is asked for, decided, verified, shown and
reported is Loopbreaker's alone.  A stick and a CD ask first and wait ten seconds for
an answer; here Y is pressed at once.  The volume's journal is closed.

A repair counts if independent readers say so: The Sleuth Kit finds the file under
its new name with its old content, ntfs-3g's own programs would mount the volume, and
Linux ntfs3 sees nothing else changed.

Seconds are those of the fastest try, from power-on to the reset, with the firmware's
own and the fetching in them; and from the firmware's "BdsDxe: loading", when it has
fetched the program, to the reset.  Bytes: those read of the stick or CD, or of all
frames that the PC sent and received.

Exits with 1 if a PC was not repaired.  The last line is "N passed, N failed".
"""

import argparse
import dataclasses
import os
import shutil
import sys
import tempfile

from bench import BAD_FILE, CRASHED, CLOSED, HELD_FILE
from firmware import AAVMF, OVMF, Firmware
from initramfs import LinuxMissing
from linux_live import DONE, SECURE, make_live
from netspace import why_not
from packet_count import RECEIVED, SENT, count
from pc import Builds, Pc
from product_image import (
    ISO, STICK_TAIL_BYTES, USB, Wishes, copy_programs)
from qemu import RESET, choose_accelerator
from run import TOP, lock
from scenario import Scenario
from secure_boot import PAIRS
from second_opinion import worsened
from sparse import copy_image
from toolbox import ToolError
from windows_image import VENDOR_FOLDER
from witness import Witness

LOOPBREAKER, LINUX = "Loopbreaker", "Linux"
FIRMWARES = {OVMF.name: OVMF, AAVMF.name: AAVMF}
# The scenario's words for each way in.
STICK, CD = "stick", "CD"
WAYS = {
    STICK: {"second_disk": USB, "second_device": "usb",
            "second_removable": True, "keys": "y"},
    CD: {"second_disk": ISO, "second_device": "usb-cd", "keys": "y"},
    "pxe4": {"network": "pxe4"},
    "pxe6": {"network": "pxe6"},
    "http4": {"network": "http4"},
}
SIGNED = "different"  # by somebody whom the PC knows, and who is not Windows
MOST_ISO_BYTES = 31 << 20  # as images/iso.py, which could not make one
IMAGE = 1  # the second disk
MEMORY_MIB = 1024  # in 256, as the rig's PCs have, aarch64's Linux does not start
COLUMNS = (5, 7, 13, 10, 13, 16, 9, 13, 13)


class LiveBuilds(Builds):
    """The programs of a rig, with Linux on its images."""

    def __init__(self, build: str, directory: str, arch: str):
        super().__init__(build, directory, arch)
        self.live = os.path.join(build, "live")
        self.arch = arch

    def for_images(self) -> str:
        if not self._for_images:
            folder = copy_programs(self._build, os.path.join(
                self._directory, "for-images"))
            name = f"loopbreaker-{self.arch}.efi"
            self.signers().sign(make_live(
                self.live, self.arch, os.path.join(self._directory, "live"),
                f"{VENDOR_FOLDER}/{BAD_FILE}", f"{VENDOR_FOLDER}/{HELD_FILE}"),
                PAIRS[SIGNED][1], os.path.join(folder, name))
            self._for_images = folder
        return self._for_images


class LivePc(Pc):
    """A PC whose image has what LiveBuilds has signed."""

    def _image_wishes(self) -> Wishes:
        return dataclasses.replace(super()._image_wishes(), signer=None)


@dataclasses.dataclass
class Measured:
    """One start of a PC."""

    image_bytes: int
    seconds: float  # from power-on
    run_seconds: float  # from when the program was fetched
    read_bytes: int  # of the medium; 0: it came by network
    wire_bytes: dict[str, int]  # by direction
    complaints: list[str]


def _look(before: str, after: str) -> list[str]:
    """What independent readers say against the repair."""
    old, new = Witness(before), Witness(after)
    bad = f"{VENDOR_FOLDER}/{BAD_FILE}".lstrip("/")
    held = f"{VENDOR_FOLDER}/{HELD_FILE}".lstrip("/")
    were, files = old.files(), new.files()
    complaints = []
    if bad in files or held not in files:
        complaints.append(f"{BAD_FILE} is not on hold")
    elif new.content(files[held]) != old.content(were[bad]):
        complaints.append(f"{HELD_FILE} has another content")
    why = new.is_mountable()
    if why:
        complaints.append(why)
    return complaints + worsened(before, after, [BAD_FILE])


def _program_bytes(pc: Pc) -> int:
    """Of what the server serves this PC first."""
    return os.path.getsize(os.path.join(
        pc.network.lab.root, f"loopbreaker-{pc.firmware.arch}.efi"))


def _measure(scenario: Scenario, directory: str, builds: Builds,
             accelerator: str, firmware: Firmware) -> Measured:
    """One PC, from power-on to the reset behind its repair."""
    kind = LivePc if isinstance(builds, LiveBuilds) else Pc
    pc = kind(scenario, directory, builds, accelerator, firmware)
    try:
        before = os.path.join(directory, "before.img")
        copy_image(pc.disk, before)
        pc.machine.has_counts = True
        pc.machine.memory_mib = MEMORY_MIB
        boot = pc.power_on(None)
        wire = {SENT: 0, RECEIVED: 0}
        if pc.network:
            for (way, _), size in count(pc.network.packets,
                                        pc.network.mac).items():
                wire[way] += size
            image = _program_bytes(pc)
        else:
            image = os.path.getsize(pc.second_disk) - (
                STICK_TAIL_BYTES if scenario.second_disk == USB else 0)
    finally:
        pc.close()
    if boot.end != RESET or boot.started_seconds is None:
        return Measured(image, boot.seconds, 0, 0, wire, [
            f"the start ended by {boot.end} {boot.error}; the end of the "
            f"console: {boot.lines()[-5:]}"])
    complaints = _look(before, pc.disk)
    is_linux = DONE in boot.console
    if is_linux != (kind is LivePc):
        complaints.append("somebody else has repaired it")
    if is_linux and SECURE not in boot.console:
        complaints.append("to Linux Secure Boot is off")
    read = boot.read_bytes[IMAGE] if scenario.second_disk else 0
    return Measured(image, boot.seconds, boot.started_seconds, read, wire,
                    complaints)


class Bench:
    """Measures each way into a PC with each of the two."""

    def __init__(self, arguments: argparse.Namespace, directory: str):
        self.tries = arguments.tries
        self.directory = directory
        self._builds = {}
        for firmware in FIRMWARES.values():
            for kind, name in ((Builds, LOOPBREAKER), (LiveBuilds, LINUX)):
                self._builds[firmware.name, name] = kind(
                    arguments.build, os.path.join(
                        directory, f"{name}-{firmware.name}"), firmware.arch)

    def measure(self, firmware: Firmware, way: str) -> dict[str, Measured]:
        """Both, in turns; the fastest of each, and all complaints."""
        found: dict[str, list[Measured]] = {LOOPBREAKER: [], LINUX: []}
        accelerator = choose_accelerator("auto", firmware)
        scenario = Scenario(way, "", [], note={"boot_id": 41},
                            secure_boot=SIGNED, journal=CLOSED,
                            **CRASHED, **WAYS[way])
        if way == CD and not self._fits_on_cd(firmware):
            del found[LINUX]
        for _ in range(self.tries):
            for name, measured in found.items():
                with tempfile.TemporaryDirectory(dir=self.directory) as room:
                    measured.append(_measure(
                        scenario, room, self._builds[firmware.name, name],
                        accelerator, firmware))
        best = {}
        for name, measured in found.items():
            best[name] = min(measured, key=lambda one: (
                bool(one.complaints), one.seconds))
            best[name].complaints = [
                text for one in measured for text in one.complaints]
        return best

    def _fits_on_cd(self, firmware: Firmware) -> bool:
        """Can the firmware start Linux from an ISO?"""
        path = os.path.join(
            self._builds[firmware.name, LINUX].for_images(),
            f"loopbreaker-{firmware.arch}.efi")
        return os.path.getsize(path) < MOST_ISO_BYTES


def _line(*cells: str) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, COLUMNS))


def _seconds(one: Measured, ours: Measured) -> tuple[str, str]:
    """In words, with how many times as much as ours."""
    if one.complaints:
        return "-", "-"
    words = [f"{one.seconds:.1f}", f"{one.run_seconds:.2f}"]
    if one is not ours and not ours.complaints:
        words[0] += f" ({one.seconds / ours.seconds:.1f})"
        words[1] += f" ({one.run_seconds / ours.run_seconds:.1f})"
    return words[0], words[1]


def _show(firmware: Firmware, way: str, best: dict[str, Measured]) -> None:
    if LINUX not in best:
        print(_line(firmware.arch, way, LINUX, "no", "  too large for El Torito"))
    for name, one in best.items():
        print(_line(
            firmware.arch, way, name, "no" if one.complaints else "yes",
            str(one.image_bytes),
            str(one.read_bytes or one.wire_bytes[RECEIVED]),
            str(one.wire_bytes[SENT]),
            *_seconds(one, best[LOOPBREAKER])),
              flush=True)
        for text in one.complaints:
            print(f"    {text}")


def _run(arguments: argparse.Namespace, directory: str) -> int:
    """All that was asked for; returns how many failed."""
    bench = Bench(arguments, directory)
    ways = arguments.way or list(WAYS)
    reason = why_not()
    if reason:
        print(f"skipped, what comes by network: {reason}")
        ways = [way for way in ways if way in (STICK, CD)]
    print(_line("", "way", "by", "repaired", "image bytes", "read, received",
                "sent", "power-on", "fetched"))
    passed = failed = 0
    for name in arguments.firmware or FIRMWARES:
        for way in ways:
            best = bench.measure(FIRMWARES[name], way)
            _show(FIRMWARES[name], way, best)
            bad = sum(bool(one.complaints) for one in best.values())
            passed, failed = passed + len(best) - bad, failed + bad
    print(f"{passed} passed, {failed} failed")
    return failed


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description="each image under Secure Boot, beside a Linux live image")
    parser.add_argument("--firmware", action="append", choices=FIRMWARES)
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--tries", type=int, choices=range(1, 10), default=2,
                        metavar="N")
    parser.add_argument("--build", default=os.environ.get(
        "LOOPBREAKER_BUILD", os.path.join(TOP, "build")))
    arguments = parser.parse_args()
    directory = os.path.join(arguments.build, "image-bench")
    try:
        with lock(directory + "-lock"):
            shutil.rmtree(directory, ignore_errors=True)
            os.makedirs(directory)
            failed = _run(arguments, directory)
    except FileNotFoundError as error:
        print(f"image_bench.py: {error.filename} is not there; run make bench-images",
              file=sys.stderr)
        return 2
    except (LinuxMissing, ToolError) as error:
        print(f"image_bench.py: {error}", file=sys.stderr)
        return 2
    shutil.rmtree(directory, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
