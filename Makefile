# One make, no recursion but for flavours. Sources are found, not listed.
#   make            build/lambdabench and build/lambdaguard
#   make demo       install what is missing, build, run an end-of-line test on the twin, write its report
#   make test       install what is missing, run the suite
#   make check-all  everything a commit must pass          make help   all targets
CC      := gcc
Q       := $(if $(V),,@)
BUILD   ?= build/plain
OPT     ?= -O2 -g
HARDEN  := -fno-fast-math -ffp-contract=off -fstack-protector-strong -fno-common -fno-strict-aliasing \
           -fno-delete-null-pointer-checks -fPIE
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion \
           -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wundef -Wvla -Wformat=2 -Werror
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
CFLAGS  := -std=c11 -D_GNU_SOURCE -I. $(WARN) $(HARDEN) $(OPT) -MMD -MP
CAIRO   := $(shell pkg-config --cflags cairo 2>/dev/null)
LIBS    := -lserialport -lcsv -lsqlite3 -lsodium -lz -lgsl -lgslcblas -lcairo -lpthread -lm
LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack

DIRS    := core gas analysis instruments twin sequences db reports bench
MAINS   := bench/main.c bench/guard/main.c
SRC     := $(filter-out $(MAINS),$(shell find $(DIRS) -name '*.c'))
SUPPORT := $(filter-out tests/support/ptyshim.c,$(wildcard tests/support/*.c))
TESTS   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
LIB     := $(BUILD)/liblambdabench.a
OBJ      = $(patsubst %.c,$(BUILD)/%.o,$(1))

.PHONY: all demo test e2e mode-e2e asan tsan analyze tidy format format-check layers globals fuzz bench kill9 \
        check-all update-golden install deps clean help
.SECONDARY:

all: build/lambdabench build/lambdaguard

# The program stands at build/ itself, so that every command in the documents is the same.
build/lambdabench: $(BUILD)/lambdabench
	@cp -f $< $@
build/lambdaguard: $(BUILD)/lambdaguard
	@cp -f $< $@

$(BUILD)/lambdabench: $(BUILD)/bench/main.o $(LIB)
	@echo '  LINK $@'
	$(Q)$(CC) $(OPT) $(LDFLAGS) $^ $(LIBS) -o $@
$(BUILD)/lambdaguard: $(BUILD)/bench/guard/main.o $(LIB)
	@echo '  LINK $@'
	$(Q)$(CC) $(OPT) $(LDFLAGS) $^ -o $@

$(LIB): $(call OBJ,$(SRC))
	@rm -f $@ && ar rcs $@ $^

# Compiled anew when the tree has another version than the program: results name it.
$(BUILD)/bench/cli_version.o: CFLAGS += -DLAMBDABENCH_VERSION='"$(VERSION)"'
$(BUILD)/bench/cli_version.o: $(BUILD)/version
$(BUILD)/version: always
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
.PHONY: always
$(BUILD)/reports/%.o: CFLAGS += $(CAIRO)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(call OBJ,$(SUPPORT)) $(LIB)
	@echo '  LINK $@'
	$(Q)$(CC) $(OPT) $(LDFLAGS) $^ -lcmocka $(LIBS) -o $@

deps:
	@tools/install-deps.sh

# Each test program prints its own totals; the last line sums them up.
test: deps
	@$(MAKE) --no-print-directory all run-tests e2e
.PHONY: run-tests
run-tests: $(TESTS)
	@tools/run-tests.sh $(TESTS)

e2e: all
	@tools/run-e2e.sh

# Lean or rich by element B through its instruments: GASES random gases at four parts each.
mode-e2e: all
	@d=$$(mktemp -d) && cd $$d && GASES=$${GASES:-1000} ROOT=$(CURDIR) sh $(CURDIR)/tests/e2e/mode.sh && rm -r $$d

demo: deps
	@$(MAKE) --no-print-directory all
	@tools/demo.sh

ASAN := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan:
	$(MAKE) run-tests BUILD=build/asan OPT='$(ASAN)'
asan-program:
	$(MAKE) build/asan/lambdabench build/asan/lambdaguard BUILD=build/asan OPT='$(ASAN)'
tsan:
	TEST_SECONDS=600 $(MAKE) run-tests BUILD=build/tsan OPT='-O1 -g -fsanitize=thread'
# gcc 12 loses small structs that are returned by value in these two and calls them uninitialised; clang's
# path analysis (make tidy) follows them.
build/analyze/core/units.o build/analyze/sequences/eval.o: CFLAGS += -Wno-analyzer-use-of-uninitialized-value
analyze:
	$(MAKE) build/analyze/liblambdabench.a BUILD=build/analyze OPT='-O2 -fanalyzer'
# One file a run: clang-tidy 14 carries what it knows of a va_list over to the next file.
tidy:
	@printf '%s\n' $(SRC) | xargs -P "$$(nproc)" -I{} clang-tidy --quiet --warnings-as-errors='*' {} -- \
	    -std=c11 -D_GNU_SOURCE -I. $(CAIRO)
format:
	clang-format -i $$(find $(DIRS) tests -name '*.[ch]')
format-check:
	@clang-format --dry-run -Werror $$(find $(DIRS) tests -name '*.[ch]')
layers: $(LIB)
	@tools/check-layers.sh
	@tools/check-style.sh
	@tools/check-drivers.sh $(BUILD)
globals: $(LIB)
	@tools/check-globals.sh $(LIB)

build/fuzz/lib.a: $(SRC)
	@$(MAKE) --no-print-directory build/fuzz-lib/liblambdabench.a BUILD=build/fuzz-lib CC=clang \
	    WARN=-w HARDEN=-ffp-contract=off OPT='-g -O1 -fsanitize=fuzzer-no-link,address,undefined'
	@mkdir -p build/fuzz && cp build/fuzz-lib/liblambdabench.a $@
build/fuzz/%: tests/fuzz/%.c build/fuzz/lib.a
	clang -std=c11 -D_GNU_SOURCE -I. -g -O1 -fsanitize=fuzzer,address,undefined $^ $(LIBS) -o $@
fuzz: $(FUZZ)
	@tools/run-fuzz.sh $(FUZZ)

bench: all
	@tools/bench.sh
kill9: all
	@tools/kill9.sh $${KILLS:-200}

check-all: format-check layers globals test asan tsan analyze tidy fuzz

update-golden: $(BUILD)/tests/test_report
	@tools/update-golden.sh

PREFIX ?= /usr/local
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/lambdabench $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install build/lambdabench build/lambdaguard $(DESTDIR)$(PREFIX)/bin
	cp -r sequences/library sequences/limits sequences/tables bench/stations $(DESTDIR)$(PREFIX)/share/lambdabench
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5

clean:
	rm -rf build
help:
	@sed -n 's/^#   //p' Makefile; echo "also: e2e mode-e2e asan tsan analyze tidy format layers globals fuzz bench kill9 install"

-include $(shell find build -name '*.d' 2>/dev/null)
