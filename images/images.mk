# SPDX-License-Identifier: GPL-2.0-or-later
#
# make images: what images/make.py is told.  A part of the Makefile, which includes
# it.
#
# What they are made for is said on the command line, not by the environment.

POLICY	:=
ORDER	:=
POLICY_KEY :=
KEYS	:=
PLAIN_KEYS :=
ONLY	:=
KEY	:=
CERT	:=
SHIM	:=
SERVER	:=
SERVER6	:=
RANGE	:=
RANGE6	:=
INTERFACE :=
ROOT	:=
LOGS	:=

# $(call image_option,NAME,VALUE)
image_option = $(if $(2),--$(1) $(call quote,$(2)))
IMAGE_OPTIONS = $(call image_option,policy,$(POLICY)) \
	$(call image_option,order,$(ORDER)) \
	$(foreach k,$(POLICY_KEY),$(call image_option,policy-key,$(k))) \
	$(call image_option,keys,$(KEYS)) \
	$(if $(filter yes,$(PLAIN_KEYS)),--plain-keys) \
	$(foreach k,$(ONLY),$(call image_option,only,$(k))) \
	$(call image_option,key,$(KEY)) $(call image_option,cert,$(CERT)) \
	$(call image_option,shim,$(SHIM)) \
	$(call image_option,server,$(SERVER)) \
	$(call image_option,server6,$(SERVER6)) \
	$(call image_option,range,$(RANGE)) \
	$(call image_option,range6,$(RANGE6)) \
	$(call image_option,interface,$(INTERFACE)) \
	$(call image_option,root,$(ROOT)) $(call image_option,logs,$(LOGS))

images: all
	@images/make.py --build $(BUILD) --output $(BUILD)/images $(IMAGE_OPTIONS)
