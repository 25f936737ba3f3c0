# Shared by the end-to-end scripts. $ROOT is the project, the current folder is empty and ours.
LB=${LB:-$ROOT/build/lambdabench}
SEQ="$ROOT/sequences/library/eol_lsu49.seq"
export CI=true

ok() { echo "ok $*"; }
not_ok() { echo "not ok $*"; }

# expect CODE TEXT COMMAND...: the exit code, and TEXT (a fixed string) somewhere in what it said.
expect() {
    want=$1; text=$2; shift 2
    "$@" >out.txt 2>err.txt </dev/null
    code=$?
    if [ $code -ne "$want" ]; then
        not_ok "exit $code instead of $want: $*"; sed 's/^/    /' err.txt | head -5
    elif [ -n "$text" ] && ! grep -qF -- "$text" out.txt err.txt; then
        not_ok "did not say '$text': $*"; sed 's/^/    /' err.txt | head -5
    else
        ok "exit $want${text:+, \"$text\"}: $(echo "$*" | sed "s|$ROOT/||g" | cut -c1-90)"
    fi
}

same() { # TEXT A B
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: '$2' is not '$3'"; fi
}

no_sanitizer_report() {
    if grep -qE 'runtime error|AddressSanitizer|LeakSanitizer|ThreadSanitizer' out.txt err.txt 2>/dev/null; then
        not_ok "sanitizer report"; grep -hE 'runtime error|Sanitizer' out.txt err.txt | head -3
    fi
}
