# Real time, over PTYs, two processes: faults of instruments, Ctrl-C once and twice, safe, locks.
. "$ROOT/tests/e2e/lib.sh"
. "$ROOT/tests/e2e/rig.sh"
write_short

serve a
expect 0 "4 not graded" "$LB" run $SHORT $STATION --ports a --db x.db
at_rest a.log "after a run"
same "its steps are stored" "$(sqlite3 x.db 'select count(*) from step where verdict is not null')" 4
expect 0 "every output is at rest" "$LB" safe $STATION --ports a

rm -f run.txt; "$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
begun run.txt; expect 6 "" "$LB" safe $STATION --ports a
kill -INT $run; wait $run; same "Ctrl-C ends with 4" $? 4
at_rest a.log "after Ctrl-C"
same "the batch is aborted" "$(sqlite3 x.db 'select state from batch order by id desc limit 1')" aborted

rm -f run.txt; "$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
begun run.txt; kill -INT $run; sleep 0.4; kill -INT $run; wait $run; same "a second Ctrl-C ends with 4 too" $? 4
at_rest a.log "after a second Ctrl-C"

rm -f run.txt; "$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
begun run.txt; guard=$(pgrep -P $run -f lambdaguard | head -1); kill -9 "$guard"; wait $run; code=$?
same "the guard killed: the run ends as a bench error" $code 3
at_rest a.log "after the guard died"

rm -f run.txt; "$LB" run $SHORT $STATION --ports a --db x.db >run.txt 2>&1 & run=$!
begun run.txt; guard=$(pgrep -P $run -f lambdaguard | head -1); kill -STOP "$guard"; wait $run; code=$?
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
