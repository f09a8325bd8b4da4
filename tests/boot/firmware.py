# SPDX-License-Identifier: GPL-2.0-or-later
"""The firmwares that the test PC may have: which emulator, which machine, and
where its variables are.
"""

import dataclasses
import os
import platform
import shutil

from nvstore import VariableStore, create_store

MEMORY_MIB = "256"
FLASH_BYTES = 64 << 20  # of QEMU's machine "virt", each of both


@dataclasses.dataclass(frozen=True)
class Firmware:
    """One firmware; see the instances below."""

    name: str
    arch: str  # as UEFI has it: BOOTX64.EFI, BOOTAA64.EFI
    emulator: str
    cpu: str  # as uname has it
    code: str
    device: str  # how its PCs have their disk (DEVICES in qemu.py)
    tpm: str  # QEMU's name of the TPM that fits the machine
    no_driver: tuple[str, ...] = ()  # for such disks

    def machine_arguments(self, accelerator: str) -> list[str]:
        """The machine without its disks and without its flash."""
        raise NotImplementedError

    def arguments(self, accelerator: str, variables: str) -> list[str]:
        """The whole machine, but for its disks; @variables: the file."""
        return [
            self.emulator, "-accel", accelerator, "-m", MEMORY_MIB,
            *self.machine_arguments(accelerator), "-drive",
            f"if=pflash,format=raw,unit=0,readonly=on,file={self.code}",
            "-drive", f"if=pflash,format=raw,unit=1,file={variables}"]

    def make_variables(self, path: str) -> None:
        """As the firmware is delivered: none that matter."""
        raise NotImplementedError

    def store(self, variables: str) -> VariableStore:
        """The variables, to be read and changed while the PC is off."""
        return VariableStore(variables)

    def can_use(self, accelerator: str) -> bool:
        """Does this machine's processor run the firmware?"""
        return accelerator == "tcg" or platform.machine() == self.cpu


class Ovmf(Firmware):
    """EDK2 on an x86-64 PC."""

    TEMPLATE = "/usr/share/OVMF/OVMF_VARS_4M.fd"

    def machine_arguments(self, accelerator: str) -> list[str]:
        return ["-machine", "q35"]

    def make_variables(self, path: str) -> None:
        shutil.copyfile(self.TEMPLATE, path)


class Aavmf(Firmware):
    """EDK2 on an aarch64 machine without a past."""

    def machine_arguments(self, accelerator: str) -> list[str]:
        return ["-machine", "virt", "-cpu",
                "host" if accelerator == "kvm" else "cortex-a57"]

    def make_variables(self, path: str) -> None:
        """The distribution's file is blank: the firmware would format it."""
        with open(path, "wb") as file:
            file.truncate(FLASH_BYTES)
        create_store(path)
        store = VariableStore(path)
        store.set("Timeout", bytes(2))  # the menu would take five seconds
        store.save()


OVMF = Ovmf("ovmf", "x64", "qemu-system-x86_64", "x86_64",
            "/usr/share/OVMF/OVMF_CODE_4M.fd", "ahci", "tpm-tis")
AAVMF = Aavmf("aavmf", "aa64", "qemu-system-aarch64", "aarch64",
              "/usr/share/AAVMF/AAVMF_CODE.fd", "nvme", "tpm-tis-device",
              ("ahci",))

FIRMWARES = {firmware.name: firmware for firmware in (OVMF, AAVMF)}


def is_installed(firmware: Firmware) -> bool:
    """Is the distribution's package there?"""
    return os.path.exists(firmware.code)
