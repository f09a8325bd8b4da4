#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make images: what is in them, as sgdisk, fsck.vfat, mtools, xorriso and
sbverify see it; the same bytes whoever makes them; what is refused.
"""

import os
import pwd
import re
import struct
import subprocess

import suite
from image_room import (
    BOTH, FAILED, FAT_START, MAKE, MIB, REFUSED, ImageTest, content,
    environment, tool)

USB, ISO, SUMS = "loopbreaker-usb.img", "loopbreaker.iso", "SHA256SUMS"
SITE = {"policy.dtb", "policy.dtb.sig", "incident-order.dtb",
        "incident-order.dtb.sig", "site.keys"}
EVERYWHERE = {"README.TXT", "LOGS/", "EFI/", "EFI/BOOT/",
              *("EFI/BOOT/" + name for name in BOTH)}
MOST_USED = 4 * MIB  # of an image, but for pages of zeroes
MOST_BYTES = {USB: 40 * MIB, ISO: 4 * MIB}
REDO_TYPE = "6F1AEB2F-EE5E-4739-B001-9B9A49A3315C"
PYTHON = "/usr/bin/python3"  # everybody's
BASIC_DATA = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"


def used(path: str) -> int:
    """Bytes in pages that are not only zeroes."""
    data = content(path)
    return sum(4096 for at in range(0, len(data), 4096)
               if any(data[at:at + 4096]))


class Whole(ImageTest):
    """All images, with all that a site can give."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("test_usb_table")
        cls.said = case.run_make(*case.site_words())
        cls.usb = f"{case.path('images/' + USB)}@@{FAT_START}"
        cls.fat = cls.path("usb.fat")
        cls.iso_fat = cls.path("EFI.IMG")
        tool("xorriso", "-osirrox", "on", "-indev", cls.path("images/" + ISO),
             "-extract", "/EFI.IMG", cls.iso_fat)

    def partition(self, number):
        """What sgdisk says: words -> value."""
        said = tool("sgdisk", "-i", str(number), self.path("images/" + USB))
        return dict(line.split(": ", 1) for line in said.splitlines()
                    if ": " in line)

    def place(self, number):
        """First byte, and the one behind the last."""
        found = self.partition(number)
        return (int(found["First sector"].split()[0]) * 512,
                int(found["Last sector"].split()[0]) * 512 + 512)

    def test_usb_table(self):
        image = self.path("images/" + USB)
        self.assertIn("No problems found", tool("sgdisk", "-v", image))
        self.assertIn(BASIC_DATA, self.partition(1)["Partition GUID code"])
        self.assertIn(REDO_TYPE, self.partition(2)["Partition GUID code"])
        start, end = self.place(2)
        self.assertEqual(self.place(1), (FAT_START, start))
        self.assertGreaterEqual(end - start, 4 * MIB)
        redo = content(image)[start:end]
        self.assertEqual(redo, b"LBREDO1\n".ljust(len(redo), b"\0"))

    def test_usb_volume(self):
        with open(self.fat, "wb") as file:
            file.write(content(self.path("images/" + USB))[
                slice(*self.place(1))])
        self.assertGreaterEqual(self.check_fat(self.fat, 32), 65525)
        self.assertEqual(tool("mlabel", "-s", "-i", self.usb).strip(),
                         "Volume label is LOOPBREAKER")

    def test_files(self):
        wanted = EVERYWHERE | {"EFI/BOOT/" + name for name in SITE}
        for volume in (self.usb, self.iso_fat):
            with self.subTest(volume):
                self.assertEqual(self.listed(volume), wanted)
                for name in SITE:
                    self.assertEqual(
                        self.taken_from(volume, "EFI/BOOT/" + name),
                        content(self.path("images/pxe/files/" + name)))
                for name, arch in zip(BOTH, ("x64", "aa64")):
                    self.assertEqual(
                        self.taken_from(volume, "EFI/BOOT/" + name),
                        content(self.path(
                            f"images/pxe/files/loopbreaker-{arch}.efi")))
                # Names must not need more than eight and three letters, but
                # for those that are longer: case matters to nobody.
                self.assertIn("2025-07-20", tool("mdir", "-i", volume,
                                                 "::/EFI/BOOT"))
                text = self.taken_from(volume, "README.TXT")
                self.assertIn(b"signed for Secure Boot with a key", text)
                self.assertNotIn(b"{", text)
        self.assertEqual(content(self.path("site.keys")),
                         content(self.path("images/pxe/files/site.keys")))

    def test_iso(self):
        said = tool("xorriso", "-indev", self.path("images/" + ISO),
                    "-report_el_torito", "plain")
        self.assertRegex(said, r"El Torito boot img +: +1 +UEFI +y +none ")
        self.assertIn("/EFI.IMG", said)
        self.assertNotRegex(said, r" BIOS ")
        self.assertGreaterEqual(self.check_fat(self.iso_fat, 16), 4085)
        listed = tool("xorriso", "-indev", self.path("images/" + ISO), "-find")
        self.assertIn("'./README.TXT'", listed)

    def test_signatures(self):
        for arch in ("x64", "aa64"):
            path = self.path(f"images/pxe/files/loopbreaker-{arch}.efi")
            self.assertIn("Signature verification OK", tool(
                "sbverify", "--cert", self.path("db.crt"), path))
            self.ran("policy", "check", "--keys", path, self.signed(
                self.compiled()))
        self.assertNotIn("Secure Boot", self.said)
        self.assertNotIn("policy key", self.said)

    def test_sums(self):
        folder = self.path("images")
        done = subprocess.run(["sha256sum", "--quiet", "-c", SUMS],
                              cwd=folder, check=False)
        self.assertEqual(done.returncode, 0)
        named = {line.split("  ")[1] for line in content(
            self.path("images/" + SUMS)).decode().splitlines()}
        there = {os.path.relpath(os.path.join(above, name), folder)
                 for above, _, names in os.walk(folder) for name in names}
        self.assertEqual(named, there - {SUMS})

    def test_sizes(self):
        for name, most in MOST_BYTES.items():
            path = self.path("images/" + name)
            print(f"counted: {name}: {os.path.getsize(path)} bytes, "
                  f"{used(path)} of them not in pages of zeroes")
            self.assertLessEqual(os.path.getsize(path), most)
            self.assertLessEqual(used(path), MOST_USED)
        served = self.path("images/pxe/files")
        self.assertLessEqual(sum(
            os.path.getsize(os.path.join(served, name))
            for name in os.listdir(served) if "aa64" not in name), MIB)

    def test_written_with_dd(self):
        stick = self.path("stick")
        with open(stick, "wb") as file:
            file.truncate(64 * MIB)
        tool("dd", f"if={self.path('images/' + USB)}", f"of={stick}",
             "bs=4M", "conv=fsync,notrunc")
        # The second table is not at the end of a larger stick.
        self.assertIn(REDO_TYPE, tool("sgdisk", "-i", "2", stick))
        self.assertEqual(self.listed(f"{stick}@@{FAT_START}"),
                         self.listed(self.usb))


class Same(ImageTest):
    """The same bytes, whoever makes them, where and when."""

    def sums(self, *words, output, **options):
        """Make images; their checksums."""
        self.run_make(*words, output=output, **options)
        return content(self.path(output + "/" + SUMS)).decode()

    def test_at_another_time(self):
        words = self.site_words()
        first = self.sums(*words, output="first")
        elsewhere = environment(
            TZ="Pacific/Kiritimati", LC_ALL="de_DE.UTF-8", HOME="/nowhere",
            USER="somebody")
        second = self.sums(
            *words, output="a/longer/name", env=elsewhere, umask=0o077,
            cwd="/", before=("faketime", "-f", "+26h"))
        self.assertEqual(first, second)
        other = self.sums(*words, output="later",
                          env=environment(SOURCE_DATE_EPOCH="1753000002"))
        self.assertNotEqual(first, other)

    def test_as_another_user(self):
        nobody = pwd.getpwnam("nobody")
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        room = self.path("theirs")
        os.mkdir(room)
        os.chown(room, nobody.pw_uid, nobody.pw_gid)
        os.chmod(self.path("."), 0o755)
        as_nobody = dict(user=nobody.pw_uid, group=nobody.pw_gid,
                         extra_groups=())
        try:
            readable = subprocess.run(
                [PYTHON, MAKE, "--help"], capture_output=True,
                check=False, cwd="/", **as_nobody).returncode == 0
        except PermissionError:
            readable = False
        if not readable:
            self.skipTest("nobody else may read this tree")
        self.assertEqual(self.sums(output="ours"),
                         self.sums(output="theirs/images", cwd="/",
                                   python=PYTHON, **as_nobody))

    def test_of_the_last_commit(self):
        """Without SOURCE_DATE_EPOCH, and not signed."""
        env = environment(SOURCE_DATE_EPOCH=None)
        self.assertEqual(
            self.sums(output="one", env=env),
            self.sums(output="two", env=env,
                      before=("faketime", "-f", "@2031-12-24 23:59:57")))

    def test_identity(self):
        """GUIDs and serial number come from the contents."""
        found = []
        for words in ((), (), ("--keys", self.path("site.keys"))):
            self.run_make("--only", "usb", *words)
            image = self.path("images/" + USB)
            found.append((
                tool("sgdisk", "-p", image).split("(GUID): ")[1].split()[0],
                tool("sgdisk", "-i", "1", image).split("unique GUID: ")[1]
                .split()[0],
                tool("sgdisk", "-i", "2", image).split("unique GUID: ")[1]
                .split()[0],
                tool("mdir", "-i", f"{image}@@{FAT_START}").split(
                    "Serial Number is ")[1].split()[0]))
        self.assertEqual(found[0], found[1])
        for one, other in zip(found[0], found[2]):
            self.assertNotEqual(one, other)
        self.assertEqual(len({*found[0], *found[2]}), 8)


class Unsigned(ImageTest):
    """What is said where something is left out."""

    def test_either_half_of_a_policy_key(self):
        """Of a private one only the public half goes in."""
        found = []
        for name in ("owner.pub", "owner.pem"):
            self.run_make("--only", "pxe", "--policy-key", self.path(name))
            found.append(content(self.path(
                "images/pxe/files/loopbreaker-x64.efi")))
        self.assertEqual(found[0], found[1])

    def test_nothing_given(self):
        said = self.run_make()
        self.assertIn("not signed for Secure Boot: PCs on which", said)
        self.assertIn("No policy key was put in", said)
        self.assertIn("for the example 192.0.2.1/24", said)
        volume = f"{self.path('images/' + USB)}@@{FAT_START}"
        self.assertEqual(self.listed(volume), EVERYWHERE)
        self.assertIn(b"not signed", self.taken_from(volume, "README.TXT"))
        for name, arch in zip(BOTH, ("x64", "aa64")):
            self.assertEqual(
                self.taken_from(volume, "EFI/BOOT/" + name),
                content(os.path.join(suite.BUILD, f"loopbreaker-{arch}.efi")))

    def test_only(self):
        self.run_make("--only", "iso")
        self.assertEqual(set(os.listdir(self.path("images"))), {ISO, SUMS})

    def test_plain_keys(self):
        said = self.run_make("--plain-keys", "--keys", self.path("keys.csv"))
        self.assertRegex(said, "WARNING: .*keys.csv goes onto stick and ISO")
        volume = f"{self.path('images/' + USB)}@@{FAT_START}"
        self.assertEqual(self.taken_from(volume, "EFI/BOOT/keys.csv"),
                         content(self.path("keys.csv")))
        self.assertEqual(os.stat(self.path("images")).st_mode & 0o077, 0)
        self.assertNotIn("keys.csv",
                         os.listdir(self.path("images/pxe/files")))


class Refusals(ImageTest):
    """Nothing is made, and what was there stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls("test_wrong_calls").run_make("--only", "iso")
        cls.before = content(cls.path("images/" + SUMS))

    def refused(self, *words, says, status=REFUSED):
        """One that has to be, with these words."""
        said = self.run_make(*words, status=status)
        for text in says:
            self.assertIn(text, said)
        self.assertTrue(said.startswith("images: "), said)
        self.assertTrue(said.rstrip().endswith("."), said)
        self.assertEqual(content(self.path("images/" + SUMS)), self.before)

    def test_policy(self):
        owner = ("--policy-key", self.path("owner.pub"))
        unsigned = self.compiled(name="unsigned")
        self.refused("--policy", unsigned, *owner,
                     says=(unsigned, "is not signed", "policy sign"))
        strange = self.signed(self.compiled(name="strange"), "stranger")
        self.refused("--policy", strange, *owner,
                     says=(strange, "would not be followed", "POLICY_KEY"))
        good = self.signed(self.compiled(name="good"))
        self.refused("--policy", good, says=(good, "POLICY_KEY=site.pub"))
        with open(good, "r+b") as file:
            file.seek(60)
            byte = file.read(1)[0]
            file.seek(60)
            file.write(bytes([byte ^ 1]))
        self.refused("--policy", good, *owner, says=(good,))
        self.refused("--policy", self.path("none.dtb"), *owner,
                     says=("none.dtb", "cannot be read"))
        self.refused("--policy-key", self.path("small.pub"),
                     says=("small.pub", "3072"))

    def test_order(self):
        owner = ("--policy-key", self.path("owner.pub"))
        order = self.ordered("--name", "a.sys")
        os.rename(order + ".sig", order + ".away")
        self.refused("--order", order, *owner,
                     says=(order, "is not signed", "order sign"))
        os.rename(order + ".away", order + ".sig")
        self.refused("--order", order, "--policy-key",
                     self.path("stranger.pub"),
                     says=(order, "would not be followed"))
        self.refused("--policy", order, *owner,
                     says=(order, "an incident order, not a policy"))

    def test_expired_order(self):
        order = self.ordered("--name", "a.sys", name="old.dtb")
        said = self.run_make(
            "--policy-key", self.path("owner.pub"), "--order", order,
            status=REFUSED, before=("faketime", "-f", "+40d"))
        self.assertIn("has expired", said)

    def test_keys(self):
        plain = self.path("keys.csv")
        self.refused("--keys", plain, says=(
            plain, "no sealed key pack", "keys pack", "PLAIN_KEYS=yes"))
        short = self.path("short.keys")
        with open(short, "wb") as file:
            file.write(content(self.path("site.keys"))[:-1])
        for words in ((), ("--plain-keys",)):
            self.refused("--keys", short, *words,
                         says=(short, "damaged key pack"))
        self.refused("--keys", self.path("db.key"), "--plain-keys",
                     says=("no sealed key pack",))

    def pack_of(self, records):
        """A file that is as long as a pack of so many keys, and says so."""
        path = self.path("large.keys")
        with open(path, "wb") as file:
            file.write(b"LBKEYPK1" + struct.pack("<III", 1, 1000000, records))
            file.truncate(96 + 16 + records * 76)
        return path

    def test_pack_for_the_network(self):
        """What PCs would not fetch is not served; they say how much that is."""
        with open(os.path.join(suite.TOP, "efi", "key_fetch.h"),
                  encoding="ascii") as file:
            most = re.search(r"KEY_FETCH_MAX_BYTES \((\d+)u << 20\)",
                             file.read())
        most_bytes = int(most[1]) * MIB
        records = (most_bytes - 112) // 76
        self.assertEqual(records, 55186)
        for words in ((), ("--only", "pxe")):
            self.refused("--keys", self.pack_of(records + 1), *words, says=(
                "large.keys has 55187 keys", "at most 4 MiB, 55186 keys",
                "one pack for each building", "ONLY=usb"))
        self.run_make("--keys", self.pack_of(records), "--only", "pxe",
                      output="served")
        self.assertLessEqual(os.path.getsize(
            self.path("served/pxe/files/site.keys")), most_bytes)
        self.run_make("--keys", self.pack_of(records + 1), "--only", "usb",
                      output="stick")
        for name in ("images", "fleet"):
            with open(os.path.join(suite.TOP, "docs", name + ".md"),
                      encoding="utf-8") as file:
                self.assertIn("55,186 keys", file.read())

    def test_too_large_for_an_iso(self):
        self.refused("--only", "iso", "--keys", self.pack_of(400000), says=(
            "too many for an ISO", "one for each building", "ONLY=usb"))

    def test_secure_boot(self):
        key, cert = self.path("db.key"), self.path("db.crt")
        self.refused("--key", self.path("owner.pem"), "--cert",
                     self.path("none.crt"), says=("none.crt",))
        self.refused("--key", cert, "--cert", cert, says=(
            f"{cert} has no private key in it", "KEY="))
        self.refused("--key", key, "--cert", key, says=(
            f"{key} has no certificate in it", "CERT="))
        # Nobody has to know where it would have gone.
        said = self.run_make("--key", self.path("owner.pem"), "--cert", cert,
                             status=REFUSED)
        self.assertIn("images: loopbreaker-x64.efi with ", said)
        self.assertIn("the certificate is not that of the key", said)

    def test_addresses(self):
        for words, text in (
                (("--server", "10.1.2.3"), "prefix"),
                (("--server", "10.1.2/24"), "SERVER"),
                (("--server6", "10.1.2.3"), "IPv6"),
                (("--server", "10.1.2.3/24", "--range", "10.1.3.1,10.1.3.9"),
                 "not in 10.1.2.0/24"),
                (("--range", "192.0.2.9"), "RANGE"),
                (("--range6", "2001:db8::1,2001:db8::2"), "SERVER6"),
                (("--server", "10.1.2.0/24"), "the network's own address"),
                (("--server", "10.1.2.255/24"), "its broadcast address"),
                (("--interface", "e th"), "INTERFACE is 'e th': give a name "
                 "of 1 to 15 characters out of A-Z a-z 0-9 . _ - :."),
                (("--root", "/srv/a b"), "ROOT is '/srv/a b': give a path "
                 "from / on, of A-Z a-z 0-9 . _ - /, with no spaces."),
                (("--logs", "var/log"), "LOGS is 'var/log': give a path")):
            with self.subTest(words):
                self.refused(*words, says=(text,))

    def test_somebody_elses_folder(self):
        os.mkdir(self.path("other"))
        with open(self.path("other/thesis"), "wb"):
            pass
        said = self.run_make("--only", "iso", output="other", status=REFUSED)
        self.assertIn("Name another folder", said)
        self.assertEqual(os.listdir(self.path("other")), ["thesis"])

    def test_not_built(self):
        self.refused("--build", self.path("."), status=FAILED,
                     says=("has not been built", "run make"))

    def test_wrong_calls(self):
        key = self.path("db.key")
        # In the words of make images, and in those of make.py.
        for words, names in ((("--key", key), ("KEY", "CERT")),
                             (("--shim", "x"), ("SHIM", "KEY", "CERT")),
                             (("--policy-key", key) * 5, ("POLICY_KEY",))):
            said = self.run_make(*words, status=FAILED)
            for name in names:
                self.assertIn(f" {name}=", said)
                self.assertIn("--" + name.lower().replace("_", "-"), said)
        self.run_make("--only", "floppy", status=FAILED)
        env = environment(SOURCE_DATE_EPOCH="yesterday")
        self.assertIn("seconds", self.run_make(
            "--only", "iso", status=REFUSED, env=env))


if __name__ == "__main__":
    suite.main()
