# How a run ends when nobody reads what it prints, and when it is stopped before it began.
. "$ROOT/tests/e2e/lib.sh"
. "$ROOT/tests/e2e/rig.sh"
write_short; : >err.txt
# stdout is a full pipe that nobody reads: what is not confirmed is said on stderr all the same, the safe frames
# are written, and the program is not taken for dead.
serve e1 --fault load1=vanish:8
mkfifo full; sleep 100 <full & reader=$!
exec 3>full; head -c 65536 /dev/zero >&3
"$LB" run $SHORT $STATION --ports e1 --no-db >full 2>err.txt </dev/null & run=$!
for i in $(seq 60); do grep -qF "cleanup could not be confirmed" err.txt && break; sleep 0.5; done
grep -qF "cleanup could not be confirmed" err.txt && ok "said while nobody reads stdout" || not_ok "not said: $(tail -n 1 err.txt)"
grep -qF "lambdaguard: rest was not confirmed" err.txt && ok "the guard wrote the safe frames" || not_ok "the guard did not"
at_rest e1.log "load1 gone, nobody reads"
sleep 1
kill -0 $run && ok "the program lives on until it is read" || not_ok "the program is gone"
cat full >/dev/null & cat=$!
exec 3>&-; kill $reader
wait $run; same "and ends with 9" $? 9
kill $cat 2>/dev/null
unserve

stop_at_start() { # DIR: as soon as it has opened a port
    "$LB" run $SHORT $STATION --ports "$1" --no-db >out.txt 2>err.txt </dev/null & run=$!
    for i in $(seq 200); do ls -l /proc/$run/fd 2>/dev/null | grep -q /dev/pts/ && break; sleep 0.01; done
    kill -INT $run; wait $run; code=$?
}
serve e2
by_hand e2
[ "$(active e2.log)" -ge 3 ] && ok "outputs were set by hand" || not_ok "outputs are not set"
stop_at_start e2
same "Ctrl-C before the start ends with 4" $code 4
grep -q "stopped by the operator before the start" err.txt && ok "it says so" || not_ok "it said $(cat err.txt)"
at_rest e2.log "stopped before the start, found live"
unserve
# The database is deleted while the run writes to it: that is no stored result.
serve e4
"$LB" run $SHORT $STATION --ports e4 --db gone.db >out.txt 2>err.txt </dev/null & run=$!
for i in $(seq 100); do grep -q "begin" out.txt && break; sleep 0.1; done
rm -f gone.db gone.db-wal gone.db-shm
wait $run; same "the database deleted in a run: exit code" $? 7
grep -q "deleted, moved or replaced" err.txt && ok "it is said" || not_ok "it is not said: $(cat err.txt)"
grep -q "^no verdict: the results could not be stored" out.txt && ok "no verdict is given" || not_ok "$(tail -n 1 out.txt)"
[ -s gone.db-spill.ndjson ] && ok "the rest is in the spill file" || not_ok "nothing was spilled"
at_rest e4.log "the database deleted"
unserve
serve e3 --fault psu1=silent:3
by_hand e3
sleep 1
stop_at_start e3
same "Ctrl-C before the start, an instrument does not answer: 9" $code 9
at_rest e3.log "the silent supply got its safe frames blind"
unserve
