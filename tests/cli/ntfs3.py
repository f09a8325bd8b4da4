# SPDX-License-Identifier: GPL-2.0-or-later
"""What Linux ntfs3 says about an NTFS volume in an image.

Boots the kernel that scripts/fetch-kernel got, in QEMU, without network and
without firmware of ours, on a few files of busybox.  The image itself is never
written: the guest writes to a temporary layer.

    python3 tests/cli/ntfs3.py IMAGE [OFFSET [BYTES]]
"""

import dataclasses
import glob
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
QEMU = "qemu-system-x86_64"
BUSYBOX = "busybox"
MODULES = ("virtio_blk", "ntfs3")
LOCKED_MODULES = (*MODULES, "dm_crypt", "dm_zero", "xts", "cbc", "ecb")
CRYPTSETUP = "cryptsetup"
MEMORY_MIB = "256"
BOOT_TIMEOUT_SECONDS = 180
ANSWER_BYTES = 64 << 20  # sparse
SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

# Every guest begins so.
START = r"""#!/bin/busybox sh
/bin/busybox mkdir -p /dev /proc /volume
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
PATH=/bin
for m in /modules/*; do
	busybox insmod "$m" || echo "cannot load $m"
done
"""

# First read-only, so that what is listed is what is in the image; then, on the
# temporary layer, the way a Linux user would mount it.
LOOK = r"""
volume=/dev/vda
busybox mkdir -p /answer
if [ -e /password ]; then
	volume=/dev/mapper/plain
	DM_DISABLE_UDEV=1 %(cryptsetup)s open --type bitlk \
		--key-file /password /dev/vda plain || echo "it stays locked"
fi
cd /answer
if busybox mount -t ntfs3 -o ro,iocharset=utf8 $volume /volume 2>ro; then
	cd /volume
	busybox find . -mindepth 1 -print0 >/answer/names 2>/answer/errors
	busybox find . -mindepth 1 -type f -print0 >/answer/files \
		2>>/answer/errors
	busybox xargs -0 -r busybox stat -c '%%i %%s %%f' \
		</answer/names >/answer/stats 2>>/answer/errors
	busybox xargs -0 -r busybox sha256sum \
		</answer/files >/answer/sums 2>>/answer/errors
	cd /answer
	busybox umount /volume 2>>errors
	if busybox mount -t ntfs3 -o rw,iocharset=utf8 $volume /volume 2>rw
	then
		busybox umount /volume 2>>errors
	fi
fi
busybox dmesg | busybox grep "ntfs3(" >messages
busybox tar -cf /dev/vdb . && busybox sync && echo ANSWERED
busybox poweroff -f
"""


class Ntfs3Missing(Exception):
    """Linux cannot be booted on this machine; one sentence."""


class Ntfs3Error(Exception):
    """Linux was booted but gave no answer; one sentence."""


@dataclasses.dataclass(frozen=True)
class File:
    """A file or folder as ntfs3 shows it."""

    inode: int
    size: int
    is_folder: bool
    sha256: str  # "" for folders, and if it could not be read


@dataclasses.dataclass(frozen=True)
class Volume:
    """What ntfs3 made of the volume."""

    mounts: bool  # read-only
    mounts_for_writing: bool  # without "force"
    files: dict[str, File]  # by path: "Folder/File"
    messages: tuple[str, ...]  # of the kernel and of the guest's programs


def kernel_folder() -> str:
    """Where scripts/fetch-kernel puts the kernel."""
    build = os.environ.get("LOOPBREAKER_BUILD", "build")
    return os.path.join(TOP, build, "kernel")


def _find_kernel() -> tuple[str, str]:
    """The kernel image and its version."""
    kernels = sorted(glob.glob(os.path.join(kernel_folder(), "boot/vmlinuz-*")))
    if not kernels:
        raise Ntfs3Missing("there is no Linux kernel to ask; "
                           "scripts/fetch-kernel gets one")
    return kernels[-1], os.path.basename(kernels[-1])[len("vmlinuz-"):]


def why_missing() -> str:
    """"" if Linux can be asked here, else why not."""
    for program in (QEMU, BUSYBOX, "cpio", "modprobe"):
        if not shutil.which(program, path=SYSTEM_PATH):
            return f"{program} is not installed"
    try:
        _find_kernel()
    except Ntfs3Missing as error:
        return str(error)
    return ""


def _module_files(version: str, modules: tuple[str, ...]) -> list[str]:
    """The modules to load, in order."""
    files: list[str] = []
    for module in modules:
        done = subprocess.run(
            ["modprobe", "-d", kernel_folder(), "-S", version,
             "--show-depends", module], capture_output=True, text=True,
            env=dict(os.environ, PATH=SYSTEM_PATH), check=False)
        if done.returncode:
            raise Ntfs3Missing(f"the kernel has no module {module}")
        for line in done.stdout.splitlines():
            word, _, path = line.strip().partition(" ")
            if word == "insmod" and path.strip() not in files:
                files.append(path.strip())
    return files


def _read_module(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read()
    return lzma.decompress(data) if path.endswith(".xz") else data


def _with_libraries(program: str) -> dict[str, str]:
    """A program and the shared libraries it needs, to be copied as they lie.
    """
    done = subprocess.run(["ldd", program], capture_output=True, text=True,
                          check=True)
    found = [word for line in done.stdout.splitlines()
             for word in line.split() if word.startswith("/")]
    return {path: path for path in (program, *found)}


def _make_initramfs(version: str, folder: str, init: str,
                    modules: tuple[str, ...],
                    files: dict[str, str] | None = None) -> str:
    """A minimal root with busybox and the modules; returns the archive.

    @files: further ones: where they go, where they are
    """
    root = os.path.join(folder, "root")
    for part in ("bin", "modules"):
        os.makedirs(os.path.join(root, part))
    shutil.copy(shutil.which(BUSYBOX, path=SYSTEM_PATH) or "",
                os.path.join(root, "bin/busybox"))
    for i, path in enumerate(_module_files(version, modules)):
        name = os.path.basename(path).split(".")[0]
        with open(os.path.join(root, f"modules/{i:02}-{name}"), "wb") as file:
            file.write(_read_module(path))
    for target, source in (files or {}).items():
        path = root + target
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(source, path)
    with open(os.path.join(root, "init"), "w", encoding="ascii") as file:
        file.write(init)
    os.chmod(os.path.join(root, "init"), 0o755)
    names = "".join(
        os.path.relpath(os.path.join(place, name), root) + "\n"
        for place, folders, files in os.walk(root) for name in folders + files)
    archive = os.path.join(folder, "initramfs")
    with open(archive, "wb") as file:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=root,
                       input=names.encode(), stdout=file, check=True)
    return archive


def _escape(path: str) -> str:
    """A file name within a QEMU option."""
    return os.path.abspath(path).replace(",", ",,")


def raw_drive(path: str) -> str:
    """A file as a disk that the guest writes to; for run_guest()."""
    return f"format=raw,cache=unsafe,file={_escape(path)}"


def _arguments(kernel: str, initramfs: str, drives: list[str]) -> list[str]:
    arguments = [
        QEMU, "-accel", "tcg", "-machine", "pc", "-m", MEMORY_MIB,
        "-nodefaults", "-net", "none", "-display", "none", "-no-reboot",
        "-serial", "stdio", "-kernel", kernel, "-initrd", initramfs,
        "-append", "console=ttyS0 quiet panic=-1 no_timer_check "
        "mitigations=off nokaslr cryptomgr.notests"]
    for i, drive in enumerate(drives):
        arguments += ["-drive", f"if=none,id=drive{i},{drive}",
                      "-device", f"virtio-blk-pci,drive=drive{i}"]
    return arguments


def run_guest(script: str, modules: tuple[str, ...], drives: list[str],
              files: dict[str, str] | None = None) -> tuple[int, str]:
    """Boot Linux once; QEMU's exit status and what is on the console.

    @script: what it runs on busybox, with these modules; a volume may be
        mounted on /volume
    @files: further ones of the guest: where they go, where they are

    Raises Ntfs3Missing or Ntfs3Error.
    """
    reason = why_missing()
    if reason:
        raise Ntfs3Missing(reason)
    kernel, version = _find_kernel()
    with tempfile.TemporaryDirectory() as folder:
        initramfs = _make_initramfs(version, folder, START + script,
                                    modules, files)
        try:
            done = subprocess.run(
                _arguments(kernel, initramfs, drives),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=BOOT_TIMEOUT_SECONDS,
                check=False)
        except subprocess.TimeoutExpired as error:
            words = (error.stdout or b"").decode("utf-8", "replace")[-500:]
            raise Ntfs3Error(
                f"Linux did not finish in {BOOT_TIMEOUT_SECONDS} seconds; the "
                f"end of its console: {words}") from error
    return done.returncode, done.stdout.decode("utf-8", "replace")


def _sums(raw: bytes, names: list[bytes]) -> dict[bytes, str]:
    """The checksums; a file that could not be read has none."""
    sums: dict[bytes, str] = {}
    for name in names:
        line_bytes = 64 + 2 + len(name) + 1
        if raw[66:line_bytes] == name + b"\n":
            sums[name] = raw[:64].decode("ascii")
            raw = raw[line_bytes:]
    if raw:
        raise Ntfs3Error("Linux gave checksums of other files than it listed.")
    return sums


def _split(raw: bytes) -> list[bytes]:
    return raw.split(b"\0")[:-1]


def _path(name: bytes) -> str:
    return name.removeprefix(b"./").decode("utf-8", "replace")


def _read_answer(answer: str) -> Volume:
    parts = {"names": b"", "files": b"", "stats": b"", "sums": b"",
             "errors": b"", "ro": b"", "rw": b"", "messages": b""}
    with tarfile.open(answer) as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            file = archive.extractfile(member)
            if name in parts and file:
                parts[name] = file.read()
        known = {member.name.removeprefix("./") for member in archive}
    names = _split(parts["names"])
    stats = [line.split() for line in parts["stats"].splitlines()]
    if len(names) != len(stats):
        raise Ntfs3Error("Linux listed files that it could not look at: "
                         + parts["errors"].decode("utf-8", "replace")[:300])
    sums = _sums(parts["sums"], _split(parts["files"]))
    files = {
        _path(name): File(int(inode), int(size),
                          int(mode, 16) & 0o170000 == 0o040000,
                          sums.get(name, ""))
        for name, (inode, size, mode) in zip(names, stats)}
    words = b"\n".join(parts[p] for p in ("errors", "ro", "rw", "messages"))
    return Volume("names" in known, "rw" in known and not parts["rw"], files,
                  tuple(line for line in
                        words.decode("utf-8", "replace").splitlines() if line))


def _unlocking(folder: str, password: str) -> dict[str, str]:
    """The guest's files for opening a BitLocker volume."""
    program = shutil.which(CRYPTSETUP, path=SYSTEM_PATH)
    if not program:
        raise Ntfs3Missing(f"{CRYPTSETUP} is not installed")
    path = os.path.join(folder, "password")
    with open(path, "w", encoding="ascii") as file:
        file.write(password)
    return {**_with_libraries(program), "/password": path}


def read_volume(image: str, offset: int = 0, size: int = 0,
                password: str | None = None) -> Volume:
    """Boot Linux once and let it look at one volume.

    @offset, @size: the place of the volume in the image, in bytes; size 0: all
        the rest
    @password: the volume is BitLocker's; this opens it

    Raises Ntfs3Missing or Ntfs3Error.
    """
    size = size or os.path.getsize(image) - offset
    volume = (f"snapshot=on,driver=raw,offset={offset},size={size},"
              "file.driver=file,file.locking=off,"
              f"file.filename={_escape(image)}")
    with tempfile.TemporaryDirectory() as folder:
        answer = os.path.join(folder, "answer")
        with open(answer, "wb") as file:
            file.truncate(ANSWER_BYTES)
        files = _unlocking(folder, password) if password else {}
        script = LOOK % {"cryptsetup": next(iter(files), CRYPTSETUP)}
        status, console = run_guest(
            script, LOCKED_MODULES if password else MODULES,
            [volume, raw_drive(answer)], files)
        if status or "ANSWERED" not in console:
            raise Ntfs3Error("Linux gave no answer; the end of its console: "
                             + console[-500:])
        return _read_answer(answer)


def main() -> int:
    """Show what ntfs3 says about one volume."""
    volume = read_volume(sys.argv[1], *map(int, sys.argv[2:4]))
    for path, file in sorted(volume.files.items()):
        print(f"{file.inode:8} {file.size:12} {file.sha256 or '-':64} {path}")
    for message in volume.messages:
        print(message)
    print(f"mounts: {volume.mounts}, for writing: {volume.mounts_for_writing}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
