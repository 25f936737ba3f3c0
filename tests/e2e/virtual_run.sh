# The shipped end-of-line test in virtual time: verdicts, repeatability, reports.
. "$ROOT/tests/e2e/lib.sh"

expect 1 "3 pass, 1 fail, 0 error" "$LB" run "$SEQ" --simulate --defect 3=D12:0.4 --db a.db
cp out.txt a.txt
expect 1 "3 pass, 1 fail, 0 error" "$LB" run "$SEQ" --simulate --defect 3=D12:0.4 --db b.db
cp out.txt b.txt
same "the same seed prints identical bytes" "$(sha256sum <a.txt)" "$(sha256sum <b.txt)"
same "the same seed gives an identical database" "$(sqlite3 a.db .dump | sha256sum)" "$(sqlite3 b.db .dump | sha256sum)"
expect 0 "4 pass, 0 fail, 0 error" "$LB" run "$SEQ" --simulate --seed 2 --db a.db
expect 0 "" "$LB" list --db a.db
same "two batches of four runs are listed" "$(wc -l <out.txt)" 8
expect 0 "" "$LB" report last --db a.db -o report.html
grep -q '<svg' report.html && ok "the page holds curves" || not_ok "the page holds no curves"
grep -q 'SIMULATED' report.html && ok "the page says what is simulated" || not_ok "the page does not say SIMULATED"
grep -qE '<script|https?://[^w]' report.html && not_ok "the page is not self-contained" || ok "the page is self-contained"
for format in csv json junit text; do
    expect 0 "ip_lean8" "$LB" report last --db a.db -f $format
done
"$LB" report last --db a.db -f json | python3 -c 'import json,sys; json.load(sys.stdin)' && ok "JSON parses" || not_ok "JSON does not parse"
"$LB" report last --db a.db -f junit | python3 -c 'import sys,xml.dom.minidom as m; m.parse(sys.stdin)' && ok "JUnit parses" || not_ok "JUnit does not parse"
expect 0 "ip_lean8" "$LB" export last --db a.db
expect 0 "LSU49-" "$LB" show last --db a.db
same "the terminal report fits 80 columns" "$("$LB" show last --db a.db | awk 'length > 80' | wc -l)" 0
fail=$(sqlite3 b.db "select g.verdict || ' ' || m.name || ' ' || (g.margin < 0) from measure m join grade g on g.measure_id = m.id join run r on r.id = m.run_id where r.site = 3 and g.verdict = 'fail' order by m.id limit 1")
same "the clogged barrier fails by its pump current" "$fail" "fail ip_lean8 1"
same "integrity" "$(sqlite3 a.db 'pragma integrity_check')" ok
