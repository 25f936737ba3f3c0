# The bare LSU 4.9 over temperature: T05 and T20.
. "$ROOT/tests/e2e/lib.sh"
RIG="$ROOT/bench/stations/twin_lsu49_bare.station"
LAB="$ROOT/sequences/library/lab_lsu49_bare_heat.seq"

expect 0 "ok on station" "$LB" check -s "$RIG" "$LAB"
same "check of lab_lsu49_bare_heat has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --seed 4 --db heat.db
value() { sqlite3 heat.db "select $1 from v_result where $2"; }
same "0.034 % for 1 K, lean and rich, as its pores say" \
    "$(value "count(*)" "name in ('lean_per_kelvin', 'rich_per_kelvin') and value between 0.00030 and 0.00038")" 8
same "the activation of the published table, less the electrodes at 4 kHz" \
    "$(value "count(*)" "name = 'rn_activation' and value between 8600 and 9400")" 4
same "five temperatures from 717 to 845 degC" \
    "$(value "count(*) = 20 and min(value) between 970 and 1005 and max(value) between 1100 and 1130" "name = 'kelvin'")" 1
no_sanitizer_report
