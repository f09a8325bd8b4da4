# SPDX-License-Identifier: GPL-2.0-or-later
#
# One plain Makefile; the programs that tests are made of are in
# tests/programs.mk, the images of a site in images/images.mk.  Every portable source
# is compiled four times:
#   build/efi-x64/   freestanding, for the UEFI application on x86-64 (gcc)
#   build/efi-aa64/  the same for aarch64 (cross gcc)
#   build/host/      for the Linux command (gcc)
#   build/asan/      for the tests, with ASan and UBSan (clang)
#
#   make demo     watch a crash-looping PC repair itself in the emulator
#   make check    all tests; ends with "N passed, N failed"
#   make help     the other targets

VERSION := 0.1.0
BUILD	:= build
DEPS	:= $(BUILD)/deps

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

.PHONY: all help demo check check-deep bench bench-images fuzz layers length \
	format size clean setup deps unit boot screenshot reproducible sbom decisions \
	coverage analyze images shim

# As UEFI names them: \EFI\BOOT\BOOTX64.EFI, BOOTAA64.EFI.
ARCHES	:= x64 aa64
APPLICATIONS := $(ARCHES:%=$(BUILD)/loopbreaker-%.efi)
STANDINS := $(ARCHES:%=$(BUILD)/standin-%.efi)

all: $(APPLICATIONS) $(BUILD)/host/loopbreaker

help:
	@sed -n 's/^#   make/  make/p' Makefile
	@echo '  make bench    device calls, bytes, time, size; compared with the budgets'
	@echo '  make bench-images  each image under Secure Boot, beside a Linux live image'
	@echo '  make check-deep  the long versions of the tests'
	@echo '  make fuzz     each parser for FUZZ_SECONDS (60) seconds'
	@echo '  make decisions  docs/decisions.md from the code'
	@echo '  make reproducible  the same bytes from another folder?'
	@echo '  make images   a stick, an ISO, a folder for servers; docs/images.md'
	@echo '  make shim     fetches a signed shim into build/shim; docs/secure-boot.md'
	@echo '  make sbom     what the programs were built from (SPDX)'
	@echo '  make analyze  gcc -fanalyzer, clang-tidy, cppcheck'
	@echo '  make coverage  branches that no test on a host takes'
	@echo '  make layers   do includes point downwards only?'
	@echo '  make length   function and file lengths'
	@echo '  make size     size of the UEFI application by module'
	@echo '  make clean    remove build/ except the downloaded sources'

# --- What a fresh machine lacks ---------------------------------------------

SETUP ?= yes
setup: $(BUILD)/setup.stamp
$(BUILD)/setup.stamp: scripts/setup
	@mkdir -p $(@D)
	@[ $(SETUP) != yes ] || scripts/setup
	@touch $@

deps: $(DEPS)/fetched.stamp
$(DEPS)/fetched.stamp: scripts/fetch-deps | $(BUILD)/setup.stamp
	@scripts/fetch-deps $(DEPS)
	@touch $@

# Linux as one more reader of NTFS; only the tests want it.
KERNEL	:= $(BUILD)/kernel
$(KERNEL)/fetched.stamp: scripts/fetch-kernel | $(BUILD)/setup.stamp
	@scripts/fetch-kernel $(KERNEL)
	@touch $@

# Somebody whom every PC trusts, between firmware and us; docs/secure-boot.md.
SHIM_FILES := $(BUILD)/shim
shim: $(SHIM_FILES)/fetched.stamp
$(SHIM_FILES)/fetched.stamp: scripts/fetch-shim scripts/unpack-packages \
		| $(BUILD)/setup.stamp
	@scripts/fetch-shim $(SHIM_FILES)
	@touch $@

# Linux as a live image, beside ours; only "make bench-images" wants it.
LIVE	:= $(BUILD)/live
$(LIVE)/fetched.stamp: scripts/fetch-live scripts/unpack-packages \
		| $(BUILD)/setup.stamp
	@scripts/fetch-live $(LIVE)
	@touch $@

# --- Sources ------------------------------------------------------------------

# What differs between processors is in files that are named after them.
CPU_x64	:= x86_64
CPU_aa64 := aarch64
CPU_host := $(shell uname -m)
CPU_asan := $(CPU_host)
CPU_cov	:= $(CPU_host)
CPU_efi-x64 := $(CPU_x64)
CPU_efi-aa64 := $(CPU_aa64)
CPU_linux-x64 := $(CPU_x64)
CPU_linux-aa64 := $(CPU_aa64)

CORE_FOUND := $(sort $(wildcard storage/*.c storage/*/*.c quarantine/*.c \
	recovery/*.c recovery/*/*.c))
# $(call core_sources,CPU)
core_sources = $(filter-out %_x86_64.c %_aarch64.c,$(CORE_FOUND)) \
	$(filter %_$(1).c,$(CORE_FOUND))
# Compiled for instructions that are called only where the processor has them.
KERNEL_C := $(filter storage/crypto/%_kernel_x86_64.c \
	storage/crypto/%_kernel_aarch64.c,$(CORE_FOUND))

CPU_FILES := $(foreach c,x86_64 aarch64,$(wildcard efi/*_$(c).[cS] \
	efi/libc/*_$(c).c))
EFI_COMMON := $(filter-out $(CPU_FILES),$(wildcard efi/*.[cS] efi/libc/*.c))
# $(call efi_sources,CPU)
efi_sources = $(sort $(EFI_COMMON) $(wildcard efi/*_$(1).[cS] \
	efi/libc/*_$(1).c))

LINUX_C	:= $(sort $(wildcard linux/*.c))

# Compiled like the third-party code they include.
FOREIGN_C := storage/ntfsrecover_lib.c storage/ntfsrecover_playlog.c

# --- Libraries, from distribution source packages ---------------------------
# Unchanged sources below build/deps; their hand-written configurations are in
# scripts/deps.  Warnings there are not ours to mend.

NTFS_C := $(addprefix ntfs-3g/libntfs-3g/,$(addsuffix .c,acls attrib attrlist \
	bitmap bootsect cache collate compat compress debug device dir ea efs \
	index inode lcnalloc logfile mft misc mst object_id reparse runlist \
	security unistr volume xattrs)) ntfs-3g/ntfsprogs/playlog.c
FDT_C := $(addprefix libfdt/,fdt.c fdt_check.c fdt_overlay.c fdt_ro.c fdt_rw.c \
	fdt_strerror.c fdt_wip.c)
BLKID_C := $(addprefix util-linux/libblkid/src/,probe.c encode.c \
	superblocks/superblocks.c superblocks/ntfs.c superblocks/bitlocker.c \
	superblocks/vfat.c superblocks/btrfs.c superblocks/ext.c \
	partitions/partitions.c partitions/gpt.c \
	partitions/dos.c) util-linux/lib/crc32.c util-linux/lib/encode.c
MBEDTLS_C := $(addprefix mbedtls/library/,$(addsuffix .c,aes asn1parse \
	bignum ccm cipher cipher_wrap constant_time md oid pkcs5 platform \
	platform_util rsa rsa_internal sha256))
QR_C	:= qr-code-generator/c/qrcodegen.c
LIBRARY_C := $(NTFS_C) $(FDT_C) $(BLKID_C) $(MBEDTLS_C) $(QR_C)
# What libblkid refers to but must not have; ours, but compiled like it.
ABSENT_C := scripts/deps/util-linux/absent.c

LIBRARY_INCLUDES := -isystem $(DEPS)/ntfs-3g/include -isystem $(DEPS)/libfdt \
	-isystem $(DEPS)/util-linux/libblkid/src -isystem $(DEPS)/mbedtls/include \
	-isystem $(DEPS)/qr-code-generator/c

FLAGS_ntfs-3g := -Ulinux -U__linux__ -U__linux -Iscripts/deps/ntfs-3g \
	-DHAVE_CONFIG_H -I$(DEPS)/ntfs-3g/include/ntfs-3g \
	-include scripts/deps/ntfs-3g/quiet.h
FLAGS_attrib := -include scripts/deps/ntfs-3g/no_compressed_writes.h
FLAGS_misc := -include scripts/deps/ntfs-3g/frugal.h
FLAGS_playlog := -include scripts/deps/ntfs-3g/mute.h \
	-include scripts/deps/ntfs-3g/roomy.h
FLAGS_libfdt := -I$(DEPS)/libfdt
FLAGS_util-linux := -Iscripts/deps/util-linux \
	-include scripts/deps/util-linux/redirect.h -DNDEBUG \
	-I$(DEPS)/util-linux/include $(addprefix -I$(DEPS)/util-linux/,\
	libblkid/src libblkid/src/superblocks libblkid/src/partitions)
FLAGS_mbedtls := -I$(DEPS)/mbedtls/include \
	'-DMBEDTLS_CONFIG_FILE=<scripts/deps/mbedtls/config.h>'
library_flags = -fwrapv $(FLAGS_$(firstword $(subst /, ,$(1)))) \
	$(FLAGS_$(notdir $(1)))

# --- Flags --------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion -Wvla \
	-Wstrict-prototypes -Wmissing-prototypes

CROSS_x64 := x86_64-linux-gnu-
CROSS_aa64 := aarch64-linux-gnu-
CC_efi-x64 := $(CROSS_x64)gcc
CC_efi-aa64 := $(CROSS_aa64)gcc
CC_linux-x64 := $(CROSS_x64)gcc
CC_linux-aa64 := $(CROSS_aa64)gcc
CC_host	:= gcc
CC_asan	:= clang
CC_cov	:= clang

# Third-party code: only what would be a bug at run time (-w would hide even
# errors that were asked for).
LIBRARY_WARNINGS := -Wno-address-of-packed-member -Wno-format \
	-Werror=implicit-function-declaration -Werror=int-conversion \
	-Werror=incompatible-pointer-types

DEFINES	:= -DLOOPBREAKER_VERSION='"$(VERSION)"' -D_FILE_OFFSET_BITS=64
# Nothing of the folder it is built in gets into a program.
COMMON	:= -std=gnu11 -fno-strict-aliasing -MMD -MP -I. -I$(BUILD) $(DEFINES) \
	-ffile-prefix-map=$(CURDIR)=.

# What of -Oz makes this code larger (docs/benchmarks.md has its budget).
SMALLER	:= -fno-expensive-optimizations -fno-jump-tables \
	-fno-move-loop-invariants -fno-tree-loop-im -fno-shrink-wrap \
	-fno-split-wide-types -fno-code-hoisting -fno-tree-switch-conversion

# The compiler is asked by the shell that compiles: make may be read before it
# is installed.  (Twice doubled: once for :=, once for the eval of the rules.)
CFLAGS_efi := $(COMMON) -Oz $(SMALLER) -ffreestanding \
	-fpie -fshort-wchar \
	-mgeneral-regs-only -fstack-protector-strong \
	-mstack-protector-guard=global \
	-ffunction-sections -fdata-sections -fvisibility=hidden \
	-fno-asynchronous-unwind-tables -U_FORTIFY_SOURCE \
	-Werror=implicit-function-declaration -Ulinux -U__linux__ -U__linux \
	-isystem efi/libc/include -DGNU_EFI_USE_MS_ABI -D__LOOPBREAKER_EFI__
# $(call gcc_headers,FLAVOUR): the compiler's own, nobody else's
gcc_headers = -nostdinc -isystem $$$$($(CC_$(1)) -print-file-name=include)
CFLAGS_efi-x64 := $(call gcc_headers,efi-x64) $(CFLAGS_efi) -mno-red-zone \
	-maccumulate-outgoing-args
# char is signed in the flavours that the unit tests run: so it is here.
CFLAGS_efi-aa64 := $(call gcc_headers,efi-aa64) $(CFLAGS_efi) -mstrict-align \
	-fsigned-char

# The application is compiled as one (-flto); other programs are linked from the
# ordinary code in the same objects.  Apart stay the C library and the guard of
# the stack, which the compiler calls by itself, and the entry, which is not
# guarded.  -flto-partition=one: the same bytes on every machine.
APART	:= efi/libc/%.c efi/entry.c efi/stack_guard.c
# What is not the C library may be compiled as if memcpy() and the like did what
# C says.  Not stdio: gcc would call functions that are not there (strcpy()).
BUILTIN	:= -fbuiltin -fno-builtin-printf -fno-builtin-snprintf
WHOLE	:= -flto -ffat-lto-objects $(BUILTIN)
WHOLE_efi-x64 := $(WHOLE)
WHOLE_efi-aa64 := $(WHOLE)
# $(call whole_flags,FLAVOUR,SOURCE)
whole_flags = $(if $(filter $(APART),$(2)),,$(WHOLE_$(1)))
LTO_LINK := -flto=1 -flto-partition=one

CFLAGS_host := $(COMMON) -O2 -g -fstack-protector-strong -D_GNU_SOURCE
CFLAGS_asan := $(COMMON) -O1 -g -fno-omit-frame-pointer -D_GNU_SOURCE \
	-fsanitize=address,fuzzer-no-link
# Third-party code is full of benign UB; ours must not be.
CFLAGS_asan_own := -fsanitize=undefined -fno-sanitize-recover=undefined

# Own code of the tests once more, counting what is executed; the libraries are
# those of asan.
CFLAGS_cov := $(CFLAGS_asan)
CFLAGS_cov_own := -fprofile-instr-generate -fcoverage-mapping

# $(call efi_headers,CPU)
efi_headers = -isystem $(DEPS)/gnu-efi/inc -isystem $(DEPS)/gnu-efi/inc/$(1)
# The few programs that run on a processor of QEMU's.
CFLAGS_linux-x64 := $(CFLAGS_host)
CFLAGS_linux-aa64 := $(CFLAGS_host) -fsigned-char
EXTRA_efi-x64 := $(call efi_headers,$(CPU_x64))
EXTRA_efi-aa64 := $(call efi_headers,$(CPU_aa64))
EXTRA_asan := $(call efi_headers,$(CPU_host)) -DGNU_EFI_USE_MS_ABI
EXTRA_cov := $(EXTRA_asan)

# At -Oz the blocks that are under way at once would not stay in registers.
KERNEL_x86_64 := -O2 -maes -mssse3 -msse4.1 -msha
KERNEL_aarch64 := -O2 -march=armv8-a+crypto

LDFLAGS_efi := -Bsymbolic -znocombreloc -znorelro -znoexecstack --gc-sections \
	--no-undefined --no-warn-rwx-segments --build-id=none
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_cov := $(LDFLAGS_asan) -fprofile-instr-generate

# --- Compiling ------------------------------------------------------------------

# $(call quote,TEXT): one word for the shell
quote	= '$(subst ','\'',$(1))'
# $(call all_flags,FLAVOUR)
all_flags = $(CFLAGS_$(1)) $(CFLAGS_$(1)_own) $(WARNINGS) $(LIBRARY_WARNINGS) \
	$(LIBRARY_INCLUDES) $(EXTRA_$(1)) $(FLAGS_ntfs-3g) $(FLAGS_attrib) $(FLAGS_misc) \
	$(FLAGS_playlog) \
	$(FLAGS_libfdt) $(FLAGS_util-linux) $(FLAGS_mbedtls) $(KERNEL_$(CPU_$(1))) $(WHOLE_$(1)) \
	$(LTO_LINK) $(LDFLAGS_efi) $(LDFLAGS_asan)

.PHONY: always

# $(call compile,FLAVOUR): our own sources and the third-party ones.
define compile
OWN_$(1) := $(patsubst %.c,$(BUILD)/$(1)/%.o,$(call core_sources,$(CPU_$(1))))
LIB_$(1) := $(LIBRARY_C:%.c=$(BUILD)/$(1)/deps/%.o)

# Rewritten when it would say something else, so that changed flags, or another
# compiler, compile everything again.
$(BUILD)/$(1)/flags: always | $(BUILD)/setup.stamp
	@scripts/if-changed $$@ $(CC_$(1)) $(call quote,$(call all_flags,$(1)))

$(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1)/flags | $(DEPS)/fetched.stamp
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	@$(CC_$(1)) $(CFLAGS_$(1)) $(CFLAGS_$(1)_own) $(WARNINGS) \
		$(LIBRARY_INCLUDES) $(EXTRA_$(1)) $$(call whole_flags,$(1),$$<) \
		-c $$< -o $$@

$(KERNEL_C:%.c=$(BUILD)/$(1)/%.o): $(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1)/flags \
		| $(DEPS)/fetched.stamp
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	@$(CC_$(1)) $(filter-out -mgeneral-regs-only \
		$(SMALLER),$(CFLAGS_$(1))) \
		$(CFLAGS_$(1)_own) $(KERNEL_$(CPU_$(1))) $(WARNINGS) \
		$(LIBRARY_INCLUDES) -c $$< -o $$@

$(FOREIGN_C:%.c=$(BUILD)/$(1)/%.o): $(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1)/flags \
		| $(DEPS)/fetched.stamp
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	@$(CC_$(1)) $(CFLAGS_$(1)) $(LIBRARY_WARNINGS) $(LIBRARY_INCLUDES) \
		-Ulinux -U__linux__ -Iscripts/deps/ntfs-3g -DHAVE_CONFIG_H \
		-isystem $(DEPS)/ntfs-3g/include/ntfs-3g \
		-isystem $(DEPS)/ntfs-3g/ntfsprogs $(WHOLE_$(1)) -c $$< -o $$@

$(BUILD)/$(1)/deps/%.o: $(DEPS)/fetched.stamp $(BUILD)/$(1)/flags
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	@$(CC_$(1)) $(CFLAGS_$(1)) $(LIBRARY_WARNINGS) \
		$$(call library_flags,$$*) $(WHOLE_$(1)) -c $(DEPS)/$$*.c -o $$@

$(ABSENT_C:%.c=$(BUILD)/$(1)/%.o): $(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1)/flags \
		| $(DEPS)/fetched.stamp
	@mkdir -p $$(@D)
	@echo "  CC    $$@"
	@$(CC_$(1)) $(CFLAGS_$(1)) $(LIBRARY_WARNINGS) $(FLAGS_util-linux) \
		$(WHOLE_$(1)) -c $$< -o $$@

# The Makefile, because .SECONDARY lets nobody miss an object that is new in it.
$(BUILD)/$(1)/libdeps.a: $$(LIB_$(1)) $(ABSENT_C:%.c=$(BUILD)/$(1)/%.o) Makefile
	@rm -f $$@
	@ar rcs $$@ $$(filter %.o,$$^)
endef

FLAVOURS := $(ARCHES:%=efi-%) $(ARCHES:%=linux-%) host asan cov
$(foreach f,$(FLAVOURS),$(eval $(call compile,$(f))))

# --- The built-in policy ----------------------------------------------------------

$(BUILD)/policy/default.dtb: images/policy/default.dts | $(BUILD)/setup.stamp
	@mkdir -p $(@D)
	dtc -q -I dts -O dtb -o $@ $<

# The same as a list of bytes, for recovery/policy_builtin.c.
$(BUILD)/policy/default.inc: $(BUILD)/policy/default.dtb
	@od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' >$@

POLICY_O := $(FLAVOURS:%=$(BUILD)/%/recovery/policy_builtin.o)
$(POLICY_O): $(BUILD)/policy/default.inc

# SBAT: shim compares the generation, the version is for people.
$(BUILD)/sbat.csv: efi/sbat.csv.in Makefile
	@mkdir -p $(@D)
	@sed 's/@VERSION@/$(VERSION)/' $< >$@

# --- The UEFI application ---------------------------------------------------------

EFI_LDS	:= efi/loopbreaker.lds
PE_SECTIONS := .text .rodata .data .sbat .reloc
PE_FINISH := scripts/pe-finish scripts/pe_relocations.py

# $(call objects,FLAVOUR,SOURCES)
objects	= $(addsuffix .o,$(addprefix $(BUILD)/$(1)/,$(basename $(2))))

# $(call front,ARCH): the objects of the application
define front
FRONT_$(1) := $(call objects,efi-$(1),$(call efi_sources,$(CPU_$(1))))
APP_O_$(1) := $$(OWN_efi-$(1)) $$(FRONT_$(1))

$(BUILD)/efi-$(1)/%.o: %.S $(DEPS)/fetched.stamp $(BUILD)/efi-$(1)/flags
	@mkdir -p $$(@D)
	@echo "  AS    $$@"
	@$(CC_efi-$(1)) -c -I. -I$(BUILD) $(DEFINES) $$< -o $$@
$(BUILD)/efi-$(1)/efi/sbat.o: $(BUILD)/sbat.csv
endef

$(foreach a,$(ARCHES),$(eval $(call front,$(a))))

# $(call link,ARCH,PROGRAM,OBJECTS,OPTIONS): -fno-lto, or as one program
define link
$(BUILD)/efi-$(1)/$(2).so: $(3) $(BUILD)/efi-$(1)/libdeps.a $(EFI_LDS)
	@echo "  LD    $$@"
	@$(CC_efi-$(1)) $(filter-out -MMD -MP,$(CFLAGS_efi-$(1))) -shared -nostdlib \
		$(4) $(addprefix -Xlinker ,$(LDFLAGS_efi)) -T $(EFI_LDS) \
		-Xlinker -Map=$$(@:.so=.map) $(3) $(BUILD)/efi-$(1)/libdeps.a -o $$@

$(BUILD)/$(2)-$(1).efi: $(BUILD)/efi-$(1)/$(2).so $(PE_FINISH)
	@echo "  PE    $$@"
	@$(CROSS_$(1))objcopy $(addprefix -j ,$(PE_SECTIONS)) \
		--section-alignment 4096 --file-alignment 4096 \
		--target efi-app-$(CPU_$(1)) --subsystem=10 $$< $$@
	@$(CROSS_$(1))strip -s $$@
	@scripts/pe-finish --relocate $$< $$@
endef

$(foreach a,$(ARCHES),$(eval $(call link,$(a),loopbreaker,$(APP_O_$(a)),$(LTO_LINK))))

# --- The Linux command --------------------------------------------------------------

LINUX_O := $(OWN_host) $(LINUX_C:%.c=$(BUILD)/host/%.o)
$(BUILD)/host/loopbreaker: $(LINUX_O) $(BUILD)/host/libdeps.a
	@echo "  LD    $@"
	@$(CC_host) $^ -o $@

include images/images.mk

# --- Tests ----------------------------------------------------------------------------

# Which programs they are made of.
include tests/programs.mk

BUILT := all $(UNIT_BIN) $(FUZZ_BIN) $(TOOLS) $(STANDINS) $(FAULTIES) \
	$(BUILD)/host/decisions $(MAKERS) $(BUILD)/standin-init $(BUILD)/asan/loopbreaker \
	$(BUILD)/asan/replay $(ENGINE_CHECKS) $(BUILD)/host/crypto_bench \
	$(BUILD)/loopbreaker.spdx.json

# One program sums up all suites, so that the last line tells the whole.
check: $(BUILT) $(KERNEL)/fetched.stamp $(SHIM_FILES)/fetched.stamp
	@python3 tests/check.py --build $(BUILD)

check-deep: $(BUILT) $(KERNEL)/fetched.stamp $(SHIM_FILES)/fetched.stamp \
		$(LIVE)/fetched.stamp
	@python3 tests/check.py --build $(BUILD) --deep

# For those that only want an x86-64 PC.
PC_PARTS := $(BUILD)/loopbreaker-x64.efi $(BUILD)/standin-x64.efi \
	$(BUILD)/faulty-x64.efi $(BUILD)/host/loopbreaker $(TOOLS)

demo: $(PC_PARTS)
	@python3 tests/boot/demo.py

bench: $(PC_PARTS) $(BUILD)/host/crypto_bench $(KERNEL)/fetched.stamp
	@status=0; python3 tests/boot/bench.py || status=1; \
		python3 tests/engines/bench.py || status=1; exit $$status

bench-images: all $(TOOLS) $(STANDINS) $(FAULTIES) $(KERNEL)/fetched.stamp \
		$(LIVE)/fetched.stamp
	@python3 tests/boot/image_bench.py --build $(BUILD)

decisions: $(BUILD)/host/decisions
	@python3 tests/cli/test_decisions.py --write

screenshot: $(PC_PARTS) $(BUILD)/host/make-bitlocker
	@python3 tests/boot/screenshot.py docs/console.png
	@python3 tests/boot/key_page.py docs/key-page.png

FUZZ_SECONDS ?= 60
fuzz: $(FUZZ_BIN)
	@for f in $(FUZZ_BIN); do echo "  FUZZ  $$f"; \
		LSAN_OPTIONS=suppressions=tests/leaks.supp:print_suppressions=0 \
			$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=0 \
			-verbosity=0 || exit 1; done

# gcc -fanalyzer, clang-tidy and cppcheck on our own sources.  Dollar signs were
# doubled for the rules of objects; no dependencies are wanted here.
analyze_flags = $(filter-out -MMD -MP $(SMALLER),$(subst $$$$,$$,$(1)))
analyze: $(DEPS)/fetched.stamp $(BUILD)/policy/default.inc
	@scripts/analyze \
		$(call quote,$(call analyze_flags,$(CFLAGS_host) \
			$(LIBRARY_INCLUDES) $(EXTRA_asan))) \
		$(call quote,$(call analyze_flags,$(CFLAGS_efi-x64))) \
		$(call quote,$(KERNEL_$(CPU_host)))

# Which branches neither the unit tests nor those of the command take.
coverage: $(COVERAGE_BIN) $(TOOLS) $(BUILD)/host/loopbreaker \
		$(BUILD)/loopbreaker-x64.efi
	@scripts/coverage $(BUILD) recovery quarantine

# What is in the programs, from which source packages.
sbom: $(BUILD)/loopbreaker.spdx.json
$(BUILD)/loopbreaker.spdx.json: $(APPLICATIONS) $(BUILD)/host/loopbreaker \
		$(DEPS)/fetched.stamp scripts/sbom Makefile
	@scripts/sbom $(BUILD) $(VERSION) $@

# Builds again in another folder; part of check.
reproducible: all
	@LOOPBREAKER_BUILD=$(BUILD) python3 tests/cli/test_build.py

layers:
	@scripts/layers
length:
	@scripts/length
format:
	@git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror
size: $(APPLICATIONS)
	@scripts/size $(BUILD)/efi-x64/loopbreaker.map $(BUILD)/loopbreaker-x64.efi 409600
	@scripts/size $(BUILD)/efi-aa64/loopbreaker.map $(BUILD)/loopbreaker-aa64.efi

clean:
	@find $(BUILD) -mindepth 1 -maxdepth 1 ! -name deps ! -name kernel ! -name live \
		! -name shim ! -name setup.stamp -exec rm -rf {} +

-include $(shell find $(BUILD) -name '*.d' -not -path '$(DEPS)/*' 2>/dev/null)
