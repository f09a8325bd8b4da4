# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder for all tests of a class, because what is in it takes long to make.
"""

import os
import tempfile
import unittest


class ClassRoom(unittest.TestCase):
    """The folder; it is there until the last test of the class has ended."""

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.room.cleanup)

    @classmethod
    def path(cls, name: str) -> str:
        """The path of a file in it."""
        return os.path.join(cls.room.name, name)
