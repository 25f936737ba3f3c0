# Element A with gas on both sides: clean check, good parts pass, one seed gives one output, the published and computed
# voltages of the reference chamber, blocked channels and leaks fail where they should, on the ambient side too.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/bench/stations/twin_barrier_ambient.station"
LAB="$ROOT/sequences/library/lab_barrier_ambient.seq"
PAIR="$ROOT/sequences/library/lab_barrier_ambient_references.seq"

sed "s|^    element barrier|& variant v9|; s|\"types/|\"$ROOT/bench/stations/types/|; s|channels \"|channels \"$ROOT/bench/stations/|" "$STATION" >v9.station
expect 0 "ok on station" "$LB" check -s "$STATION" "$LAB"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "ok on station" "$LB" check -s v9.station "$PAIR"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "one reference electrode" "$LB" check -s "$STATION" "$PAIR"
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --plain --seed 4 --db lab.db
cp out.txt first.txt
expect 0 "" "$LB" run -s "$STATION" "$LAB" --simulate --plain --seed 4 --no-db
same "the same seed prints the same values" "$(grep measure out.txt | sha256sum)" "$(grep measure first.txt | sha256sum)"
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --nominal
same "fuel and air of the ambient side are parted by nitrogen" "$(grep -c 'interlude of inert gas on stream b' first.txt)" 1

near() { # MEASUREMENT LOW HIGH: the middle of four good parts
    same "$1 is between $2 and $3" "$(sqlite3 lab.db "select avg(value) between $2 and $3 from v_result where name = '$1'")" 1
}
near un_buffer -957.4 -951.4    # CO and CO2 alike against air: 954.4 mV at 780 degC
near un_nitrogen -8.5 -7.6      # 22.69 mV ln(0.330/0.470)
near un_empties -147 -138       # a minute of a chamber of 8.8 s
near un_rest_o3 43.8 44.6       # 22.69 mV ln(20.95/3)
for gas in air o3 l90; do
    near "un_pumped_$gas" 23.9 24.7
    near "recovery_$gas" 7.4 8.5
    near "exchange_$gas" 47 54
    near "leak_$gas" -0.4 0.4
done

fails() { # STATION SEQUENCE DEFECT MEASUREMENT...: the part in site 2 fails there, the other passes
    station=$1 sequence=$2 defect=$3; shift 3
    expect 1 "1 pass, 1 fail, 0 error" "$LB" run -s "$station" "$sequence" --simulate --no-db --plain --sites 1=EA-00000001,2=EA-00000002 --defect "2=$defect"
    for value; do
        if grep -q "site=2 .*measure $value=.* fail " out.txt; then
            ok "$defect fails $value"
        else
            not_ok "$defect does not fail $value"; grep 'site=2.*verdict' out.txt | sed 's/^/    /'
        fi
    done
}
fails "$STATION" "$LAB" D07:0 un_pumped_air un_pumped_o3 un_pumped_l90 per_current_air recovery_air exchange_l90 un_back_air \
    un_nitrogen un_empties un_buffer rest_drift_air
fails "$STATION" "$LAB" D08:0 un_rest_air un_rest_o3 leak_air leak_l90 un_empties
fails "$STATION" "$LAB" D08:1 un_pumped_air un_empties un_buffer

expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s v9.station "$PAIR" --simulate --no-db --plain
fails v9.station "$PAIR" D07:0 un2_pumped
fails v9.station "$PAIR" D08:0 un2_rest

# What the type does not allow is refused before anything flows.
sed 's/dut.ref = 40 uA/dut.ref = 51 uA/' "$LAB" | sed "s|\"\.\./|\"$ROOT/sequences/|" >more.seq
expect 2 "dut.ref would be set to 51 uA" "$LB" check -s "$STATION" more.seq
no_sanitizer_report
