#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make images with shim: what lies where, and what is refused.

The scenarios shim-* start what is made here.
"""

import os
import shutil
import tomllib

import suite
from image_room import FAT_START, REFUSED, ImageTest, content, tool
from key_room import must

SHIM = os.path.join(suite.BUILD, "shim")
FILES = ("shimx64.efi", "mmx64.efi", "shimaa64.efi", "mmaa64.efi")
USB = "loopbreaker-usb.img"


class Shim(ImageTest):
    """What --shim makes of the images."""

    def key_words(self):
        return ["--key", self.path("db.key"), "--cert", self.path("db.crt")]

    def made(self, folder, *words):
        """Returns the stick's volume and what was said."""
        said = self.run_make("--shim", folder, *self.key_words(), *words)
        return f"{self.path('images/' + USB)}@@{FAT_START}", said

    def folder(self, *names):
        """A folder with some of the files, under the package's names."""
        path = self.path("some")
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        for name in names:
            shutil.copy(os.path.join(SHIM, name),
                        os.path.join(path, name + ".signed"))
        return path

    def verified(self, name):
        """Loopbreaker as the site has signed it."""
        tool("sbverify", "--cert", self.path("db.crt"), name)
        return content(name)

    def test_all_of_it(self):
        volume, said = self.made(SHIM)
        self.assertNotIn("shim", said)
        served = self.path("images/pxe/files/")
        for arch, default in (("x64", "BOOTX64.EFI"),
                              ("aa64", "BOOTAA64.EFI")):
            for name, source in ((default, f"shim{arch}.efi"),
                                 (f"mm{arch}.efi", f"mm{arch}.efi")):
                self.assertEqual(
                    self.taken_from(volume, "EFI/BOOT/" + name),
                    content(os.path.join(SHIM, source)))
            for name in (f"shim{arch}.efi", f"mm{arch}.efi"):
                self.assertEqual(content(served + name),
                                 content(os.path.join(SHIM, name)))
            application = self.verified(f"{served}grub{arch}.efi")
            self.assertEqual(application, content(
                f"{served}loopbreaker-{arch}.efi"))
            self.assertEqual(application, self.taken_from(
                volume, f"EFI/BOOT/grub{arch}.efi"))
        must("openssl", "x509", "-in", self.path("db.crt"), "-outform", "DER",
             "-out", self.path("der"))
        self.assertEqual(self.taken_from(volume, "MOK.CER"),
                         content(self.path("der")))
        text = " ".join(self.taken_from(
            volume, "README.TXT").decode().split())
        self.assertIn("Enroll key from disk", text)
        self.assertIn("hold the power button until the PC is off, pull the "
                      "stick", text)
        self.assertNotIn("Windows starts", text)

    def test_what_is_served(self):
        self.made(SHIM, "--only", "usb", "--only", "pxe", "--server",
                  "10.1.2.3/24", "--range", "10.1.2.9,10.1.2.99")
        settings = content(self.path("images/pxe/dnsmasq.conf")).decode()
        self.assertIn("dhcp-boot=tag:pxe-x64,tag:!ipxe,shimx64.efi", settings)
        self.assertIn("http://10.1.2.3/shimaa64.efi", settings)
        self.assertNotIn("loopbreaker-x64.efi", settings)

    def test_ways_that_the_page_names(self):
        with open(os.path.join(
                suite.TOP, "tests/boot/scenarios/shim-from-the-network.toml"),
                "rb") as file:
            ways = tomllib.load(file)["axes"]["network"]
        with open(os.path.join(suite.TOP, "docs/images.md"),
                  encoding="utf-8") as file:
            text = " ".join(file.read().split())
        self.assertLessEqual({"pxe4", "http4"}, set(ways))
        self.assertFalse({"pxe6", "http6"} & set(ways))
        self.assertIn("`shim-from-the-network`: PXE and HTTP boot over IPv4, "
                      "on both processors; IPv6 was not tried", text)

    def test_one_processor(self):
        volume, said = self.made(self.folder("shimx64.efi", "mmx64.efi"),
                                 "--only", "usb")
        self.assertIn("no shimaa64.efi", said)
        self.assertEqual({name for name in self.listed(volume)
                          if name.endswith((".efi", ".EFI"))}, {
            "EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/mmx64.efi",
            "EFI/BOOT/grubx64.efi", "EFI/BOOT/BOOTAA64.EFI"})

    def refused(self, *words, says):
        said = self.run_make("--only", "usb", *words, output="none",
                             status=REFUSED)
        self.assertIn(says, said)
        self.assertFalse(os.path.exists(self.path("none")))

    def test_refused(self):
        self.refused("--shim", self.folder(), *self.key_words(),
                     says="has no shim")
        self.refused("--shim", self.folder("shimx64.efi"), *self.key_words(),
                     says="has no mmx64.efi")
        folder = self.folder(*FILES)
        shutil.copy(os.path.join(suite.BUILD, "loopbreaker-x64.efi"),
                    os.path.join(folder, "mmx64.efi.signed"))
        self.refused("--shim", folder, *self.key_words(), says="is not signed")
        said = self.run_make("--shim", SHIM, output="none", status=2)
        self.assertIn("--key and --cert", said)


if __name__ == "__main__":
    suite.main()
