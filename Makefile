# generate - GHRSST L2P granules from OBPG Level-2 files
#
# Packages to build with (Debian): gcc make pkg-config libcurl4-openssl-dev libnetcdf-dev libhdf5-dev
# libjansson-dev zlib1g-dev libdeflate-dev libssl-dev. `scripts/deps build` installs them, `scripts/deps test`
# what the tests need.
#
# make, make install PREFIX= DESTDIR=, make check, make lint, make asan, make bench, make clean

VERSION    := 0.1.0
PREFIX     ?= /usr/local
CC         ?= gcc
CFLAGS     ?= -O2 -g
LIBDEFLATE ?= yes

PROGS := $(sort $(basename $(notdir $(wildcard cmd/*.c))) $(notdir $(patsubst %/main.c,%,$(wildcard cmd/*/main.c))))
LIBS  := libcurl netcdf hdf5 jansson zlib libcrypto

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Ilib $(WARN) -ffp-contract=off -pthread \
	-MMD -MP $(PKG_CFLAGS) $(CFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS))
LDLIBS     := $(shell pkg-config --libs $(LIBS)) -lm -pthread
ifeq ($(LIBDEFLATE),yes)
ALL_CFLAGS += -DWITH_LIBDEFLATE
LDLIBS     += -ldeflate
endif

B := $(or $(BUILD),build)
BIN := $(or $(BINDIR),bin)
LIB_OBJ  := $(patsubst %.c,$B/%.o,$(sort $(wildcard lib/*/*.c)))
UNITS    := $(patsubst tests/unit/%.c,$B/tests/unit/%,$(sort $(wildcard tests/unit/*.c)))
TOOLS    := $(patsubst tests/%.c,$B/tests/%,$(sort $(wildcard tests/*.c))) \
	$(patsubst tests/%/main.c,$B/tests/%,$(sort $(wildcard tests/*/main.c)))
SOURCES  := $(sort $(wildcard cmd/*.c cmd/*/*.c lib/*/*.c tests/*.c tests/*/*.c))

# Objects of a program, and those of it that a unit test may link: all but its main file.
prog_obj = $(patsubst %.c,$B/%.o,$(sort $(wildcard cmd/$1.c cmd/$1/*.c)))
part_obj = $(filter-out %/main.o $B/cmd/%.c,$(patsubst %.c,$B/%.o,$(sort $(wildcard cmd/*/*.c))))

.PHONY: all install check lint asan bench clean test-tools
.SECONDEXPANSION:
.SECONDARY:

all: $(PROGS:%=$(BIN)/%)

$B/libgenerate.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(PROGS:%=$(BIN)/%): $(BIN)/%: $$(call prog_obj,%) $B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# A unit test tests/unit/PROG_subject.c links the parts of program PROG.
$(UNITS): $B/tests/unit/%: $B/tests/unit/%.o $$(filter $B/cmd/$$(firstword $$(subst _, ,%))/%,$$(part_obj)) \
	$B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(TOOLS): $B/tests/%: $$(patsubst %.c,$B/%.o,$$(sort $$(wildcard tests/$$*.c tests/$$*/*.c))) $B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

test-tools: all $(UNITS) $(TOOLS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGS:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/bin
	for f in man/*.[1-9]; do \
		d=$(DESTDIR)$(PREFIX)/share/man/man$${f##*.}; \
		install -d $$d && install -m 644 $$f $$d || exit 1; \
	done

check: test-tools
	BUILD=$B BINDIR=$(BIN) prove -j2 --timer tests/*.t $(UNITS)

clean:
	rm -rf build bin

-include $(shell find $B -name '*.d' 2>/dev/null)
