# The crosstalk of element A over frequency, pump current and temperature: T13; electrolyte and metal apart.
. "$ROOT/tests/e2e/lib.sh"
RIG="$ROOT/bench/stations/twin_barrier_impedance.station"
LAB="$ROOT/sequences/library/lab_barrier_crosstalk.seq"
value() { sqlite3 "$1" "select $2 from v_result where $3"; }

expect 0 "ok on station" "$LB" check -s "$RIG" "$LAB"
same "check of lab_barrier_crosstalk has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --seed 4 --db good.db
same "four frequencies, two currents, three temperatures, four parts" "$(value good.db "count(*)" "name = 'r'")" 96

expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --nominal --db hole.db --defect 2=D02:0.05
same "46 kohm are 0.43 ohm of electrolyte" "$(value hole.db "count(*)" "name = 'r_crosstalk' and abs(value - 0.434) < 0.02")" 1
same "with an activation energy between 0.60 and 0.66 eV" \
    "$(value hole.db "count(*)" "name = 'rc_activation' and value between 0.60 and 0.66 and site = 2")" 1
same "and no more metal than the others have" "$(value hole.db \
    "abs((select value from v_result where name = 'r_common' and site = 2) - avg(value)) < 0.02" \
    "name = 'r_common' and site <> 2")" 1
expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --nominal --db lead.db --defect 2=D10:0.5
same "a lead that couples where it is colder shows in both" "$(value lead.db \
    "(select value from v_result where name = 'r_common' and site = 2) - avg(value) > 0.15" \
    "name = 'r_common' and site <> 2")" 1
for defect in D01:0 D01:1 D04:0.5; do
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --seed 4 --defect 2=$defect
    same "$defect fails r_crosstalk" "$(grep -c 'site=2 .*measure r_crosstalk=.* fail ' out.txt)" 1
done
no_sanitizer_report
