# The checks that keep drivers pure refuse an impure one: each line of tests/impure/driver.txt, on its own, in a
# copy of a driver's place.
. "$ROOT/tests/e2e/lib.sh"
for folder in core gas analysis instruments/proto instruments/capability instruments/bad twin sequences db reports bench; do
    mkdir -p $folder; echo '/* nothing */' >$folder/nothing.h
done
echo '#include "core/num.h"' >instruments/bad/bad.c
expect 0 "layers: ok" sh "$ROOT/tools/check-layers.sh"
grep '^#include' "$ROOT/tests/impure/driver.txt" >includes.txt
while read -r line; do
    echo "$line" >instruments/bad/bad.c
    expect 1 "may not include" sh "$ROOT/tools/check-layers.sh"
done <includes.txt

objects=${BUILD:-$ROOT/build/plain}
mkdir -p tree/instruments/bad
build() { printf '%s\n' "$1" | gcc -std=gnu11 -w -O2 -I"$ROOT" -x c -c - -o tree/instruments/bad/bad.o; }
build '#include "core/num.h"
enum rc f(struct span s, double *x) { return memchr(s.at, 0, s.len) ? RC_RANGE : num_parse(s, x); }'
expect 0 "drivers: ok" "$ROOT/tools/check-drivers.sh" "$objects" tree
grep '^CALL' "$ROOT/tests/impure/driver.txt" | sed 's/^CALL //' >calls.txt
while read -r line; do
    case $line in *stderr*) head='#include <stdio.h>' ;; *) head= ;; esac
    build "$head
void *f(void) { return (void *)(long)$line }"
    expect 1 "a driver is pure" "$ROOT/tools/check-drivers.sh" "$objects" tree
done <calls.txt
