# The shipped end-of-line test in real time, over PTYs, through the serial transport, in two processes: the
# same verdicts as in virtual time.
. "$ROOT/tests/e2e/lib.sh"
STATION="--station $ROOT/bench/stations/twin.station"

"$LB" twin serve $STATION --dir rig --seed 5 --defect 3=D12:0.4 >serve.log 2>&1 &
server=$!
sleep 1
expect 6 "another \`twin serve\` serves here" timeout 20 "$LB" twin serve $STATION --dir rig
same "the links of the first server are left" "$(ls rig | wc -l)" 20
verdicts() { sed -n 's/.*\(site=[0-9]* serial=.* verdict .*\)/\1/p' "$1" | sort; }
expect 1 "3 pass, 1 fail, 0 error" "$LB" run "$SEQ" $STATION --simulate --seed 5 --defect 3=D12:0.4 --no-db
verdicts out.txt >virtual.txt
late() { sqlite3 "$1" "select count(*) from measure where quality <> 'good'"; }
# Real time needs a machine that gives each process its turn within 250 ms. Where it does not, the guard does its
# duty and kills the run (137), or samples come too late and a part is inconclusive: said loudly, and tried again.
for try in 1 2 3; do
    "$LB" run "$SEQ" $STATION --ports rig --seed 5 --db real$try.db >out.txt 2>err.txt </dev/null
    code=$?
    [ $code -ne 137 ] && [ "$(late real$try.db)" = 0 ] && break
    echo "figure: real time: the machine starved the run, exit code $code, $(late real$try.db) measurements lacked samples (try $try)"
    sleep 2
done
same "the run in real time ends with a failed part" $code 1
mv real$try.db real.db
grep -qF "3 pass, 1 fail, 0 error" out.txt && ok "3 pass, 1 fail, 0 error" || not_ok "$(tail -n 1 out.txt)"
verdicts out.txt >real.txt
same "the same verdicts, for the same parts" "$(cat virtual.txt)" "$(cat real.txt)"
same "four verdicts" "$(wc -l <real.txt)" 4
kill $server; wait $server 2>/dev/null
case $(tail -n 1 serve.log) in *" rest 0") ok "every output is at rest" ;; *) not_ok "outputs are on" ;; esac
same "integrity" "$(sqlite3 real.db 'pragma integrity_check')" ok
same "no measurement lacked samples" "$(late real.db)" 0
