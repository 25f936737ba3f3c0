#!/bin/sh
# Run cmocka programs; stop at none, print what failed with its output, and the totals.
set -u
passed=0; failed=0; skipped=0; broken=
log=$(mktemp); trap 'rm -f "$log"' EXIT
for test in "$@"; do
    timeout "${TEST_SECONDS:-120}" "$test" >"$log" 2>&1; code=$?
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{s+=$1} END {print s+0}')
    f=$(sed -n 's/^\[  FAILED  \] [^:]*: \([0-9]*\) test.*/\1/p' "$log" | awk '{s+=$1} END {print s+0}')
    s=$(sed -n 's/^\[  SKIPPED \] [^:]*: \([0-9]*\) test.*/\1/p' "$log" | awk '{s+=$1} END {print s+0}')
    if [ $code -ne 0 ]; then
        [ "$f" -gt 0 ] || f=1
        broken="$broken $(basename "$test")"
        echo "== $test: exit $code"; tail -n 60 "$log"
    else
        printf '%-28s %4d passed\n' "$(basename "$test")" "$p"
        grep -h '^figure:' "$log" || true
    fi
    [ "$s" -eq 0 ] || grep -i 'skip' "$log"
    passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
done
[ -z "$broken" ] || echo "failed:$broken"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
