# An instrument of each kind vanishes in a run with outputs on, over PTYs: the run ends by itself, says so, and
# leaves nothing behind. Also for the program with sanitizers: make asan-program, LB=build/asan/lambdabench.
. "$ROOT/tests/e2e/lib.sh"
. "$ROOT/tests/e2e/rig.sh"
write_short
vanish() { # EXIT TEXT INSTRUMENT
    serve v$3 --fault $3=vanish:6
    "$LB" run $SHORT $STATION --ports v$3 --no-db >out.txt 2>err.txt </dev/null
    code=$?
    same "$3 vanishes: exit code" $code "$1"
    grep -qF -- "$2" err.txt && ok "it says: $2" || { not_ok "it does not say: $2"; sed 's/^/    /' err.txt | tail -n 5; }
    grep -q "the controller died" err.txt && not_ok "the controller was killed or called dead"
    no_sanitizer_report
    unserve
}
UNSAFE="cleanup could not be confirmed"
vanish 9 "$UNSAFE" load1
vanish 9 "$UNSAFE" mfc_n2
vanish 9 "$UNSAFE" mfc_rich
vanish 9 "$UNSAFE" psu2
vanish 9 "$UNSAFE" io1
vanish 9 "$UNSAFE" can2
