# The leads of the LSU 4.9 opened, shorted and turned round by a box of relays: T34.
. "$ROOT/tests/e2e/lib.sh"
RIG="$ROOT/bench/stations/twin_lambda_wiring.station"
LAB="$ROOT/sequences/library/lab_lsu49_wiring.seq"

expect 0 "ok on station" "$LB" check -s "$RIG" "$LAB"
same "check of lab_lsu49_wiring has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "1 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --seed 4 --db good.db
same "the codes, exactly" "$(sqlite3 good.db "select group_concat(substr(name, 6) || ' ' || cast(value as integer), ', ') from
    (select name, value from v_result where name like 'code_%' and value > 0 order by name)")" \
    "heater_battery 64, heater_open 128, ip_battery 16, ip_ground 48, un_battery 4, un_ground 12, vm_battery 1, vm_ground 3"
expect 1 "verdict fail (un_healthy)" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --defect 1=D39:0
expect 1 "verdict fail (ip_healthy)" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --defect 1=D38:1
expect 1 "the heater draws no current" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --defect 1=D30:1

# A relay that does not close, and one that sticks: the code is not what it must be.
mkdir -p v/library v/limits v/tables
cp "$ROOT/sequences/limits/lab_lsu49_wiring.csv" v/limits; cp "$ROOT/sequences/tables/gases_lambda_wiring.csv" v/tables
sed '/set lead.vm_ground = on/d' "$LAB" >v/library/lab.seq
expect 1 "verdict fail (code_vm_ground)" "$LB" run -s "$RIG" v/library/lab.seq --simulate --no-db --plain
sed '0,/set lead.heater_battery = off/s///' "$LAB" >v/library/lab.seq
expect 3 "dut.state did not get there in time" "$LB" run -s "$RIG" v/library/lab.seq --simulate --no-db --plain

# The box is for a sensor with its controller.
mkdir -p s; cp "$ROOT/bench/stations/twin_barrier_channels.csv" s; cp -r "$ROOT/bench/stations/types" s
sed 's/^    scanner daq1$/    scanner daq1\n    leads daq1 1/' "$ROOT/bench/stations/twin_barrier.station" >s/box.station
expect 2 "the box is for the leads of a sensor with its controller" "$LB" check -s s/box.station "$ROOT/sequences/library/eol_barrier.seq"
no_sanitizer_report
