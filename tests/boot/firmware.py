# SPDX-License-Identifier: GPL-2.0-or-later
"""The firmwares that the test PC may have: which emulator, which machine, and
where its variables are.
"""

import dataclasses
import platform
import shutil

from bootvars import BootVariables
from nvstore import VariableStore, create_store
from ubootstore import UbootStore

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
    tpm: str | None  # QEMU's name of the TPM that the firmware finds
    no_driver: tuple[str, ...] = ()  # for such disks
    only_512: tuple[str, ...] = ()  # bytes in a block of such disks
    dies_reading: tuple[str, ...] = ()  # such disks, when a read fails
    loses_probing: tuple[str, ...] = ()  # such disks, when it looks for file
    # systems and the first sector of a partition cannot be read
    # A keyboard, where the machine has none by itself.
    keyboard: tuple[str, ...] = ("-device", "qemu-xhci,id=keys", "-device",
                                 "usb-kbd,bus=keys.0")
    has_reports = True  # Loopbreaker finds a serial port for them
    drops_flushes = False  # or sends them when nobody asked
    has_secure_boot = True
    has_network = True  # that programs can use
    serves_system = True  # a running system can change variables
    keeps_variables_on_disk = False  # the first one, in its ESP

    @property
    def fallback_path(self) -> str:
        """What it starts of a disk for which it has no boot option."""
        return f"\\EFI\\BOOT\\BOOT{self.arch.upper()}.EFI"

    def machine_arguments(self, accelerator: str) -> list[str]:
        """The machine without its disks and without its flash."""
        raise NotImplementedError

    def flash_arguments(self, variables: str | None) -> list[str]:
        """Its code and its variables."""
        found = ["-drive",
                 f"if=pflash,format=raw,unit=0,readonly=on,file={self.code}"]
        return found + ([] if variables is None else [
            "-drive", f"if=pflash,format=raw,unit=1,file={variables}"])

    def arguments(self, accelerator: str, variables: str | None) -> list[str]:
        """The whole machine, but for its disks.

        @variables: the file; None: the caller adds their flash
        """
        return [self.emulator, "-accel", accelerator, "-m", MEMORY_MIB,
                *self.machine_arguments(accelerator),
                *self.flash_arguments(variables)]

    def make_variables(self, path: str) -> None:
        """As the firmware is delivered: none that matter."""
        raise NotImplementedError

    def store(self, variables: str, disk: str) -> BootVariables:
        """The variables, to be read and changed while the PC is off.

        @variables: the file made by make_variables(); @disk: the first disk
        """
        del disk
        return VariableStore(variables)

    def can_use(self, accelerator: str) -> bool:
        """Does this machine's processor run the firmware?"""
        return accelerator == "tcg" or platform.machine() == self.cpu


class Ovmf(Firmware):
    """EDK2 on an x86-64 PC."""

    keyboard = ()  # it has one from the eighties
    TEMPLATE = "/usr/share/OVMF/OVMF_VARS_4M.fd"

    def machine_arguments(self, accelerator: str) -> list[str]:
        # The emulator's usual one has no instructions for AES and SHA-256,
        # as PCs have had for ten years.
        return ["-machine", "q35", "-cpu",
                "host" if accelerator == "kvm" else "max"]

    def make_variables(self, path: str) -> None:
        shutil.copyfile(self.TEMPLATE, path)


class OvmfSmm(Ovmf):
    """The same with its variables kept by system management mode.

    Without that EDK2 deletes MemoryOverwriteRequestControl at each start.
    """

    def machine_arguments(self, accelerator: str) -> list[str]:
        arguments = super().machine_arguments(accelerator)
        return [*[word.replace("q35", "q35,smm=on") for word in arguments],
                "-global", "driver=cfi.pflash01,property=secure,value=on"]


def _virt(accelerator: str) -> list[str]:
    return ["-machine", "virt", "-cpu",
            "host" if accelerator == "kvm" else "cortex-a57"]


class Aavmf(Firmware):
    """EDK2 on an aarch64 machine without a past."""

    def machine_arguments(self, accelerator: str) -> list[str]:
        return _virt(accelerator)

    def make_variables(self, path: str) -> None:
        """The distribution's file is blank: the firmware would format it."""
        with open(path, "wb") as file:
            file.truncate(FLASH_BYTES)
        create_store(path)
        store = VariableStore(path)
        store.set("Timeout", bytes(2))  # the menu would take five seconds
        store.save()


class Uboot(Firmware):
    """U-Boot's UEFI: its variables are a file on the EFI system partition."""

    has_reports = False
    drops_flushes = True
    has_secure_boot = False  # not in the distribution's build
    has_network = False
    serves_system = False
    keeps_variables_on_disk = True

    def machine_arguments(self, accelerator: str) -> list[str]:
        return _virt(accelerator)

    def flash_arguments(self, variables: str | None) -> list[str]:
        return ["-bios", self.code]

    def make_variables(self, path: str) -> None:
        """There is nothing but the disk."""

    def store(self, variables: str, disk: str) -> BootVariables:
        return UbootStore(disk)


OVMF = Ovmf("ovmf", "x64", "qemu-system-x86_64", "x86_64",
            "/usr/share/OVMF/OVMF_CODE_4M.fd", "ahci", "tpm-tis",
            loses_probing=("usb",))
# In place of OVMF, where a scenario wants it.
OVMF_SMM = OvmfSmm("ovmf", "x64", "qemu-system-x86_64", "x86_64",
                   "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "ahci", "tpm-tis",
                   loses_probing=("usb",))
AAVMF = Aavmf("aavmf", "aa64", "qemu-system-aarch64", "aarch64",
              "/usr/share/AAVMF/AAVMF_CODE.fd", "nvme", "tpm-tis-device",
              ("ahci", "sata-cd"), dies_reading=("usb",))

UBOOT = Uboot("u-boot", "aa64", "qemu-system-aarch64", "aarch64",
              "/usr/lib/u-boot/qemu_arm64/u-boot.bin", "nvme", None,
              ("ahci", "usb", "sata-cd", "usb-cd"), ("virtio",))

FIRMWARES = {firmware.name: firmware for firmware in (OVMF, AAVMF, UBOOT)}
