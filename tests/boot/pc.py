# SPDX-License-Identifier: GPL-2.0-or-later
"""The test PC of one scenario: its disk, its variables, its clock."""

import datetime
import functools
import os
import struct
import subprocess
import sys
import uuid
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from mkjournal import write_journal  # noqa: E402
from bootconfig import BootConfiguration, put_boot_configuration  # noqa: E402
from bootlog import boot_log  # noqa: E402
from bootstat import filetime  # noqa: E402
from builds import Builds  # noqa: E402
from bootvars import NV_BS, NV_BS_RT, BootVariables  # noqa: E402
from diskimage import (  # noqa: E402
    LOOPBREAKER_FOLDER, MIB, NTFS_START, WINDOWS_PATH, DiskBuilder, DiskSpec,
    delete_files, loopbreaker_option, put_boot_file, put_file, windows_option)
from diskfaults import DiskFault, place_of  # noqa: E402
from firmware import OVMF, OVMF_SMM, Firmware  # noqa: E402
from key_files import PIN, make_key_file, typed_answer  # noqa: E402
from lab_network import WAYS, Connection  # noqa: E402
from locked import LockedVolume, metadata_lines  # noqa: E402
from memory_left import Left, look_for  # noqa: E402
from network_boot import Network  # noqa: E402
from network_lab import Lab  # noqa: E402
from qemu import Boot, Disk, Machine, boot  # noqa: E402
from product_image import (  # noqa: E402
    NAMES, Wishes, image_option, make_image)
from redo_media import make_redo_stick  # noqa: E402
from scenario import Hook, Journal, Scenario  # noqa: E402
from secret_forms import all_forms  # noqa: E402
import shim  # noqa: E402
from secure_boot import PAIRS, STRANGER  # noqa: E402
from site_policy import POLICY, put_on_disk  # noqa: E402
from sparse import copy_image  # noqa: E402
from stick import make_stick, stick_option  # noqa: E402
from ubootstore import hide_variables  # noqa: E402
from windows_image import VolumeSpec, standard_content  # noqa: E402

WINDOWS_NUMBER = 8
LOOPBREAKER_NUMBER = 9
BUGCHECK_GUID = uuid.UUID("ba57e015-65b3-4c3c-b274-659192f699e3")
LOOPBREAKER_GUID = uuid.UUID("b5c39e17-8348-4709-938a-d1925b691892")
# The TCG's: bit 0 asks for the memory to be overwritten at the next start.
MEMORY_OVERWRITE = "MemoryOverwriteRequestControl"
MEMORY_OVERWRITE_GUID = uuid.UUID("e20939be-32d4-41be-a150-897f85d49829")
# Read by faulty/faults.c.
FAULT = "LoopbreakerTestFault"
FAULT_GUID = uuid.UUID("6b1f63f5-2e83-4e0b-a34c-520df04e1190")
# efi/pass_mark.c: no session, no passes, the checksum.
PASS_MARK = bytes(6) + struct.pack("<H", zlib.crc32(bytes(6)) & 0xFFFF)
NOTE = struct.Struct("<4sIQIIQI12x")
NOTE_HAS_CODE = 1


class Pc:
    """A PC that is off; power_on() runs it until the next reset."""

    def __init__(self, scenario: Scenario, directory: str, builds: Builds,
                 accelerator: str = "tcg", firmware: Firmware = OVMF,
                 network: Connection | None = None):
        """@builds: for the processor that runs @firmware
        @network: of several PCs; otherwise as the scenario has it
        """
        self.scenario = scenario
        self.builds = builds
        self.firmware = OVMF_SMM if scenario.smm else firmware
        self.clock = scenario.clock
        self.disk = os.path.join(directory, "disk.img")
        self.second_disk = os.path.join(directory, "second.img")
        self.variables = os.path.join(directory, "vars.fd")
        self.directory = directory
        self.locked: LockedVolume | None = None
        self.key_files: dict[str, bytes] = {}
        self.network = network or self._make_network()
        self.sent: list[str] = []  # messages to a log server
        self.asked: list[str] = []  # files of the network
        self._make_disk()
        self._make_variables()
        self.machine = Machine(
            [Disk(self.disk, scenario.device or firmware.device,
                  scenario.sector, is_removable=scenario.removable)] +
            self._second_disk(), self.variables, accelerator, self.firmware,
            tpm=os.path.join(directory, "tpm") if scenario.tpm else None,
            keys=scenario.keys, processor=scenario.processor,
            typed=[typed_answer(word, self.locked)
                   for word in scenario.typed], network=self.network,
            steps=shim.STEPS.get(scenario.shim_keys, []))

    def _make_network(self) -> Network | Connection | None:
        scenario = self.scenario
        path = os.path.join(self.directory, "network")
        if not scenario.has_lab:
            return Network(path) if scenario.network else None
        way = WAYS[scenario.network]
        wishes = self._image_wishes()
        if self.builds.policy:
            wishes.policy_key = self.builds.site().key
        return Connection(Lab(
            path, self.builds.for_images(), wishes,
            way.is_proxy, way.withheld, scenario.hostile, way.is_tls), way)

    def close(self) -> None:
        """Stop what has to run as long as it is somebody's PC."""
        if self.network:
            self.network.close()

    def _volume_spec(self) -> VolumeSpec:
        scenario = self.scenario
        return VolumeSpec(
            scenario.clock, scenario.status,
            standard_content(scenario.clock) + scenario.content,
            scenario.volume, cluster_bytes=scenario.cluster,
            sector_bytes=scenario.volume_sector,
            hibernation=scenario.hibernation, is_dirty=scenario.dirty,
            page_file=scenario.page_file, registry=scenario.registry,
            changes=scenario.change_journal(),
            has_redo_file=scenario.redo_file,
            extra_lines=metadata_lines() if scenario.bitlocker else [])

    def _windows_path(self) -> str:
        return (self.firmware.fallback_path if self.scenario.windows_elsewhere
                else WINDOWS_PATH)

    def _build_disk(self, path: str, spec: DiskSpec) -> None:
        programs = [self.builds.windows(self.scenario.windows),
                    self.builds.faulty if self.scenario.fault
                    else self.builds.loopbreaker]
        if self.scenario.site or self.builds.policy:
            programs[1] = self.builds.site().program(
                programs[1], self.directory)
        if self.scenario.secure_boot != "off":
            programs = self.builds.signers().sign_both(
                *programs, self.scenario.secure_boot, self.directory)
        self.loopbreaker = programs[1]
        started = shim.gather(
            self.builds.shim(), self.firmware.arch, self.loopbreaker,
            self.directory) if self.scenario.shim else [self.loopbreaker]
        if self.network:
            self.network.put_programs(started)
        is_installed = not self.network and \
            self.scenario.second_disk not in ("stick", *NAMES)
        DiskBuilder(path, spec, self.builds.tools).build(
            programs[0], programs[1] if is_installed and not self.scenario.shim
            else None, self.scenario.standin_script())
        if is_installed and self.scenario.shim:
            shim.install(path, started)
        if self.builds.policy and not self.scenario.site:
            given = self.builds.site().given(
                self.builds.policy, self.directory)
            if self.network:
                self.network.put(given)
            else:
                put_on_disk(path, given)
        if self.scenario.second_disk not in NAMES:
            self._put_site(path, self.scenario.site)

    def _put_site(self, path: str, files: list) -> None:
        for spec in files:
            made = self.builds.site().make(spec, self.clock, self.directory)
            if self.network:
                self.network.put(made)
            else:
                put_on_disk(path, made)

    def _make_disk(self) -> None:
        scenario = self.scenario
        self._build_disk(self.disk, DiskSpec(
            self._volume_spec(), scenario.sector, scenario.beside,
            windows_path=self._windows_path(),
            is_beside_first=scenario.beside_first))
        if scenario.boot_log:
            put_boot_file(self.disk, "BOOTSTAT.DAT",
                          boot_log(scenario.boot_log_launches(),
                                   scenario.boot_log_diverted))
        if scenario.bcd:
            put_boot_configuration(self.disk, scenario.bcd)
        if scenario.journal:
            self.write_journal(scenario.journal)
        if scenario.bitlocker:
            self.locked = LockedVolume(scenario.bitlocker, scenario.name,
                                       self.disk, self.builds.bitlocker_maker())
            self.key_files = dict(make_key_file(
                spec, self.locked, self.builds.command, self.directory)
                for spec in scenario.key_file)
            self._put_key_files()

    def _put_key_files(self) -> None:
        """Beside Loopbreaker; on a stick they lie when that is made."""
        if self.scenario.second_disk in ("stick", *NAMES):
            return
        for name, content in self.key_files.items():
            if self.network:
                self.network.put([self._write_key_file(name, content)])
            else:
                put_file(self.disk, f"{LOOPBREAKER_FOLDER}/{name}", content)

    def _write_key_file(self, name: str, content: bytes) -> str:
        """In the PC's folder; returns the path."""
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def _second_disk(self) -> list[Disk]:
        scenario = self.scenario
        kind = scenario.second_disk
        if not kind:
            return []
        path = self.second_disk
        if kind == "clone":
            copy_image(self.disk, path)
        elif kind == "windows":
            self._build_disk(path, DiskSpec(self._volume_spec(), number=1))
            # It starts its own Windows, and never gets to do so.
            if scenario.bcd:
                put_boot_configuration(path, BootConfiguration("second"))
        elif kind == "redo":
            make_redo_stick(path)
        elif kind == "stick":
            make_stick(path, self.loopbreaker, self.firmware.fallback_path,
                       self.key_files)
        elif kind in NAMES:
            make_image(kind, path, self.builds.for_images(),
                       self._image_wishes())
        else:
            with open(path, "wb") as file:
                if kind == "zeroes":
                    file.truncate(8 * MIB)
        return [Disk(path, scenario.second_device,
                     is_removable=scenario.second_removable)]

    def _image_wishes(self) -> Wishes:
        """What the scenario wants on its image: a policy, a pack of keys, a
        signature for Secure Boot.
        """
        wishes = Wishes()
        for spec in self.scenario.site:
            if spec.kind != POLICY:
                raise ValueError(f"an image has no {spec.kind}")
            wishes.policy_key = self.builds.site().key
            if spec.is_good:  # others are put on the server later
                wishes.policy = self.builds.site().make(
                    spec, self.clock, self.directory)[0]
        for name, content in self.key_files.items():
            wishes.keys = self._write_key_file(name, content)
        signer = PAIRS.get(self.scenario.secure_boot, (None, None))[1]
        if signer:
            wishes.signer = self.builds.signers().files(signer)
        if self.scenario.shim:
            wishes.shim = self.builds.shim()
        return wishes

    def _make_variables(self) -> None:
        scenario = self.scenario
        self.firmware.make_variables(self.variables)
        store = self.store()
        for number, option in zip(self._own_numbers(), self._own_options()):
            store.set_boot_option(number, option)
        if scenario.windows_entry:
            # A kernel would take the usual data for its command line.
            has_data = scenario.windows != "kernel"
            store.set_boot_option(WINDOWS_NUMBER, windows_option(
                scenario.sector, self._windows_path(),
                *([] if has_data else [b""])))
        store.set_boot_order(self._boot_order())
        if scenario.armed:
            store.set_boot_next(WINDOWS_NUMBER)
        if not self.firmware.serves_system and scenario.has_passed:
            store.set("LoopbreakerPass", PASS_MARK, LOOPBREAKER_GUID, NV_BS)
        if scenario.fault:
            store.set(FAULT, scenario.fault.encode("ascii"), FAULT_GUID, NV_BS)
        self._set_traces(store)
        if scenario.bitlocker and scenario.smm:
            # A firmware that takes requests.
            store.set(MEMORY_OVERWRITE, bytes(1), MEMORY_OVERWRITE_GUID,
                      NV_BS_RT)
        if scenario.secure_boot != "off":
            self.builds.signers().enrol(
                store, scenario.secure_boot,
                shim.microsoft_keys() if scenario.shim else b"")
        if scenario.shim:
            shim.set_variables(
                store, self.builds.signers().list_of(STRANGER)
                if scenario.shim == shim.ENROLLED else None,
                scenario.sbat_level)
        store.save()

    def _own_options(self) -> list[bytes]:
        if self.network:
            return self.network.options()
        if self.scenario.second_disk == "stick":
            return [stick_option(self.firmware.fallback_path)]
        if self.scenario.second_disk in NAMES:
            return [image_option(self.scenario.second_device, 1)]
        if self.scenario.shim:
            return [shim.shim_option(self.firmware.arch, self.scenario.sector)]
        return [loopbreaker_option(self.scenario.sector)]

    def _own_numbers(self) -> list[int]:
        return [LOOPBREAKER_NUMBER + i
                for i in range(len(self._own_options()))]

    def _boot_order(self) -> list[int]:
        return self._own_numbers() + (
            [WINDOWS_NUMBER] if self.scenario.windows_entry else [])

    def _set_traces(self, store: BootVariables) -> None:
        stop, note = self.scenario.stop_code, self.scenario.note
        if stop:
            for name, data in (
                    ("BugCheckCode", struct.pack("<Q", stop.code)),
                    ("BugCheckParameter1", struct.pack("<Q", stop.parameter1)),
                    ("BugCheckProgress", struct.pack("<I", stop.progress))):
                store.set(name, data, BUGCHECK_GUID, NV_BS_RT)
        if note:
            noted = self.clock - datetime.timedelta(days=note.days_ago)
            values = ((NOTE_HAS_CODE, note.code, note.parameter1,
                       note.progress) if note.code is not None
                      else (0, 0, 0, 0))
            store.set("LoopbreakerNote",
                      NOTE.pack(b"LBN1", note.boot_id, filetime(noted),
                                *values), LOOPBREAKER_GUID, NV_BS_RT)

    def store(self) -> BootVariables:
        """The variables as they are now."""
        return self.firmware.store(self.variables, self.disk)

    def disk_without_variables(
            self, before: str,
            may_be_torn: bool = False) -> tuple[str, list[str]]:
        """The disk, but for what the firmware itself keeps on it.

        @before: the disk as it was before the last boot
        @may_be_torn: the power failed in the middle of the firmware's writes
        Returns a copy's path where that is anything, and complaints.
        """
        if not self.firmware.keeps_variables_on_disk:
            return self.disk, []
        path = os.path.join(self.directory, "without-variables.img")
        return path, hide_variables(before, self.disk, path, may_be_torn)

    def plain_disk(self, disk: str, name: str) -> str:
        """A disk of this PC with its Windows volume decrypted; @name: of the
        copy that is made if it is locked
        """
        if not self.locked:
            return disk
        return self.locked.make_plain(disk, os.path.join(
            self.directory, name))

    @functools.cached_property
    def _secrets(self) -> dict[str, bytes]:
        """All keys in all their forms; stretching takes a second each."""
        return all_forms(
            self.locked, self.disk,
            list(zip(self.scenario.key_file, self.key_files.values())),
            PIN if "pin" in self.scenario.typed else None)

    def secrets_in(self, memory: str) -> Left:
        """What is left of all keys in the picture of a memory."""
        return look_for(memory, self._secrets, self.key_files,
                        [text for text in self.machine.typed if len(text) > 1])

    def traces(self) -> dict[str, bytes]:
        """The variables that are none of Loopbreaker's business."""
        store = self.store()
        own = {f"Boot{number:04X}" for number in self._boot_order()}
        return {v.name: v.data for v in store.variables()
                if v.guid == BUGCHECK_GUID or v.name in own or
                v.name in ("LoopbreakerNote", "StandinSession")}

    def write_journal(self, journal: Journal) -> None:
        """Leave the volume's journal as a crash does."""
        write_journal(self.disk, NTFS_START, journal.version, journal.closed,
                      journal.changes(journal.committed),
                      journal.changes(journal.unfinished))

    def power_on(self, stop_at, write_log: str | None = None,
                 screenshot: str | None = None,
                 disk_fault: DiskFault | None = None, on_hold=None,
                 flash_log: str | None = None,
                 memory: str | None = None) -> Boot:
        """Run until the next reset or power-off.

        @disk_fault: of the first disk, as long as this boot lasts
        @on_hold: see qemu.boot()
        @memory: file for what is in it at the reset
        """
        self.machine.disks[0].write_log = write_log
        self.machine.disks[0].fault = disk_fault
        self.machine.screenshot = screenshot
        self.machine.flash_log = flash_log
        self.machine.memory = memory
        local = self.clock + datetime.timedelta(
            minutes=self.scenario.utc_offset)
        ended = boot(self.machine, local, stop_at, self.scenario.patience,
                     on_hold)
        if self.network:
            self.sent += self.network.sent()
            self.asked += self.network.asked()
        return ended

    def disk_fault(self, number: int) -> DiskFault | None:
        """What is wrong with the first disk in boot @number."""
        bad = self.scenario.bad_disk
        if not bad or number not in bad.boots:
            return None
        return DiskFault(place_of(self.disk, bad.read) if bad.read else None,
                         bad.write, bad.passing)

    def pass_time(self, minutes: float) -> None:
        """Let the clock run while the PC is off."""
        self.clock += datetime.timedelta(minutes=minutes)

    def apply(self, hook: Hook) -> str:
        """Do what is to happen between two boots; returns what was said."""
        said = ""
        store = self.store()
        lost = hook.delete + (["BootNext"] if hook.disarm else [])
        for variable in store.variables():
            if variable.name in lost:
                store.delete(variable.name, variable.guid)
        if hook.reset_order:
            store.set_boot_order(self._boot_order())
        if hook.enrol:
            self.builds.signers().add(store)
        store.save()
        if hook.journal:
            self.write_journal(hook.journal)
        self._put_site(self.disk, hook.site)
        delete_files(self.disk, [f"{LOOPBREAKER_FOLDER}/{name}"
                                 for name in hook.remove])
        if hook.undo:
            done = subprocess.run(
                [self.builds.command, "undo", self.disk], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                errors="replace", check=False)
            said = done.stdout
            if done.returncode:
                said += f"\nundo ended with exit code {done.returncode}\n"
        return said
