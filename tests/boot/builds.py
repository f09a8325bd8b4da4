# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that a rig works with, and what else its PCs share."""

import os
import shutil

from kernel_windows import make_kernel_windows
from product_image import NAMES, copy_programs
from scenario import Scenario
from secure_boot import Signers
from site_policy import Site
import shim


class Builds:
    """The programs under test, copied so that nothing mixes them up."""

    def __init__(self, build: str, directory: str, arch: str = "x64"):
        """Raises FileNotFoundError for what has not been built.

        @arch: what processor the UEFI programs are for
        """
        os.makedirs(directory, exist_ok=True)

        def copied(*parts: str) -> str:
            return shutil.copy(os.path.join(build, *parts), directory)

        copied("tools", "ntfs_populate")
        self.tools = directory
        self.standin = copied(f"standin-{arch}.efi")
        self.loopbreaker = copied(f"loopbreaker-{arch}.efi")
        self.faulty = copied(f"faulty-{arch}.efi")
        self._init = os.path.join(build, "standin-init")
        self._maker = os.path.join(build, "host", "make-bitlocker")
        self._maker_copy: str | None = None
        self._directory = directory
        self._kernel: str | None = None
        self._signers: Signers | None = None
        self._site: Site | None = None
        self._build = build
        self._for_images: str | None = None
        self._shim: str | None = None
        self.policy: str | None = None  # to be tried in every scenario
        self.command = copied("host", "loopbreaker")

    def windows(self, kind: str) -> str:
        """The program that plays Windows: "standin" or "kernel".

        The latter is made when it is wanted for the first time.
        """
        if kind != "kernel":
            return self.standin
        if not self._kernel:
            self._kernel = make_kernel_windows(
                self._init, os.path.join(self._directory, "kernel.efi"))
        return self._kernel

    def bitlocker_maker(self) -> str:
        """Encrypts volumes; copied when first wanted."""
        if not self._maker_copy:
            self._maker_copy = shutil.copy(self._maker, self._directory)
        return self._maker_copy

    def signers(self) -> Signers:
        """Whoever signs for Secure Boot; made when first wanted."""
        if not self._signers:
            self._signers = Signers(os.path.join(self._directory, "signers"))
        return self._signers

    def site(self) -> Site:
        """The owner of the PCs, who signs policies; made when first wanted."""
        if not self._site:
            self._site = Site(os.path.join(self._directory, "site"))
        return self._site

    def for_images(self) -> str:
        """What images are made of; copied when first wanted."""
        if not self._for_images:
            self._for_images = copy_programs(
                self._build, os.path.join(self._directory, "for-images"))
        return self._for_images

    def shim(self) -> str:
        """The folder with shim; copied when first wanted."""
        if not self._shim:
            self._shim = shim.copy_shim(self._build, self._directory)
        return self._shim

    def prepare(self, scenario: Scenario) -> None:
        """Make what several runs share, before there are several processes.

        Raises LinuxMissing, FileNotFoundError or ToolError.
        """
        self.windows(scenario.windows)
        if scenario.bitlocker:
            self.bitlocker_maker()
        if scenario.secure_boot != "off":
            self.signers()
        if scenario.shim:
            self.shim()
        if scenario.site or self.policy:
            self.site()
        if scenario.second_disk in NAMES or scenario.has_lab:
            self.for_images()
