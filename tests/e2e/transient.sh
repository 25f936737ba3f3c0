# The crosstalk of element A by a current step: the digitizer's records, what they find, and what they notice of the bench.
. "$ROOT/tests/e2e/lib.sh"
RIG="$ROOT/bench/stations/twin_barrier_transient.station"
LAB="$ROOT/sequences/library/lab_barrier_transient.seq"

expect 0 "ok on station" "$LB" check -s "$RIG" "$LAB"
same "check of lab_barrier_transient has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --seed 4 --db good.db
sed '1d; $d' out.txt >first.txt
expect 0 "" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --seed 4
same "one seed gives the same again" "$(sed '1d; $d' out.txt | sha256sum)" "$(sha256sum <first.txt)"
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --nominal
value() { sqlite3 "$1" "select $2 from v_result where $3"; }
same "both steps tell the time constant of the cavity, 39 ms" \
    "$(value good.db "count(*)" "name in ('tau_down', 'tau_up') and value between 37 and 41")" 8
same "step and alternating current agree within 0.1 ohm" \
    "$(value good.db "count(*)" "name in ('off_down', 'off_up') and abs(value) < 0.1")" 8
same "half a millisecond is too late: the cavity shows" \
    "$(value good.db "min(value) > 0.1" "name = 'rs_500us_down'")" 1

fails() { # DEFECT MEASUREMENT: the defect in site 2 fails there, the other sites pass
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --seed 4 --defect "2=$1"
    if grep -q "site=2 .*measure $2=.* fail " out.txt; then ok "$1 fails $2"; else not_ok "$1 does not fail $2"; fi
}
fails D01:0 rc_100us_down
fails D01:1 rc_100us_up
fails D02:0 rc_100us_down
fails D02:0.5 rc_100us_up
same "the cavity is the same behind a missing barrier" "$(grep -c 'site=2 .*measure tau_.* pass ' out.txt)" 2

# The bench's own mistakes: an edge for which nobody waits, and the lock-in left at the Nernst cell.
variant() { # SED: the sequence with its files, changed
    mkdir -p v/library v/limits v/tables
    cp "$ROOT/sequences/limits/lab_barrier_transient.csv" v/limits; cp "$ROOT/sequences/tables/gases_barrier.csv" v/tables
    sed "$1" "$LAB" >v/library/lab.seq
}
variant '/^    set dut.arm = on/d'
expect 3 "dut.recorded" "$LB" run -s "$RIG" v/library/lab.seq --simulate --no-db --plain --sites 1=EA-00000001
variant 's/set dut.acv = 4 mV  .*/set dut.acpath = off/'
expect 3 "verdict inconclusive" "$LB" run -s "$RIG" v/library/lab.seq --simulate --no-db --plain --sites 1=EA-00000001
variant 's/set dut.acv = 4 mV  .*/set dut.acv = 4 mV, dut.acpath = off/'
expect 1 "verdict fail" "$LB" run -s "$RIG" v/library/lab.seq --simulate --no-db --plain --sites 1=EA-00000001
same "a lock-in at the Nernst cell is not taken for the barrier" "$(grep -c 'measure u_quiet=.* fail ' out.txt)" 1
no_sanitizer_report
