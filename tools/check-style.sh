#!/bin/sh
# House rules as a program: banned calls outside their owner, long files, promises in the code, and the
# one caller of device_set.
set -eu
cd "$(dirname "$0")/.."
status=0
say() { echo "$1"; status=1; }
code=$(find core gas analysis instruments twin sequences db reports bench -name '*.[ch]')

banned() { # words, files that may
    words=$1; shift
    found=$(grep -nE "(^|[^A-Za-z0-9_])($words)\(" $code /dev/null || true)
    for owner in "$@"; do found=$(echo "$found" | grep -v "^$owner" || true); done
    found=$(echo "$found" | grep -vE '^[^:]+:[0-9]+:\s*(/?\*|//)' || true)
    [ -z "$found" ] || say "$found
    ^ banned here: $words"
}
banned 'strtod|strtod_l|atof|strtof' core/num.c
banned 'sprintf|vsprintf|strcpy|strcat|gets|system|popen'
banned 'fmin|fmax|fminf|fmaxf'
banned 'clock_gettime|gettimeofday|time|usleep|nanosleep|sleep' core/clock.c bench/guard/
banned 'tcdrain|sp_drain|sp_blocking_read|sp_blocking_write|sp_blocking_read_next'
banned 'setlocale'
banned 'exit|abort' bench/main.c bench/guard/main.c
banned 'device_set|device_make_safe' instruments/link bench/safety/
for file in $code; do
    lines=$(wc -l < "$file")
    [ "$lines" -le 600 ] || say "$file: $lines lines (600 at most): split it by idea"
done
promises=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $code /dev/null || true)
[ -z "$promises" ] || say "$promises
    ^ promises do not stand in the code"
halves=$(git grep -nE '^(<<<<<<< |>>>>>>> )' 2>/dev/null || true)
[ -z "$halves" ] || say "$halves
    ^ left over from joining two versions"
for driver in instruments/*/; do
    case $driver in */transport/ | */proto/ | */capability/) continue ;; esac
    ls "$driver"*_sim.c >/dev/null 2>&1 || say "$driver has no simulator"
    [ -f "${driver}NOTES.md" ] || say "$driver has no NOTES.md"
    [ -d "${driver}captures" ] || say "$driver has no captures/"
done
[ $status = 0 ] && echo "style: ok"
exit $status
