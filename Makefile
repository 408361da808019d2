# generate - GHRSST L2P granules from OBPG Level-2 files
#
# Packages to build with (Debian): gcc make pkg-config libcurl4-openssl-dev libnetcdf-dev libhdf5-dev
# libjansson-dev zlib1g-dev libdeflate-dev libssl-dev libarchive-dev. `scripts/deps build` installs them,
# `scripts/deps test lint` what the tests and checkers need. scripts/test does it all for the tests.
#
# make			programs into bin/
# make check		the tests; BUILD=dir BINDIR=dir keep a second build apart (a relative name is below this one)
# make lint		compilers' and other checkers' opinions; .ci/run runs both
# make asan		the tests with address and undefined-behaviour sanitizers
# make fuzz		the parsers on hostile input, FUZZ_TIME seconds each
# make bench		speed, next to that of other tools
# make install		PREFIX, DESTDIR

VERSION    := 0.1.0
PREFIX     ?= /usr/local
CFLAGS     ?= -O3 -g
LIBDEFLATE ?= yes
ifeq ($(origin CC),default)
CC         := gcc
endif

PROGS := $(sort $(basename $(notdir $(wildcard cmd/*.c))) $(notdir $(patsubst %/main.c,%,$(wildcard cmd/*/main.c))))
LIBS  := libcurl netcdf hdf5 jansson zlib libcrypto libarchive

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Ilib $(WARN) -ffp-contract=off -pthread \
	-MMD -MP $(PKG_CFLAGS) $(CFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS))
LDLIBS     := -Wl,--as-needed $(shell pkg-config --libs $(LIBS)) -lm -pthread
ifeq ($(LIBDEFLATE),yes)
ALL_CFLAGS += -DWITH_LIBDEFLATE
LDLIBS     += -ldeflate
endif

# Names relative to this directory, so that a blank in its own name does no harm.
B := $(subst $(CURDIR)/,,$(or $(BUILD),build))
BIN := $(subst $(CURDIR)/,,$(or $(BINDIR),bin))
LIB_OBJ  := $(patsubst %.c,$B/obj/%.o,$(sort $(wildcard lib/*/*.c)))
UNITS    := $(patsubst %.c,$B/%,$(sort $(wildcard tests/unit/*.c)))
FUZZERS  := $(patsubst %.c,$B/%,$(sort $(wildcard tests/fuzz/*.c)))
TOOLS    := $(patsubst %.c,$B/%,$(sort $(wildcard tests/*.c))) \
	$(patsubst %/main.c,$B/%,$(sort $(wildcard tests/*/main.c)))
SOURCES  := $(sort $(wildcard cmd/*.c cmd/*/*.c lib/*/*.c tests/*.c tests/*/*.c))
HEADERS  := $(sort $(wildcard cmd/*/*.h lib/*/*.h tests/*.h tests/*/*.h))
SCRIPTS  := $(sort $(wildcard .ci/* scripts/* scripts/*/* tests/*.sh tests/*/*.sh tests/*.t))

# Objects of a program (cmd/NAME.c, or cmd/NAME/ with main.c), of a test tool (the same below tests/), and those of
# program PROG that a test PROG_subject links: all but its main file.
objects  = $(patsubst %.c,$B/obj/%.o,$(sort $(wildcard $1.c $1/*.c)))
prog_of  = cmd/$(firstword $(subst _, ,$1))
part_obj = $(filter-out $B/obj/$(prog_of).o %/main.o,$(call objects,$(prog_of)))

.PHONY: all install check test-tools fuzzers fuzz asan bench clean
.PHONY: lint lint-gcc lint-clang lint-tidy lint-cppcheck lint-form lint-sh lint-man
.SECONDEXPANSION:
.SECONDARY:

all: $(PROGS:%=$(BIN)/%)

$B/libgenerate.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$B/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Tests include "tap.h" and headers of programs as "PROG/subject.h".
$B/obj/tests/%.o: ALL_CFLAGS += -Itests -Icmd

$(PROGS:%=$(BIN)/%): $(BIN)/%: $$(call objects,cmd/%) $B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(TOOLS): $B/tests/%: $$(call objects,tests/%) $B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(UNITS): $B/tests/unit/%: $B/obj/tests/unit/%.o $$(call part_obj,%) $B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(FUZZERS): $B/tests/fuzz/%: $B/obj/tests/fuzz/%.o $$(call part_obj,%) $B/libgenerate.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

test-tools: all $(UNITS) $(TOOLS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGS:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/bin
	for f in man/*.[1-9]; do \
		d=$(DESTDIR)$(PREFIX)/share/man/man$${f##*.}; \
		install -d $$d && install -m 644 $$f $$d || exit 1; \
	done

JOBS ?= $(shell nproc)

# env, because prove itself splits the name of a program where there is a blank in the directory's.
check: test-tools
	BUILD=$B BINDIR=$(BIN) prove -j$(JOBS) --timer --exec env tests/*.t $(UNITS)

# The same tests with other builds. KEEP_DUMPABLE lets the leak checker attach.
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DKEEP_DUMPABLE
FUZZ_TIME ?= 20

asan:
	ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
		$(MAKE) BUILD=$B-asan BINDIR=$B-asan/bin CFLAGS='$(SANITIZE)' check

fuzzers: $(FUZZERS)

fuzz:
	$(MAKE) BUILD=$B-fuzz CC=clang CFLAGS='$(SANITIZE) -fsanitize=fuzzer-no-link' fuzzers
	for f in $(FUZZERS:$B/tests/fuzz/%=%); do \
		mkdir -p $B-fuzz/found/$$f; \
		$B-fuzz/tests/fuzz/$$f -max_total_time=$(FUZZ_TIME) -timeout=10 -rss_limit_mb=2048 \
			-print_final_stats=1 -artifact_prefix=$B-fuzz/found/$$f- $B-fuzz/found/$$f \
			tests/fuzz/corpus/$$f >$B-fuzz/$$f.log 2>&1 || { tail -n 50 $B-fuzz/$$f.log; exit 1; }; \
		echo "$$f: $$(sed -n 's/^stat::number_of_executed_units: *//p' $B-fuzz/$$f.log) runs"; \
	done

bench: test-tools
	for f in tests/bench/*.sh; do BUILD=$B BINDIR=$(BIN) sh $$f || exit 1; done

# What style.md asks for, as far as a tool can see it.
COLUMNS_MAX    = 120
LINES_MAX      = 100
COMPLEXITY_MAX = 20

lint: lint-gcc lint-clang lint-tidy lint-cppcheck lint-form lint-sh lint-man

lint-gcc lint-clang: lint-%:
	$(MAKE) BUILD=$B/$* BINDIR=$B/$*/bin CC=$* CFLAGS='-O2 -g -Werror' test-tools

lint-tidy: $(patsubst %.c,$B/obj/%.tidy,$(filter-out tests/%,$(SOURCES)))

$B/obj/%.tidy: %.c $(HEADERS) .clang-tidy
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Itests -Icmd 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

# cppcheck 2.17 takes designators of designators for side effects, and says of large files that it looks less closely.
lint-cppcheck:
	@mkdir -p $B/cppcheck
	cppcheck --quiet --cppcheck-build-dir=$B/cppcheck -j $(JOBS) --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=normalCheckLevelMaxBranches --suppress=unknownEvaluationOrder \
		-D_GNU_SOURCE -DVERSION='"0"' -Ilib -Icmd -Itests $(SOURCES)

lint-form:
	@pmccabe $(SOURCES) | awk '$$1 >= $(COMPLEXITY_MAX) || $$5 > $(LINES_MAX) { bad = 1; \
		print $$6, $$7 ": complexity", $$1 " (< $(COMPLEXITY_MAX)),", $$5, "lines (<= $(LINES_MAX))" } \
		END { exit bad }'
	@for f in $(SOURCES) $(HEADERS); do \
		expand -t 8 $$f | awk -v f=$$f 'length > $(COLUMNS_MAX) { print f ":" NR ": wider than $(COLUMNS_MAX)"; bad = 1 } \
		/[ \t]$$/ { print f ":" NR ": blanks at the end"; bad = 1 } END { exit bad }' || bad=1; \
	done; exit $${bad:-0}

# Sourced files, and what lib.sh sets, are not followed; then opinions that are wrong more often than right.
lint-sh:
	shellcheck -e SC1090,SC1091,SC2154,SC2034,SC2012,SC2016,SC2094,SC2119,SC2319 \
		$$(grep -lE '^(#!.*sh$$|# shellcheck)' $(SCRIPTS))

lint-man:
	prove -Q tests/man.t

clean:
	rm -rf $B $(BIN) $B-asan $B-fuzz

-include $(shell find $B/obj -name '*.d' 2>/dev/null)
