#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Images that are cut short, random, damaged or cannot be written: one clear
sentence, nothing written, never a sanitizer's words.
"""

import os
import random
import resource
import signal
import struct
import subprocess

import suite
from class_room import ClassRoom
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, loopbreaker
from volume_maker import (BAD_FILE, MIB, NtfsVolume, copy, digest,
                          fingerprint, make_volume)

IS_DEEP = bool(os.environ.get("LOOPBREAKER_DEEP"))
RANDOM_IMAGES = 400 if IS_DEEP else 40
DAMAGED_IMAGES = 1000 if IS_DEEP else 80
LENGTHS = 400 if IS_DEEP else 60
ORDER = ("apply", "--hold", BAD_FILE)
NTFS_MAGIC = b"\xeb\x52\x90NTFS    \x00\x02\x08"
CHANGED_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFF)


class ImageTest(ClassRoom):
    """A folder of its own, with one good volume."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.volume = make_volume(cls.path("volume"))
        with open(cls.volume, "rb") as file:
            cls.content = file.read()

    def make(self, content: bytes) -> str:
        """An image with this content."""
        path = self.path("image")
        with open(path, "wb") as file:
            file.write(content)
        return path

    def check_refusal(self, image: str, *words: str, before: str = "",
                      **options):
        """One sentence, nothing written."""
        before = before or digest(image)
        run = loopbreaker(*words, image, **options)
        self.assertIn(run.status, (REFUSED, BAD_INPUT), run)
        self.assertTrue(run.reason())
        self.assertEqual(digest(image), before, run)
        return run


class NotNtfs(ImageTest):
    """What never was an NTFS volume."""

    def test_random_bytes(self):
        for seed in range(RANDOM_IMAGES):
            dice = random.Random(seed)
            content = bytearray(dice.randbytes(dice.choice(
                (512, 513, 4096, 65536, MIB, dice.randrange(2 * MIB)))))
            if seed % 4 == 1:  # a partition table of nonsense
                content[510:512] = b"\x55\xaa"
            with self.subTest(seed=seed):
                image = self.make(bytes(content))
                self.check_refusal(image, *ORDER)
                self.check_refusal(image, "plan", "--json")

    def test_random_bytes_behind_an_ntfs_boot_sector(self):
        for seed in range(RANDOM_IMAGES):
            dice = random.Random(seed)
            content = bytearray(dice.randbytes(256 * 1024))
            if seed % 2:
                content[:512] = self.content[:512]
            else:
                content[:len(NTFS_MAGIC)] = NTFS_MAGIC
                content[510:512] = b"\x55\xaa"
            if seed % 3 == 0:
                content[40:48] = struct.pack("<Q", len(content) // 512 - 1)
            with self.subTest(seed=seed):
                image = self.make(bytes(content))
                self.check_refusal(image, *ORDER)
                self.check_refusal(image, "undo", "--path", BAD_FILE)

    def test_containers(self):
        for name, head in (
                ("qcow2", b"QFI\xfb\0\0\0\x03"), ("VMDK", b"KDMV\1"),
                ("VMDK", b"# Disk DescriptorFile\nversion=1\n"),
                ("VHDX", b"vhdxfile"), ("VHD", b"conectix"),
                ("VDI", b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(
                    64, b"\0") + b"\x7f\x10\xda\xbe")):
            for content in (head, head + bytes(MIB)):
                image = self.make(content)
                run = self.check_refusal(image, *ORDER)
                self.assertEqual(run.status, BAD_INPUT)
                self.assertIn(f"is a {name} container", run.reason())
                self.assertEqual(run.output, "")

    def test_other_file_systems(self):
        for words in (("mkfs.vfat", "-C"), ("mkfs.ext4", "-q", "-F")):
            image = self.path(words[0])
            subprocess.run([*words, image, "8192"], check=True,
                           capture_output=True,
                           env=dict(os.environ, PATH=os.environ["PATH"]
                                    + ":/usr/sbin:/sbin"))
            with self.subTest(kind=words[0]):
                self.check_refusal(image, *ORDER)
                self.check_refusal(image, "plan")


class CutShort(ImageTest):
    """A volume that ends too early."""

    def lengths(self) -> list[int]:
        """Around every kind of border, and anywhere."""
        dice = random.Random(20240719)
        with open(self.volume, "rb") as file:
            volume = NtfsVolume(file)
        start = volume.mft_cluster * volume.cluster_size
        # Behind the last cluster there is only a copy of the boot sector.
        end = volume.size_bytes - volume.sector_size
        end -= end % volume.cluster_size
        borders = [0, 512, 4096, 8192, end // 2, end - 512, end]
        borders += [start + 1024 * record for record in (0, 1, 2, 6, 16, 24)]
        found = {border + step for border in borders for step in (-1, 0, 1)}
        found |= {dice.randrange(end) for _ in range(LENGTHS)}
        return sorted(n for n in found if 0 <= n < end)

    def test_every_length(self):
        for length in self.lengths():
            with self.subTest(length=length):
                image = self.make(self.content[:length])
                self.check_refusal(image, *ORDER)
        for length in self.lengths()[::8]:
            with self.subTest(length=length):
                image = self.make(self.content[:length])
                self.check_refusal(image, "plan", "--json", "--hold", BAD_FILE)
                self.check_refusal(image, "undo", "--path", BAD_FILE)
                self.check_refusal(image, "apply", flavour="host")


class Damaged(ImageTest):
    """Bytes of the metadata changed at random."""

    def damaged(self, seed: int) -> bytes:
        """The volume with some changed bytes where its metadata lies."""
        dice = random.Random(seed)
        content = bytearray(self.content)
        used = [i for i in range(0, len(content), 512)
                if any(content[i:i + 512])]
        for _ in range(dice.choice((1, 1, 2, 8, 64))):
            place = dice.choice(used) + dice.randrange(512)
            content[place] = dice.choice((*CHANGED_BYTES,
                                          dice.randrange(256)))
        return bytes(content)

    def test_changed_bytes(self):
        """It works, or nothing is written: never anything in between."""
        done = 0
        for seed in range(DAMAGED_IMAGES):
            with self.subTest(seed=seed):
                image = self.make(self.damaged(seed))
                before = digest(image)
                run = loopbreaker(*ORDER, image)
                if run.status == DONE:
                    done += 1
                    self.assertEqual(run.words, "", run)
                    continue
                self.assertIn(run.status, (REFUSED, BAD_INPUT), run)
                self.assertTrue(run.reason())
                self.assertEqual(digest(image), before, run)
        # Were it all or none, the test would be about nothing.
        self.assertGreater(done, 0)
        self.assertLess(done, DAMAGED_IMAGES)


class NotWritable(ImageTest):
    """The image can be read, but writing to it fails."""

    def write_limit(self, limit: int) -> dict:
        """Options for a run whose writes fail from this offset on."""
        def set_limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return {"preexec_fn": set_limit, "restore_signals": False}

    def test_first_write_fails(self):
        image = self.make(self.content)
        before = digest(image)
        run = loopbreaker(*ORDER, image, **self.write_limit(512))
        self.assertEqual(run.status, IO_ERROR, run)
        self.assertIn("broke off", run.reason())
        self.assertEqual(digest(image), before)

    def test_a_later_write_fails(self):
        """It can be finished afterwards."""
        whole = self.make(self.content)
        self.assertEqual(loopbreaker(*ORDER, whole).status, DONE)
        wanted = self.listing(whole)
        changed = self.changes(whole)
        for place in changed[1:]:
            with self.subTest(place=place):
                image = self.make(self.content)
                run = loopbreaker(*ORDER, image, **self.write_limit(place))
                self.assertEqual(run.status, IO_ERROR, run)
                self.assertIn("broke off", run.reason())
                run = loopbreaker(*ORDER, image)
                self.assertEqual((run.status, run.words), (DONE, ""), run)
                self.assertEqual(self.listing(image), wanted)

    def changes(self, image: str) -> list[int]:
        """The offsets of the sectors that differ from the volume's."""
        with open(image, "rb") as file:
            content = file.read()
        return [i for i in range(0, len(content), 512)
                if content[i:i + 512] != self.content[i:i + 512]]

    def listing(self, image: str) -> str:
        """All files, as The Sleuth Kit sees them."""
        return subprocess.run(["fls", "-r", "-p", image], check=True,
                              capture_output=True, text=True).stdout

    def test_plan_needs_no_writing(self):
        image = copy(self.volume, self.path("plan"))
        before = fingerprint(image)
        run = loopbreaker("plan", "--hold", BAD_FILE, image,
                          **self.write_limit(0))
        # Pipes are no files: what is printed is not limited.
        self.assertEqual((run.status, run.words), (DONE, ""), run)
        self.assertEqual(fingerprint(image), before)


if __name__ == "__main__":
    suite.main()
