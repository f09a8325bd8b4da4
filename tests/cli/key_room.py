# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of its own for the tests of a class, with keys in it.

Keys are made for one run and are worth nothing.
"""

import subprocess

from class_room import ClassRoom


def must(*command: str) -> str:
    """Run a tool that has to work; returns what it printed."""
    done = subprocess.run(command, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise AssertionError(f"{command[0]}: {done.stderr}")
    return done.stdout


class KeyRoom(ClassRoom):
    """The folder."""

    @classmethod
    def make_key(cls, name: str, bits: int = 3072) -> None:
        """NAME.pem, and its public half NAME.pub."""
        must("openssl", "genrsa", "-out", cls.path(name + ".pem"), str(bits))
        must("openssl", "rsa", "-in", cls.path(name + ".pem"), "-pubout",
             "-out", cls.path(name + ".pub"))
