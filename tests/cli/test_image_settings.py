#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The settings for servers that make images writes: would dnsmasq, nginx and
rsyslog take them?
"""

import glob
import os
import re
import subprocess

import suite
from image_room import ImageTest, content, environment, tool

SERVER = ("--server", "10.1.2.3/24")
SERVER6 = ("--server6", "2001:db8::3")
RANGES = ("--range", "10.1.2.100,10.1.2.200", "--range6",
          "2001:db8::100,2001:db8::1ff", "--interface", "lan0")
# It makes a folder for each, and gives it to somebody else.
NGINX_KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
POSTGRESQL = "#pgsql "
# nginx takes its addresses even to try: in a network of its own.  Only who is not
# root needs a user namespace for that, and root in a chroot may have none.
ALONE = ("unshare", "--net", *(["--map-root-user"] if os.geteuid() else []),
         "sh", "-c",
         "ip link set lo up && ip address add 10.1.2.3/24 dev lo && "
         "ip address add 2001:db8::3/64 dev lo nodad && exec \"$@\"", "sh")


class Settings(ImageTest):
    """Each tool reads its file."""

    def made(self, *words):
        """The folder of one run."""
        self.run_make("--only", "pxe", "--root", self.path("srv"), "--logs",
                      self.path("logs"), *words)
        return self.path("images/pxe")

    def texts(self, folder):
        """All settings."""
        return {name: content(path).decode("ascii") for path in
                glob.glob(folder + "/*.conf") + glob.glob(
                    folder + "/files/*.ipxe")
                for name in [os.path.basename(path)]}

    def test_nothing_is_left_to_fill_in(self):
        for words in ((), SERVER, (*SERVER, *SERVER6, *RANGES)):
            texts = self.texts(self.made(*words))
            self.assertEqual(set(texts), {
                "dnsmasq.conf", "nginx.conf", "rsyslog.conf",
                "loopbreaker.ipxe"})
            for name, text in texts.items():
                self.assertNotRegex(text, r"@\w", name)
                # Half of it explains the other half.
                lines = [line for line in text.splitlines() if line]
                remarks = sum(line.lstrip().startswith("#") for line in lines)
                self.assertGreater(remarks * 4, len(lines), name)

    def test_dnsmasq(self):
        os.makedirs(self.path("srv"), exist_ok=True)
        for words in ((), SERVER, (*SERVER, *SERVER6),
                      (*SERVER, *SERVER6, *RANGES)):
            with self.subTest(words):
                folder = self.made(*words)
                self.assertIn("syntax check OK", tool(
                    "dnsmasq", "--test", "-C", folder + "/dnsmasq.conf"))
        # One or the other, never both.
        with_range = self.texts(self.made(*SERVER, *RANGES[:2]))
        without = self.texts(self.made(*SERVER))
        proxy = re.compile(r"^(dhcp-range=10\.1\.2\.0,proxy|pxe-service=)",
                           re.M)
        self.assertIsNone(proxy.search(with_range["dnsmasq.conf"]))
        self.assertRegex(with_range["dnsmasq.conf"],
                         r"(?m)^dhcp-option-force=7,10\.1\.2\.3$")
        # Who needs a router or names is told so, where it is set and in the page.
        self.assertRegex(with_range["dnsmasq.conf"],
                         r"(?m)^dhcp-option=option:router$")
        self.assertIn("neither a router nor a DNS server",
                      " ".join(with_range["dnsmasq.conf"].split("\n#     ")))
        with open(os.path.join(suite.TOP, "docs/images.md"),
                  encoding="utf-8") as file:
            self.assertIn("needs no router", file.read())
        self.assertIsNotNone(proxy.search(without["dnsmasq.conf"]))
        self.assertNotRegex(without["dnsmasq.conf"], r"(?m)^dhcp-boot")
        # dnsmasq takes numbers for text there: two letters and a text make the
        # 16 bytes, of which the last ten count.
        with_range6 = self.texts(self.made(*SERVER, *SERVER6, *RANGES))
        self.assertRegex(with_range6["dnsmasq.conf"],
                         r"(?m)^dhcp-option-force=tag:http6-x64,option6:16,"
                         r"[A-Z]{2},HTTPClient$")

    def test_nginx(self):
        for words in (SERVER, (*SERVER, *SERVER6)):
            folder = self.made(*words)
            whole = self.path("nginx.conf")
            with open(whole, "w", encoding="ascii") as file:
                file.write(f"user root;\npid {self.path('pid')};\n"
                           "events {}\nhttp {\n")
                for kind in NGINX_KINDS:
                    file.write(f"{kind}_temp_path {self.path('parts')};\n")
                file.write(content(folder + "/nginx.conf").decode().replace(
                    "/var/log/nginx", self.path(".")) + "}\n")
            said = tool(*ALONE, "nginx", "-t", "-e", self.path("errors"),
                        "-c", whole)
            self.assertIn("test is successful", said)

    def check_rsyslog(self, text):
        """rsyslogd reads it behind the one line of Debian's that it needs."""
        path = self.path("rsyslog.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(f'global(workDirectory="{self.path(".")}")\n{text}')
        done = subprocess.run(["rsyslogd", "-N1", "-f", path], text=True,
                              env=environment(), capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stderr, "(?i)error|warning")

    def test_rsyslog(self):
        for words in (SERVER, (*SERVER, *SERVER6)):
            self.check_rsyslog(self.texts(self.made(*words))["rsyslog.conf"])

    def test_rsyslog_with_postgresql(self):
        text = self.texts(self.made(*SERVER))["rsyslog.conf"]
        self.assertEqual(text.count("\n" + POSTGRESQL), 8)
        if not glob.glob("/usr/lib/*/rsyslog/ompgsql.so"):
            self.skipTest("rsyslog-pgsql is not installed")
        self.check_rsyslog(text.replace("\n" + POSTGRESQL, "\n"))

    def ipxe_script(self, *words):
        """What is fetched, with where its failure leads."""
        text = self.texts(self.made(*SERVER, *words))["loopbreaker.ipxe"]
        self.assertTrue(text.startswith("#!ipxe\n"))
        fetched = re.findall(
            r"^(?:imgfetch|chain) \$\{base\}/(\S+) \|\| goto (\w+)$", text,
            re.M)
        self.assertEqual(len(fetched), len(re.findall(
            r"^(?:imgfetch|chain) ", text, re.M)))
        # It leads to behind what belongs together, and never back.
        at = [text.index(f"\n{mark}\n") for mark in (
            "imgfetch ${base}/policy.dtb.sig || goto failed", ":order",
            "imgfetch ${base}/incident-order.dtb.sig || goto failed",
            ":program", "exit", ":failed")]
        self.assertEqual(at, sorted(at))
        return fetched

    def test_ipxe(self):
        """What was given has to be there; the rest may be, as a whole."""
        order, policy = (
            "--order", self.ordered("--name", "a.sys"), "--policy-key",
            self.path("owner.pub")), (
                "--policy", self.signed(self.compiled()), "--policy-key",
                self.path("owner.pub"))
        for words, ends in (((), ("order", "program")),
                            (policy, ("failed", "program")),
                            (order, ("order", "failed")),
                            (policy + order[:2], ("failed", "failed"))):
            with self.subTest(words):
                self.assertEqual(self.ipxe_script(*words), [
                    ("policy.dtb", ends[0]), ("policy.dtb.sig", "failed"),
                    ("incident-order.dtb", ends[1]),
                    ("incident-order.dtb.sig", "failed"),
                    ("loopbreaker-${arch}.efi", "failed")])


if __name__ == "__main__":
    suite.main()
