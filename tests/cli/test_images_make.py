#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make images: does make hand on all that it is told?"""

import os
import subprocess

import suite
from image_room import ImageTest, content, environment

USB = "loopbreaker-usb.img"


class Make(ImageTest):
    """make images hands everything on."""

    def test_all_of_it(self):
        words = [f"POLICY={self.signed(self.compiled())}",
                 f"POLICY_KEY={self.path('owner.pub')}",
                 f"ORDER={self.ordered('--name', 'a.sys')}",
                 f"KEYS={self.path('keys.csv')}", "PLAIN_KEYS=yes",
                 "ONLY=usb pxe",
                 f"KEY={self.path('db.key')}", f"CERT={self.path('db.crt')}",
                 f"SHIM={suite.BUILD}/shim",
                 "SERVER=10.1.2.3/24", "SERVER6=2001:db8::3",
                 "RANGE=10.1.2.100,10.1.2.200",
                 "RANGE6=2001:db8::100,2001:db8::1ff", "INTERFACE=lan0",
                 "ROOT=/srv/lb", "LOGS=/var/log/lb",
                 "SOURCE_DATE_EPOCH=1767225600"]
        env = {name: value for name, value in environment(
            POLICY="/from/the/environment").items()
               if not name.startswith(("MAKE", "MFLAGS"))}
        build = os.path.relpath(suite.BUILD, suite.TOP)
        done = subprocess.run(
            ["make", "SETUP=no", f"BUILD={build}", "images", *words],
            cwd=suite.TOP, env=env, text=True, capture_output=True,
            check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        folder = os.path.join(suite.BUILD, "images")
        self.assertIn(USB, done.stdout)
        self.assertEqual(set(os.listdir(folder)), {USB, "pxe", "SHA256SUMS"})
        self.assertIn("WARNING", done.stderr)
        settings = content(folder + "/pxe/dnsmasq.conf").decode()
        for text in ("interface=lan0", "tftp-root=/srv/lb",
                     "dhcp-range=10.1.2.100,10.1.2.200,255.255.255.0",
                     "dhcp-range=2001:db8::100,2001:db8::1ff"):
            self.assertIn(text, settings)
        self.assertEqual(1767225600, os.path.getmtime(
            folder + "/pxe/files/policy.dtb"))
        self.assertIn("/var/log/lb/",
                      content(folder + "/pxe/rsyslog.conf").decode())
        self.assertEqual(set(os.listdir(folder + "/pxe/files")), {
            "loopbreaker-x64.efi", "loopbreaker-aa64.efi", "policy.dtb",
            "policy.dtb.sig", "incident-order.dtb", "incident-order.dtb.sig",
            "loopbreaker.ipxe", "shimx64.efi", "mmx64.efi", "grubx64.efi",
            "shimaa64.efi", "mmaa64.efi", "grubaa64.efi"})


if __name__ == "__main__":
    suite.main()
