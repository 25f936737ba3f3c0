#!/bin/sh
# Runs sequences on their twins at each corner of their parameter ranges (at most 64 each) and tells
# which cannot run: a bench error, a trip, an unconfirmed cleanup. What `check` has proven must run.
#
#   tools/try-corners.sh [SEQUENCE...]      all of the library by default; CORNER_SECONDS caps a run
set -u
ROOT=$(cd "$(dirname "$0")/.." && pwd)
LB=${LB:-$ROOT/build/lambdabench}
[ $# -gt 0 ] || set -- "$ROOT"/sequences/library/*.seq
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# "total=1.0 L/min|total=4.0 L/min", one line a parameter; without a unit the low end has the high one's
ends() {
    sed -n 's/#.*//; s/ *"[^"]*" *$//; s/^param *\([a-z_0-9]*\) *=.* in *\(.*[^ ]\) *\.\. *\([^ ]*\)  *\([^ ]*\).*$/\1|\2|\3 \4/p' "$1" |
        while IFS='|' read -r name low high; do
            case $low in *" "*) ;; *) low="$low ${high#* }" ;; esac
            printf '%s=%s|%s=%s\n' "$name" "$low" "$name" "$high"
        done
}

corners() { # the lines of ends() on stdin; one corner a line, parts joined by ';'
    awk -F'|' '{a[NR]=$1; b[NR]=$2} END {
        n = 2 ^ NR; if (n > 64) n = 64
        for (i = 0; i < n; i++) { line = ""; k = i
            for (p = 1; p <= NR; p++) { line = line (p > 1 ? ";" : "") (k % 2 ? b[p] : a[p]); k = int(k / 2) }
            print line }}'
}

for seq; do
    ends "$seq" | corners >"$out.corners"
    while IFS= read -r corner; do
        IFS=';'
        set --
        for part in $corner; do set -- "$@" -p "$part"; done
        unset IFS
        timeout "${CORNER_SECONDS:-600}" "$LB" run "$seq" --simulate --no-db -q "$@" >"$out" 2>&1 </dev/null
        code=$?
        case $code in
        0) word=pass ;;
        1) word='runs, a part fails' ;;
        124) word='too long to be tried' ;;
        *) word="CANNOT RUN ($code)"; failed=$((failed + 1)) ;;
        esac
        printf '%-26s %-70s %s\n' "$(basename "$seq" .seq)" "$corner" "$word"
        [ $code -le 1 ] || tail -n 4 "$out" | sed 's/^/        /'
    done <"$out.corners"
    rm -f "$out.corners"
done
echo "$failed corners cannot run"
[ $failed = 0 ]
