# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of its own for the tests of a class, with keys in it.

Keys are made for one run and are worth nothing.
"""

import os
import subprocess
import tempfile
import unittest


def must(*command: str) -> str:
    """Run a tool that has to work; returns what it printed."""
    done = subprocess.run(command, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise AssertionError(f"{command[0]}: {done.stderr}")
    return done.stdout


class KeyRoom(unittest.TestCase):
    """The folder."""

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def path(cls, name: str) -> str:
        """The path of a file in the folder."""
        return os.path.join(cls.room.name, name)

    @classmethod
    def make_key(cls, name: str, bits: int = 3072) -> None:
        """NAME.pem, and its public half NAME.pub."""
        must("openssl", "genrsa", "-out", cls.path(name + ".pem"), str(bits))
        must("openssl", "rsa", "-in", cls.path(name + ".pem"), "-pubout",
             "-out", cls.path(name + ".pub"))
