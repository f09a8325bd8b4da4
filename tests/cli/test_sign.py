#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/sign: a site's keys in the application, and what it refuses."""

import os
import struct
import subprocess

import suite
from key_room import KeyRoom, must
from terminal import Terminal
from token_room import PIN, forget_token, key_name, make_token

TOOL = os.path.join(suite.TOP, "scripts", "sign")
FINISH = os.path.join(suite.TOP, "scripts", "pe-finish")
APPLICATIONS = [os.path.join(suite.BUILD, f"loopbreaker-{arch}.efi")
                for arch in ("x64", "aa64")]
GOOD, REFUSED, ERROR = range(3)
KEY_BYTES = 388


def run(*command):
    """A finished process."""
    return subprocess.run(command, capture_output=True, text=True,
                          check=False)


def sections(path):
    """Name -> (virtual size, address, raw size, raw, flags)."""
    with open(path, "rb") as file:
        data = file.read()
    pe, = struct.unpack_from("<I", data, 60)
    count, = struct.unpack_from("<H", data, pe + 6)
    size, = struct.unpack_from("<H", data, pe + 20)
    first = pe + 24 + size
    found = {}
    for at in range(first, first + 40 * count, 40):
        name = data[at:at + 8].rstrip(b"\0").decode()
        found[name] = (*struct.unpack_from("<IIII", data, at + 8),
                       struct.unpack_from("<I", data, at + 36)[0])
    image_size, = struct.unpack_from("<I", data, pe + 24 + 56)
    return data, found, image_size


class SignRoom(KeyRoom):
    """Keys that are made for this run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, bits in (("owner", 3072), ("next", 3072), ("small", 2048)):
            cls.make_key(name, bits)
        must("openssl", "req", "-x509", "-key", cls.path("owner.pem"),
             "-subj", "/CN=Test/", "-out", cls.path("owner.crt"))
        must("openssl", "genrsa", "-3", "-out", cls.path("three.pem"), "3072")
        must("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out",
             cls.path("curve.pem"))

    def sign(self, *words, application=APPLICATIONS[0], status=GOOD):
        """Returns the path of the output, or what was said."""
        output = self.path("output.efi")
        if os.path.exists(output):
            os.remove(output)
        done = run(TOOL, *words, application, output)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(os.path.exists(output), status == GOOD)
        return output if status == GOOD else done.stderr


class SignTest(SignRoom):
    """Keys in files."""

    def modulus(self, name):
        text = must("openssl", "rsa", "-in", self.path(name), "-noout",
                    "-modulus")
        return bytes.fromhex(text.strip().removeprefix("Modulus="))

    def test_the_section(self):
        for application in APPLICATIONS:
            before, old, _ = sections(application)
            output = self.sign("--policy-key", self.path("owner.pub"),
                               application=application)
            data, new, image_size = sections(output)
            size, address, raw_size, raw, flags = new.pop(".lbkey")
            self.assertEqual(new, old)
            self.assertEqual(size, KEY_BYTES)
            self.assertEqual(data[raw:raw + size],
                             b"LBK1" + self.modulus("owner.pem"))
            self.assertEqual((address % 4096, raw % 4096, raw_size % 4096),
                             (0, 0, 0))
            self.assertEqual(flags, 0x40000040)  # nor written nor executed
            self.assertEqual(image_size, address + raw_size)
            self.assertEqual(len(data), raw + raw_size)
            self.assertEqual(data[4096:len(before)], before[4096:])
            self.assertEqual(run(FINISH, "--check", output).returncode, 0)

    def test_every_kind_of_key_file(self):
        outputs = set()
        for name in ("owner.pem", "owner.pub", "owner.crt"):
            with open(self.sign("--policy-key", self.path(name)),
                      "rb") as file:
                outputs.add(file.read())
        self.assertEqual(len(outputs), 1)
        self.assertNotIn(b"PRIVATE", outputs.pop())

    def test_two_keys(self):
        output = self.sign("--policy-key", self.path("owner.pub"),
                           "--policy-key", self.path("next.pub"))
        data, found, _ = sections(output)
        size, _, _, raw, _ = found[".lbkey"]
        self.assertEqual(size, 2 * KEY_BYTES)
        self.assertEqual(data[raw + KEY_BYTES:raw + size],
                         b"LBK1" + self.modulus("next.pem"))
        self.sign(*["--policy-key", self.path("owner.pub")] * 5, status=ERROR)

    def test_secure_boot(self):
        output = self.sign("--policy-key", self.path("owner.pub"), "--key",
                           self.path("owner.pem"), "--cert",
                           self.path("owner.crt"))
        self.assertEqual(run("sbverify", "--cert", self.path("owner.crt"),
                             output).returncode, 0)
        signed = self.path("signed.efi")
        os.rename(output, signed)
        said = self.sign("--policy-key", self.path("owner.pub"),
                         application=signed, status=REFUSED)
        self.assertIn(f"{signed}: It is signed already", said)
        # What was signed covers the keys.
        with open(signed, "r+b") as file:
            data, found, _ = sections(signed)
            file.seek(found[".lbkey"][3] + 100)
            file.write(bytes([data[found[".lbkey"][3] + 100] ^ 1]))
        self.assertNotEqual(run("sbverify", "--cert", self.path("owner.crt"),
                                signed).returncode, 0)

    def signed_at(self, moment, name):
        """Sign, with SOURCE_DATE_EPOCH or without; the bytes, and what is left
        of them without the signature.
        """
        os.environ.pop("SOURCE_DATE_EPOCH", None)
        if moment:
            os.environ["SOURCE_DATE_EPOCH"] = moment
        self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH", None)
        path = self.path(name)
        os.rename(self.sign("--policy-key", self.path("owner.pub"), "--key",
                            self.path("owner.pem"), "--cert",
                            self.path("owner.crt")), path)
        with open(path, "rb") as file:
            whole = file.read()
        must("sbattach", "--remove", path)
        with open(path, "rb") as file:
            return whole, file.read()

    def test_the_same_signature_again(self):
        first = self.signed_at("1753000000", "first.efi")
        second = self.signed_at("1753000000", "second.efi")
        other = self.signed_at("1753000001", "other.efi")
        now = self.signed_at(None, "now.efi")
        self.assertEqual(first, second)
        self.assertEqual(len({first[0], other[0], now[0]}), 3)
        self.assertEqual({first[1]}, {other[1], now[1]})
        os.environ["SOURCE_DATE_EPOCH"] = "today"
        said = self.sign("--key", self.path("owner.pem"), "--cert",
                         self.path("owner.crt"), status=ERROR)
        self.assertIn("SOURCE_DATE_EPOCH is today", said)

    def test_keys_that_are_refused(self):
        for name, word in (("small.pub", "2048 bits"), ("three.pem", "3;"),
                           ("curve.pem", "")):
            done = run(TOOL, "--policy-key", self.path(name), APPLICATIONS[0],
                       self.path("none.efi"))
            self.assertIn(done.returncode, (REFUSED, ERROR), name)
            self.assertIn(word, done.stderr)
            self.assertIn(self.path(name), done.stderr)
            self.assertFalse(os.path.exists(self.path("none.efi")))

    def test_what_is_no_application(self):
        path = self.path("text")
        with open(path, "wb") as file:
            file.write(b"MZ no application")
        said = self.sign("--policy-key", self.path("owner.pub"),
                         application=path, status=REFUSED)
        self.assertIn(path + ": ", said)
        for words, application in (
                (("--policy-key", self.path("nothing")), APPLICATIONS[0]),
                (("--policy-key", self.path("owner.pub")),
                 self.path("nothing"))):
            said = self.sign(*words, application=application, status=ERROR)
            self.assertIn(self.path("nothing"), said)
        said = self.sign("--policy-key", path, status=ERROR)
        self.assertIn(path + ": ", said)
        said = self.sign("--key", path, "--cert", self.path("owner.crt"),
                         status=ERROR)
        self.assertIn(path, said)

    def test_a_certificate_of_another_key(self):
        said = self.sign("--key", self.path("next.pem"), "--cert",
                         self.path("owner.crt"), status=ERROR)
        self.assertIn("the certificate is not that of the key", said)

    def test_twice(self):
        once = self.path("once.efi")
        os.rename(self.sign("--policy-key", self.path("owner.pub")), once)
        said = self.sign("--policy-key", self.path("owner.pub"),
                         application=once, status=REFUSED)
        self.assertIn(f"{once}: It has keys already", said)

    def test_wrong_calls(self):
        self.sign(status=ERROR)
        self.sign("--key", self.path("owner.pem"), status=ERROR)
        self.assertEqual(run(TOOL).returncode, ERROR)


class TokenTest(SignRoom):
    """A key in a token."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_token(cls.path("token"), cls.path("owner.pem"))

    @classmethod
    def tearDownClass(cls):
        forget_token()
        super().tearDownClass()

    def with_token(self, key, status=GOOD):
        return self.sign("--policy-key", self.path("owner.pub"), "--key", key,
                         "--cert", self.path("owner.crt"), status=status)

    def verified(self, path):
        must("sbverify", "--cert", self.path("owner.crt"), path)
        with open(path, "rb") as file:
            return file.read()

    def pin_file(self, text):
        with open(self.path("pin"), "w", encoding="ascii") as file:
            file.write(text)
        return ";pin-source=file:" + self.path("pin")

    def test_the_same_as_with_a_file(self):
        os.environ["SOURCE_DATE_EPOCH"] = "1753000000"
        self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH")
        first = self.verified(self.with_token(key_name()))
        second = self.verified(self.with_token(self.path("owner.pem")))
        self.assertEqual(first, second)

    def test_a_file_with_the_pin(self):
        self.verified(self.with_token(key_name(self.pin_file(PIN))))
        said = self.with_token(key_name(self.pin_file(PIN + "\n")), ERROR)
        self.assertIn("line feed", said)

    def test_what_is_wrong(self):
        for key, words in (
                (key_name(";pin-value=000000"), "did not take the PIN"),
                (key_name(label="other"), "no such key"),
                (key_name(token="other"), "no token of that name")):
            said = self.with_token(key, ERROR)
            self.assertIn(words, said)
            self.assertNotIn(PIN, said)
            self.assertNotIn("000000", said)
        os.environ["SOFTHSM2_CONF"] = self.path("nothing")
        self.addCleanup(os.environ.__setitem__, "SOFTHSM2_CONF",
                        self.path("token/softhsm2.conf"))
        self.assertIn("no token can be reached",
                      self.with_token(key_name(), ERROR))

    def test_no_pin_and_nobody_to_ask(self):
        output = self.path("nobody.efi")
        done = subprocess.run(
            [TOOL, "--key", key_name(""), "--cert", self.path("owner.crt"),
             APPLICATIONS[0], output], stdin=subprocess.DEVNULL, text=True,
            capture_output=True, check=False)
        self.assertEqual(done.returncode, ERROR)
        self.assertIn("there is no PIN", done.stderr)
        self.assertFalse(os.path.exists(output))

    def test_asked_at_a_terminal(self):
        output = self.path("asked.efi")
        terminal = Terminal("--key", key_name(""), "--cert",
                            self.path("owner.crt"), APPLICATIONS[0], output,
                            program=TOOL)
        terminal.wait_for("pass phrase:")
        self.assertTrue(terminal.hides())
        terminal.type(PIN + "\n")
        self.assertEqual(terminal.end(), GOOD, terminal.shown)
        self.verified(output)


if __name__ == "__main__":
    suite.main()
