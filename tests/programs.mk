# SPDX-License-Identifier: GPL-2.0-or-later
#
# The programs that tests are made of, in C.  A part of the Makefile, which
# includes it: flags, objects and libraries are from there.

SUPPORT_C := $(sort $(wildcard tests/support/*.c))
TOOLS_C	:= $(sort $(wildcard tests/tools/*.c))
UNIT	:= $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ	:= $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
STANDIN_C := $(sort $(wildcard tests/boot/standin/*.c))

# The command with ASan and UBSan, for the tests.
define tested_command
$(BUILD)/$(1)/loopbreaker: $$(OWN_$(1)) $(LINUX_C:%.c=$(BUILD)/$(1)/%.o) \
		$(BUILD)/asan/libdeps.a
	@echo "  LD    $$@"
	@$(CC_$(1)) $(LDFLAGS_$(1)) $$^ -o $$@
endef

$(foreach f,asan cov,$(eval $(call tested_command,$(f))))

# What of efi/ tests run on a host, with tests/support/fakefw.h: all but the
# entry, what only the processor can say, and malloc(), which is not for a host.
EFI_HOST_C := $(filter-out efi/libc/% %.S efi/alloc.c efi/cpu_%.c efi/entry.c \
	efi/stack_guard.c,$(call efi_sources,$(CPU_host)))

WRAP	:= -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=exception_cpu_reset

# $(call unit_rules,FLAVOUR)
define unit_rules
$(BUILD)/$(1)/libefi.a: $(EFI_HOST_C:%.c=$(BUILD)/$(1)/%.o)
	@rm -f $$@
	@ar rcs $$@ $$^

$(BUILD)/$(1)/test_%: $(BUILD)/$(1)/tests/unit/test_%.o \
		$(SUPPORT_C:%.c=$(BUILD)/$(1)/%.o) $$(OWN_$(1)) \
		$(BUILD)/$(1)/linux/file_disk.o $(BUILD)/$(1)/libefi.a \
		$(BUILD)/asan/libdeps.a
	@echo "  LD    $$@"
	@$(CC_$(1)) $(LDFLAGS_$(1)) $(WRAP) $$^ -lcmocka -o $$@
endef

$(foreach f,asan cov,$(eval $(call unit_rules,$(f))))

# The few that want a real volume make it as the unit tests do.
FUZZ_SUPPORT_O := $(addprefix $(BUILD)/asan/tests/support/,bitlocker_maker.o \
	bitlocker_maker_cipher.o corrupt_judge.o \
	corrupt_judge_move.o corrupt_moments.o emudisk.o emudisk_power.o \
	fixture.o hive_maker.o hive_visit.o make_image.o ntfs_peek.o ntfs_peek_check.o \
	ntfs_peek_describe.o ntfs_peek_index.o ntfs_peek_text.o peak_memory.o \
	tree.o triage_maker.o)

$(BUILD)/asan/fuzz_%: $(BUILD)/asan/tests/fuzz/fuzz_%.o $(FUZZ_SUPPORT_O) \
		$(OWN_asan) $(BUILD)/asan/libefi.a $(BUILD)/asan/libdeps.a
	@echo "  LD    $@"
	@$(CC_asan) $(LDFLAGS_asan) -fsanitize=fuzzer $^ -o $@

# Small programs that prepare test images, on the distribution's libraries.
$(BUILD)/tools/%: tests/tools/%.c | $(BUILD)/setup.stamp
	@mkdir -p $(@D)
	@echo "  CC    $@"
	@gcc -std=gnu11 -O2 $(WARNINGS) -D_FILE_OFFSET_BITS=64 -I. $< -lntfs-3g -o $@

# Encrypted volumes, and writing into them.
MAKERS	:= $(BUILD)/host/make-bitlocker $(BUILD)/host/write-bitlocker
$(MAKERS): $(BUILD)/host/%-bitlocker: $(BUILD)/host/tests/maker/%_bitlocker.o \
		$(BUILD)/host/tests/support/bitlocker_maker.o \
		$(BUILD)/host/tests/support/bitlocker_maker_cipher.o \
		$(OWN_host) $(BUILD)/host/linux/file_disk.o \
		$(BUILD)/host/libdeps.a
	@echo "  LD    $@"
	@$(CC_host) $^ -o $@

# Every decision there is, as docs/decisions.md has it.
$(BUILD)/host/decisions: $(BUILD)/host/tests/table/decisions.o \
		$(BUILD)/host/tests/support/decision_space.o \
		$(OWN_host) $(BUILD)/host/libdeps.a
	@echo "  LD    $@"
	@$(CC_host) $^ -o $@

# The replay of a journal alone, to be compared with that of others.
$(BUILD)/asan/replay: $(BUILD)/asan/tests/replay/replay.o $(OWN_asan) \
		$(BUILD)/asan/linux/file_disk.o $(BUILD)/asan/libdeps.a
	@echo "  LD    $@"
	@$(CC_asan) $(LDFLAGS_asan) $^ -o $@

CRYPTO_O = $(filter $(BUILD)/$(1)/storage/crypto/%,$(OWN_$(1)))
judge_objects = $(addprefix $(BUILD)/$(1)/tests/,engines/judge.o \
	engines/registers_check.o engines/registers_$(CPU_$(1)).o \
	support/crypto_check_aes.o support/crypto_check_sha256.o)

# Those of a processor that this machine need not be.
# $(call engine_check,FLAVOUR)
define engine_check
$(BUILD)/$(1)/crypto_check: $(BUILD)/$(1)/tests/engines/crypto_check.o \
		$(call judge_objects,$(1)) $(call CRYPTO_O,$(1)) \
		$(addprefix $(BUILD)/$(1)/deps/mbedtls/library/,aes.o \
		platform_util.o sha256.o)
	@echo "  LD    $$@"
	@$(CC_$(1)) -static $$^ -o $$@
endef

$(foreach a,$(ARCHES),$(eval $(call engine_check,linux-$(a))))
ENGINE_CHECKS := $(ARCHES:%=$(BUILD)/linux-%/crypto_check)

# The same inside firmware.
$(foreach a,$(ARCHES),$(eval $(call link,$(a),engines,\
	$(filter-out %/main.o,$(FRONT_$(a))) $(OWN_efi-$(a)) \
	$(BUILD)/efi-$(a)/tests/engines/firmware_main.o \
	$(call judge_objects,efi-$(a)),-fno-lto -Xlinker --wrap=printf)))
ENGINE_CHECKS += $(ARCHES:%=$(BUILD)/engines-%.efi)

# The engines of storage/crypto beside OpenSSL.
$(BUILD)/host/crypto_bench: $(BUILD)/host/tests/engines/crypto_bench.o \
		$(call CRYPTO_O,host) $(BUILD)/host/libdeps.a
	@echo "  LD    $@"
	@$(CC_host) $^ -lcrypto -o $@

UNIT_BIN := $(UNIT:%=$(BUILD)/asan/%)
COVERAGE_BIN := $(UNIT:%=$(BUILD)/cov/%) $(BUILD)/cov/loopbreaker
FUZZ_BIN := $(FUZZ:%=$(BUILD)/asan/%)
TOOLS	:= $(TOOLS_C:tests/tools/%.c=$(BUILD)/tools/%)

# The stand-in Windows: its own program on the same freestanding objects, minus
# the parts whose opposite it plays.
# $(call standin_objects,ARCH)
standin_objects = $(call objects,efi-$(1),$(STANDIN_C)) \
	$(filter $(BUILD)/efi-$(1)/storage/% %/recovery/failure.o \
	%/recovery/report.o,$(OWN_efi-$(1))) \
	$(filter-out %/main.o,$(FRONT_$(1)))

$(foreach a,$(ARCHES),$(eval $(call link,$(a),standin,$(call standin_objects,$(a)),-fno-lto)))

# Loopbreaker made to fail (tests/boot/faulty): only what is linked differs.
# The linker sees the calls that it is to divert only in ordinary objects.
FAULTY_C := $(sort $(wildcard tests/boot/faulty/*.c))
CALLERS	:= efi/main recovery/run recovery/run_apply storage/redo_finish \
	$(FAULTY_C:.c=)
# $(call faulty,ARCH)
define faulty
$(BUILD)/efi-$(1)/plain/%.o: $(BUILD)/efi-$(1)/%.o
	@mkdir -p $$(@D)
	@$(CROSS_$(1))objcopy --remove-section='.gnu.lto_*' $$< $$@
$(call link,$(1),faulty,$(CALLERS:%=$(BUILD)/efi-$(1)/plain/%.o) \
	$(filter-out $(CALLERS:%=$(BUILD)/efi-$(1)/%.o),$(APP_O_$(1))),\
	$(LTO_LINK) -Xlinker --wrap=recovery_run -Xlinker --wrap=commit_overlay \
	-Xlinker --wrap=stack_wipe)
endef

$(foreach a,$(ARCHES),$(eval $(call faulty,$(a))))
FAULTIES := $(ARCHES:%=$(BUILD)/faulty-%.efi)

# The same on a Linux kernel: that kernel's first process (tests/boot/kernel).
INIT_C	:= $(sort $(wildcard tests/boot/kernel/*.c)) \
	$(filter-out %/pcrs.c %/script_file.c %/windows_volume.c,$(STANDIN_C))

$(BUILD)/standin-init: $(INIT_C) $(sort $(wildcard tests/boot/kernel/*.h \
		tests/boot/standin/*.h)) | $(DEPS)/fetched.stamp
	@echo "  CC    $@"
	@gcc -std=gnu11 -O2 -s -static -fshort-wchar -fno-strict-aliasing \
		$(WARNINGS) -D_GNU_SOURCE -I. $(EXTRA_asan) $(INIT_C) -o $@
