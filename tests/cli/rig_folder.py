# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the rig's modules importable, and gives each test a folder."""

import os
import sys
import tempfile
import unittest

from suite import TOP

sys.path[:0] = [os.path.join(TOP, "tests", part)
                for part in ("boot", "support")]

MIB = 1 << 20


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def path(self, name):
        """The path of a file in it."""
        return os.path.join(self.directory, name)
