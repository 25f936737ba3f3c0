#!/bin/sh
# Every tests/e2e/*.sh against the built program, each in a folder of its own; totals as for the suite.
# A script prints a line `ok TEXT` or `not ok TEXT` for each thing it proves.
set -u
cd "$(dirname "$0")/.."
passed=0; failed=0; skipped=0
root=$(pwd)
for script in tests/e2e/*.sh; do
    case $script in */lib.sh | */rig.sh) continue ;; esac
    work=$(mktemp -d)
    (cd "$work" && ROOT="$root" timeout "${E2E_SECONDS:-600}" sh "$root/$script") >"$work.log" 2>&1
    code=$?
    p=$(grep -c '^ok ' "$work.log"); f=$(grep -c '^not ok ' "$work.log"); s=$(grep -c '^skip ' "$work.log")
    if [ $code -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
        echo "not ok $(basename "$script") ended with $code"
        tail -n 30 "$work.log"
    fi
    grep -h '^not ok ' "$work.log" -A 6
    grep -hE '^(skip|figure)' "$work.log"
    printf '%-28s %4d passed\n' "$(basename "$script")" "$p"
    passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
    rm -rf "$work" "$work.log"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
