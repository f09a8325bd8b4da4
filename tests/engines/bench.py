#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""AES and SHA-256 beside the best that this machine has, and the budget.

Decrypting in MiB/s, BitLocker's key stretch in rounds per second, each by the
processor's instructions, by the C fallback, by OpenSSL's library (in the same
program, in turns), by `openssl speed` and by `cryptsetup benchmark`, which asks
the kernel.  "openssl speed" repeats one sector with one tweak and is the more
generous to OpenSSL; the library is given a new tweak for each sector, as a
volume is read.  The fastest of several tries counts.

Then dislocker on a whole volume, where there is one (LOOPBREAKER_FIXTURES, else
../shared/fixtures).

Exits with 1 if a figure of the instructions is more than the budget below the
best.  With --quick nothing is judged: too little is measured for that.
"""

import argparse
import dataclasses
import json
import lzma
import os
import re
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FIXTURES = os.environ.get("LOOPBREAKER_FIXTURES",
                          os.path.join(TOP, "../shared/fixtures"))
MIB = 1024 * 1024
BUDGET = 1.2
STRETCH = "stretch"
STRETCH_ROUNDS = 1 << 20
STRETCH_BYTES = 88
QUICK = ["xts-128-4096", STRETCH]

OWN, FALLBACK, LIBRARY = "instructions", "C", "OpenSSL"
SPEED, CRYPTSETUP = "openssl speed", "cryptsetup"
COLUMNS = (OWN, FALLBACK, LIBRARY, SPEED, CRYPTSETUP)
LABEL_WIDTH = 14
CELL_WIDTH = 15

# A volume made by Windows; its key is beside it, in TRUTH.json.
VOLUME_NAME = "bitlk-aes-xts-128"
VOLUME = f"bitlocker/windows/{VOLUME_NAME}.img.xz"
VOLUME_WORK = "xts-128-512"


class BenchError(Exception):
    """A measurement that could not be made; one sentence."""


@dataclasses.dataclass(frozen=True)
class Work:
    """One line of the table, as crypto_bench calls it."""

    name: str
    mode: str
    bits: int  # of the key that a block is encrypted with
    unit: int


def work_of(name: str) -> Work | None:
    """None for the key stretch."""
    if name == STRETCH:
        return None
    mode, bits, unit = name.split("-")
    return Work(name, mode, int(bits), int(unit))


def run(*command: str) -> subprocess.CompletedProcess:
    """A program, whatever becomes of it."""
    environment = dict(os.environ, LC_ALL="C.UTF-8",
                       PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    try:
        return subprocess.run(command, env=environment, text=True,
                              capture_output=True, check=False)
    except FileNotFoundError as error:
        raise BenchError(f"{command[0]} is not installed") from error


def measure_own(build: str, slices: int) -> dict[str, dict[str, float]]:
    """By work and contender: our engines and OpenSSL's library."""
    done = run(os.path.join(build, "host", "crypto_bench"), str(slices))
    if done.returncode:
        raise BenchError(done.stderr.strip())
    found: dict[str, dict[str, float]] = {}
    for line in done.stdout.splitlines():
        work, contender, figure = line.split()
        found.setdefault(work, {})[contender] = float(figure)
    return found


def ask_openssl(tries: int, size: int, *what: str) -> float:
    """Operations per second on @size bytes."""
    best = 0.0
    for _ in range(tries):
        done = run("openssl", "speed", "-mr", "-elapsed", "-seconds", "1",
                   "-bytes", str(size), *what)
        match = re.search(r"^\+R:(\d+):[^:]+:([\d.]+)$",
                          done.stdout + done.stderr, re.M)
        if done.returncode or not match:
            raise BenchError("openssl speed did not say how fast it was: " +
                             done.stderr.strip()[-200:])
        best = max(best, int(match.group(1)) / float(match.group(2)))
    return best


def measure_openssl(name: str, tries: int) -> float:
    """A work by openssl speed."""
    work = work_of(name)
    if not work:
        return ask_openssl(tries, STRETCH_BYTES, "-evp", "sha256")
    return work.unit / MIB * ask_openssl(
        tries, work.unit, "-decrypt", "-evp", f"aes-{work.bits}-{work.mode}")


def measure_cryptsetup(name: str) -> float | None:
    """A work by the kernel; it has its own size of unit, 64 KiB."""
    work = work_of(name)
    if not work or work.unit != 4096:
        return None
    bits = work.bits * (2 if work.mode == "xts" else 1)
    done = run("cryptsetup", "benchmark", "-c", f"aes-{work.mode}",
               "-s", str(bits))
    match = re.search(rf"^\s*aes-{work.mode}\s.*\s([\d.]+) MiB/s\s*$",
                      done.stdout, re.M)
    if done.returncode or not match:
        raise BenchError(" ".join(done.stderr.split()))
    return float(match.group(1))


def add_rivals(found: dict[str, dict[str, float]], names: list[str],
               tries: int) -> list[str]:
    """What others reach in @names; returns why one could not be asked."""
    reasons = []
    for name in names:
        found[name][SPEED] = measure_openssl(name, tries)
    for name in names:
        try:
            figure = measure_cryptsetup(name)
        except BenchError as reason:
            reasons.append(f"cryptsetup benchmark: {reason}")
            break
        if figure:
            found[name][CRYPTSETUP] = figure
    return reasons


def print_table(found: dict[str, dict[str, float]]) -> int:
    """The table; returns how many figures are below the budget."""
    exceeded = 0
    print(f"{'':{LABEL_WIDTH}}" +
          "".join(f"{column:>{CELL_WIDTH}}" for column in COLUMNS) +
          f"{'best / ours':>{CELL_WIDTH}}")
    for name, figures in found.items():
        ours = figures.get(OWN, figures[FALLBACK])
        ratio = max(figures.values()) / ours
        is_slow = OWN in figures and ratio > BUDGET
        exceeded += is_slow
        cells = [f"{figures[column]:.0f}" if column in figures else ""
                 for column in COLUMNS]
        cells.append(f"{ratio:.2f}" + (" !" if is_slow else ""))
        print(f"{name:{LABEL_WIDTH}}" +
              "".join(f"{cell:>{CELL_WIDTH}}" for cell in cells))
    seconds = [f"{STRETCH_ROUNDS / found[STRETCH][column]:.3f}"
               if column in found[STRETCH] else "" for column in COLUMNS]
    print(f"{'s per unlock':{LABEL_WIDTH}}" +
          "".join(f"{cell:>{CELL_WIDTH}}" for cell in seconds))
    return exceeded


def volume_digits() -> str:
    """The recovery password of VOLUME."""
    with open(os.path.join(FIXTURES, "TRUTH.json"), encoding="utf-8") as file:
        facts = json.load(file)["bitlocker"]["windows_made"][VOLUME_NAME]
    return facts["recovery_password"]


def time_dislocker(tries: int) -> tuple[float, int]:
    """Seconds for a whole volume with its key stretch, and its bytes."""
    path = os.path.join(FIXTURES, VOLUME)
    if not os.path.exists(path):
        raise BenchError("there is no volume made by Windows here")
    with tempfile.TemporaryDirectory() as directory:
        image = os.path.join(directory, "volume")
        plain = os.path.join(directory, "plain")
        with lzma.open(path) as packed, open(image, "wb") as file:
            file.write(packed.read())
        digits = volume_digits()
        best = None
        for _ in range(tries):
            if os.path.exists(plain):
                os.unlink(plain)
            start = time.monotonic()
            done = run("dislocker-file", "-q", "-r", "-V", image,
                       f"-p{digits}", "--", plain)
            seconds = time.monotonic() - start
            if done.returncode:
                raise BenchError("dislocker-file failed: " +
                                 (done.stderr or done.stdout).strip()[-200:])
            best = seconds if best is None else min(best, seconds)
        return best, os.path.getsize(plain)


def print_dislocker(found: dict[str, dict[str, float]], tries: int) -> None:
    """Beside what the same work costs our engines."""
    seconds, size = time_dislocker(tries)
    volume, stretch = found[VOLUME_WORK], found[STRETCH]
    ours = (size / MIB / volume.get(OWN, volume[FALLBACK]) +
            STRETCH_ROUNDS / stretch.get(OWN, stretch[FALLBACK]))
    print(f"dislocker-file: {seconds:.2f} s to unlock and decrypt "
          f"{size // MIB} MiB of XTS-128; of the figures above the same work "
          f"makes {ours:.2f} s, without any file")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure AES and SHA-256")
    parser.add_argument("--build", default=os.environ.get(
        "LOOPBREAKER_BUILD", os.path.join(TOP, "build")))
    parser.add_argument("--quick", action="store_true",
                        help="do the measurements work?")
    arguments = parser.parse_args()
    slices, tries = (1, 1) if arguments.quick else (20, 3)
    try:
        found = measure_own(arguments.build, slices)
        names = QUICK if arguments.quick else list(found)
        reasons = add_rivals(found, names, tries)
        exceeded = print_table(found)
    except BenchError as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1
    try:
        print_dislocker(found, tries)
    except BenchError as reason:
        reasons.append(f"dislocker: {reason}")
    for reason in reasons:
        print(f"not measured: {reason}")
    if not arguments.quick and exceeded:
        print(f"{exceeded} more than {BUDGET} times as slow as the best")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
