# The insulation of cold parts: four kinds of part, what is found and what is not, and that nobody gets at the voltage.
. "$ROOT/tests/e2e/lib.sh"
LAB="$ROOT/sequences/library/lab_insulation.seq"
cp "$ROOT/sequences/limits/lab_insulation.csv" "$ROOT"/bench/stations/twin_insulation* .
RIG=twin_insulation.station

for part in "" _barrier _dual_diffusion _enclosed_reference; do
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "twin_insulation$part.station" "$LAB" --simulate --db "good$part.db"
    same "its resistances are in the range of a dry package" \
        "$(sqlite3 "good$part.db" "select count(*) from v_result where name like 'r\_%' escape '\' and value between 300 and 10000")" 24
    expect 1 "verdict fail (r_hs_100)" "$LB" run -s "twin_insulation$part.station" "$LAB" --simulate --sites 1=P1 --defect 1=D40:0.4 --no-db
done
# What breaks down hot is as good as any when it is cold.
expect 0 "1 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --sites 1=P1 --defect 1=D20:1 --no-db
# Below 1 Mohm the tester switches off by itself, and the part fails all the same; its neighbour is measured.
expect 1 "1 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --sites 1=P1,2=P2 --defect 1=D40:1 --db low.db
same "it reads nothing" "$(sqlite3 low.db "select group_concat(value) from v_result where site = 1")" "0.0,0.0"
expect 2 "nothing on this station sees the insulation of a cold part" "$LB" run "$SEQ" --simulate --defect 1=D40:0.4 --no-db
expect 0 "D40" "$LB" qualify -s "$RIG" "$LAB" --parts 20 --rung-parts 4 --severities 0.5

# A lead that is broken looks like the best of insulations: the check resistor of the site tells.
sed 's/check 100 Mohm/check 150 Mohm/' "$RIG" >lead.station
expect 3 "the tester does not see the check resistor of this site" "$LB" run -s lead.station "$LAB" --simulate --sites 1=P1 --no-db

# The cover is open: an emergency stop before anything. Without that line in the station it is still the gate's matter.
sed '/proven io1 1/d' "$RIG" >open.station
expect 5 "envelope: cover.closed is 0" "$LB" run -s open.station "$LAB" --simulate --no-db
sed '/cover.closed/d' open.station >bold.station
sed '/check cover.closed/d' "$LAB" | sed 's|"../limits/|"|' >bold.seq
expect 5 "output gate refused iso.on: the interlock of the insulation tester is not proven closed" "$LB" run -s bold.station bold.seq --simulate --no-db
sed '/^insulation-tester/d' "$RIG" >none.station
expect 2 "a high voltage without an interlock" "$LB" check -s none.station "$LAB"

# Two pairs at once, or none; a relay under voltage; a voltage that is changed under way.
sed 's/set dut.iso_hs = on/set dut.iso_hs = on, dut.iso_sh = on/' bold.seq >two.seq
expect 5 "not exactly one pair of one site is chosen" "$LB" run -s "$RIG" two.seq --simulate --no-db
sed '/set dut.iso_[hs]* = on/d' bold.seq >zero.seq
expect 5 "not exactly one pair of one site is chosen" "$LB" run -s "$RIG" zero.seq --simulate --no-db
sed 's/    set iso.on = on/    set iso.on = on\n    set dut.iso_check = on/' bold.seq >hot.seq
expect 5 "output gate refused dut.iso_check: the insulation tester is on" "$LB" run -s "$RIG" hot.seq --simulate --no-db
sed 's/    wait 3 s/    wait 3 s\n    set iso.u = 150 V/' bold.seq >up.seq
expect 5 "output gate refused iso.u: the insulation tester is on" "$LB" run -s "$RIG" up.seq --simulate --no-db
sed 's/set iso.u = volt/set iso.u = 550 V/' bold.seq >high.seq
expect 2 "its range is from 50 V to 500 V" "$LB" check -s "$RIG" high.seq

# In real time over PTYs, relay, check resistor and voltage on: rest is confirmed, and a program that is killed leaves nothing on.
"$LB" twin serve -s "$RIG" --dir ports >served.txt 2>&1 &
server=$!
for i in 1 2 3 4 5 6 7 8 9 10; do [ -e ports/ist1 ] && break; sleep 0.3; done
"$LB" run -s "$RIG" "$LAB" --ports ports --sites 1=P1 --no-db >run.txt 2>&1 &
run=$!
for i in $(seq 60); do grep -q "active [3-9]" served.txt && break; sleep 0.25; done
same "the voltage is on" "$(grep -c 'active [3-9]' served.txt | sed 's/[1-9][0-9]*/yes/')" yes
kill -9 $run; wait $run 2>/dev/null
sleep 1.5
same "killed: the guard put everything at rest" "$(tail -n 1 served.txt | sed 's/.* \(rest\|active\).*/\1/')" rest
expect 0 "" "$LB" safe -s "$RIG" --ports ports
kill $server; wait $server 2>/dev/null

# The interlock falls silent while the voltage is on. Its own outputs cannot be confirmed then: code 9.
"$LB" twin serve -s "$RIG" --dir mute --fault io1=silent:6 >muted.txt 2>&1 &
server=$!
for i in 1 2 3 4 5 6 7 8 9 10; do [ -e mute/ist1 ] && break; sleep 0.3; done
expect 9 "io1" timeout 60 "$LB" run -s "$RIG" "$LAB" --ports mute --sites 1=P1 --no-db
same "it was on, and everything is at rest" "$(grep -c 'active 3' muted.txt | sed 's/[1-9][0-9]*/on/') $(tail -n 1 muted.txt | sed 's/.* \(rest\|active\).*/\1/')" "on rest"
kill $server; wait $server 2>/dev/null
no_sanitizer_report
