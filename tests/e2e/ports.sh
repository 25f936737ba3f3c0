# Real time, over PTYs, two processes: faults of instruments, Ctrl-C once and twice, safe, locks.
. "$ROOT/tests/e2e/lib.sh"
mkdir -p s/library; cp -r "$ROOT/sequences/limits" "$ROOT/sequences/tables" s/
# A short sequence that has gas, supply, heater and load on.
cat >s/library/short.seq <<'SEQ'
sequence short version 1 "short"
requires station kind "lambda-rig"
gases "../tables/gases.csv"
record dut.ubatt, dut.ibatt at 50 Hz
setup
    mix n2 balance total 2 L/min
    set psu.ubatt = 13.5 V ramp 10 V/s
    set psu.aux = 5 V
    set load.i = 1 A
    set load.input = on
end
main
    step warm "Warm"
        set dut.heater = on
        wait 3 s
        measure u_batt = mean(dut.ubatt) over 2 s
    end
end
cleanup within 30 s
    set dut.heater = off
    wait 4 s
    set psu.ubatt = 0 V
    set load.input = off
    set psu.aux = 0 V
    mix off
end
SEQ
SHORT=s/library/short.seq
STATION="--station $ROOT/bench/stations/twin.station"
serve() { # DIR FAULTS...
    dir=$1; shift
    "$LB" twin serve $STATION --dir "$dir" "$@" >"$dir.log" 2>&1 &
    server=$!
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q serving "$dir.log" && return
        sleep 0.2
    done
    not_ok "twin serve did not start"
}
unserve() { kill $server 2>/dev/null; wait $server 2>/dev/null; }
at_rest() { # LOG TEXT
    sleep 0.3
    last=$(tail -n 1 "$1")
    case $last in *" rest 0" | serving*) ok "$2: every output is at rest" ;; *) not_ok "$2: not at rest: $last" ;; esac
}

serve a
expect 0 "4 not graded" "$LB" run $SHORT $STATION --ports a --db x.db
at_rest a.log "after a run"
same "its steps are stored" "$(sqlite3 x.db 'select count(*) from step where verdict is not null')" 4
expect 0 "every output is at rest" "$LB" safe $STATION --ports a

"$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
sleep 3.5; expect 6 "" "$LB" safe $STATION --ports a
kill -INT $run; wait $run; same "Ctrl-C ends with 4" $? 4
at_rest a.log "after Ctrl-C"
same "the batch is aborted" "$(sqlite3 x.db 'select state from batch order by id desc limit 1')" aborted

"$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
sleep 3.5; begin=$(date +%s%N); kill -INT $run; sleep 0.4; kill -INT $run; wait $run; code=$?
took=$((($(date +%s%N) - begin) / 1000000))
case $code in 4 | 130) ok "a second Ctrl-C ends with $code" ;; *) not_ok "a second Ctrl-C ended with $code" ;; esac
[ $took -lt 3500 ] && ok "it cuts the waits of cleanup short" || not_ok "it took $took ms"
at_rest a.log "after a second Ctrl-C"

"$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
sleep 3.5; guard=$(pgrep -P $run -f lambdaguard | head -1); kill -9 "$guard"; wait $run; code=$?
same "the guard killed: the run ends as a bench error" $code 3
at_rest a.log "after the guard died"

"$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
sleep 3; guard=$(pgrep -P $run -f lambdaguard | head -1); kill -STOP "$guard"; wait $run; code=$?
same "the guard frozen: the run ends as a bench error" $code 3
grep -qF "lambdaguard is gone" run.txt && ok "it is said" || not_ok "nothing is said of the guard"
at_rest a.log "after the guard froze"
unserve

serve b --fault mfc_o2=silent
expect 3 "mfc_" "$LB" run $SHORT $STATION --ports b --db x.db
at_rest b.log "an instrument that never answers"
unserve
serve c --fault psu1=garbage
expect 3 "psu1" "$LB" run $SHORT $STATION --ports c --db x.db
unserve
serve d --fault can2=vanish:6
# Its heater cannot be confirmed off, so the bench says 9; the other parts are tested to the end.
expect 9 "wb2" "$LB" run $SHORT $STATION --ports d --db x.db
grep -q 'site=1.*verdict no-limit\|site=1.*verdict pass' out.txt && ok "the other sites go on when one site's controller vanishes" || not_ok "the other sites did not go on"
unserve
serve e --fault psu1=vanish:6
expect 9 "cleanup could not be confirmed" "$LB" run $SHORT $STATION --ports e --db x.db
unserve
serve f --fault mfc_rich=dribble --fault psu2=twice
expect 0 "" "$LB" run $SHORT $STATION --ports f --db x.db
at_rest f.log "dribbled and doubled answers"
unserve
same "integrity" "$(sqlite3 x.db 'pragma integrity_check')" ok
same "no batch is left running" "$(sqlite3 x.db "select count(*) from batch where state = 'running'")" 0
