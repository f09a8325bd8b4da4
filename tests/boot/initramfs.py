# SPDX-License-Identifier: GPL-2.0-or-later
"""An initramfs for the kernel that scripts/fetch-kernel got."""

import glob
import lzma
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "cli"))
from ntfs3 import SYSTEM_PATH, kernel_folder, why_missing  # noqa: E402


class LinuxMissing(Exception):
    """There is no Linux kernel to boot; one sentence."""


def find_kernel() -> str:
    """The kernel's image; raises LinuxMissing."""
    reason = why_missing()
    if reason:
        raise LinuxMissing(f"There is no Linux to boot: {reason}.")
    return sorted(glob.glob(
        os.path.join(kernel_folder(), "boot", "vmlinuz-*")))[-1]


def _module_paths(kernel: str, names: list[str]) -> list[str]:
    """The modules and what they need, in the order of loading."""
    version = os.path.basename(kernel).removeprefix("vmlinuz-")
    done = subprocess.run(
        ["modprobe", "-d", kernel_folder(), "-S", version, "--show-depends",
         "-a", *names], capture_output=True, text=True,
        env=dict(os.environ, PATH=SYSTEM_PATH), check=False)
    if done.returncode:
        raise LinuxMissing(f"The kernel lacks one of {', '.join(names)}.")
    lines = [line.split() for line in done.stdout.splitlines()]
    return list(dict.fromkeys(
        words[1] for words in lines if words[0] == "insmod"))


def _read_module(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read()
    return lzma.decompress(data) if path.endswith(".xz") else data


def make_initramfs(directory: str, kernel: str, init: str, modules: list[str],
                   folders: tuple[str, ...] = (),
                   programs: tuple[str, ...] = ()) -> str:
    """Make @directory/initramfs and return its path.

    @init: the file that becomes /init
    @modules: go to /modules, numbered in the order of loading, with those they
        need
    @folders: empty ones; @programs: files for /bin
    """
    root = os.path.join(directory, "root")
    for folder in ("bin", "modules", *folders):
        os.makedirs(os.path.join(root, folder))
    shutil.copy(init, os.path.join(root, "init"))
    os.chmod(os.path.join(root, "init"), 0o755)
    for program in programs:
        shutil.copy(program, os.path.join(root, "bin"))
    for number, path in enumerate(_module_paths(kernel, modules)):
        name = f"{number:02}-{os.path.basename(path).split('.')[0]}"
        with open(os.path.join(root, "modules", name), "wb") as file:
            file.write(_read_module(path))
    return pack(root, os.path.join(directory, "initramfs"))


def pack(root: str, archive: str) -> str:
    """Make an initramfs of a folder, in order of names; returns @archive."""
    names = "".join(sorted(
        os.path.relpath(os.path.join(place, name), root) + "\n"
        for place, folders_here, files in os.walk(root)
        for name in folders_here + files))
    with open(archive, "wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root,
                       input=names.encode(), stdout=file, check=True)
    return archive
