# SPDX-License-Identifier: GPL-2.0-or-later
"""A TPM for the test PC: swtpm, for as long as one QEMU runs.

Both talk over a pair of connected sockets; nothing listens anywhere.
"""

import os
import socket
import subprocess
import tempfile


class Tpm:
    """A running swtpm; its state stays in @directory from boot to boot."""

    def __init__(self, directory: str, device: str):
        """@device: how QEMU calls it on this machine"""
        self._device = device
        os.makedirs(directory, exist_ok=True)
        self._words = tempfile.TemporaryFile()
        self.socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                ["swtpm", "socket", "--tpm2", "--terminate", "--tpmstate",
                 f"dir={os.path.abspath(directory)}", "--ctrl",
                 f"type=unixio,clientfd={theirs.fileno()}"],
                stdin=subprocess.DEVNULL, stdout=self._words,
                stderr=self._words, pass_fds=(theirs.fileno(),))

    def arguments(self) -> list[str]:
        """QEMU's; it has to inherit self.socket."""
        return ["-chardev", f"socket,id=tpm,fd={self.socket.fileno()}",
                "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device",
                f"{self._device},tpmdev=tpm0"]

    def close(self) -> str:
        """End it, which it does by itself when QEMU has gone.

        Returns what it complained about.
        """
        self.socket.close()
        status = self._process.wait()
        self._words.seek(0)
        words = self._words.read().decode("utf-8", "replace").strip()
        self._words.close()
        return f"swtpm: {words}" if status else ""
