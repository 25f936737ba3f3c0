# Element A in the bench's own pump loop: clean check, good parts pass with published values, one seed gives one output, defects
# and wrong cylinders fail where they should, and nobody else drives a source-meter that a loop drives.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/bench/stations/twin_barrier_lab.station"
LAB="$ROOT/sequences/library/lab_barrier_loop.seq"

expect 0 "ok on station" "$LB" check -s "$STATION" "$LAB"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --plain --seed 4 --db lab.db
cp out.txt first.txt
expect 0 "" "$LB" run -s "$STATION" "$LAB" --simulate --plain --seed 4 --no-db
same "the same seed prints the same values" "$(grep measure out.txt | sha256sum)" "$(grep measure first.txt | sha256sum)"

# Values that the twin must give because they were published: the middle of four good parts.
near() { # MEASUREMENT LOW HIGH
    same "$1 is between $2 and $3" "$(sqlite3 lab.db "select avg(value) between $2 and $3 from v_result where name = '$1'")" 1
}
near ip_air 2.47 2.61
near ip_r80 -0.955 -0.899
near ip_r95 -0.205 -0.175
near lambda_zero_lean 0.998 1.002
near lambda_zero_rich 0.998 1.002
near lambda_zero_frozen 1.012 1.020
near kappa_lean8 0.41 0.53
near lean_with_co -7.1 -6.4
near rich_with_h2 -19.3 -17.9
same "the loop holds its set point to 2 mV, at every set point" "$(sqlite3 lab.db "select max(abs(value)) < 2 from v_result where name = 'un_far'")" 1
same "lean and rich gas tell the same kappa" "$(sqlite3 lab.db "select max(abs(a.value - b.value)) < 0.015
    from v_result a join v_result b on a.site = b.site where a.name = 'kappa_lean8' and b.name = 'kappa_rich90'")" 1

fails() { # DEFECT MEASUREMENT...: the part in site 2 fails there, the other passes
    defect=$1; shift
    expect 1 "1 pass, 1 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --sites 1=EA-00000001,2=EA-00000002 --defect "2=$defect"
    for value; do
        if grep -q "site=2 .*measure $value=.* fail " out.txt; then
            ok "$defect fails $value"
        else
            not_ok "$defect does not fail $value"; grep 'site=2.*verdict' out.txt | sed 's/^/    /'
        fi
    done
}
fails D11:0.5 ip_air up_o8 lean_slope lean_with_co rich_with_h2 ip_r80
fails D11:1 kappa_lean8 kappa_rich90
fails D12:0.5 ip_air lean_slope lean_with_h2 ip_r85
fails D16:0.5 p_heater un_noise
expect 3 "EA-00000001 verdict inconclusive (set_slope_rich" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --sites 1=EA-00000001 --defect 1=D08:1
fails D39:1 ip_air
expect 1 "the pump loop stands at a limit" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --sites 1=EA-00000001,2=EA-00000002 --defect 2=D39:0

# What a regulated current does not show, whatever the limit.
for escape in D01:0 D02:1 D13:1; do
    expect 0 "2 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --sites 1=EA-00000001,2=EA-00000002 --defect "2=$escape"
done

# A cylinder that does not hold what its certificate says.
wrong() { # LINE OF THE TWIN, MEASUREMENT...
    line=$1; shift
    sed "s|^    cylinder $line|; s|\"types/|\"$ROOT/bench/stations/types/|; s|channels \"|channels \"$ROOT/bench/stations/|" "$STATION" >wrong.station
    expect 1 "4 fail, 0 error" "$LB" run -s wrong.station "$LAB" --simulate --no-db --plain
    for value; do
        same "a wrong cylinder fails $value on every site" "$(grep -c "measure $value=.* fail " out.txt)" 4
    done
}
wrong 'mfc_n2 .*|    cylinder mfc_n2 stream a o2 0.4 %, n2 balance' lambda_zero_rich lean_offset
wrong 'mfc_lean2 .*|    cylinder mfc_lean2 stream a o2 0.1 %, n2 balance' lean_residual
wrong 'mfc_co_low .*|    cylinder mfc_co_low stream a co 12 %, n2 balance' rich_rises ip_r97 rich_with_co

# What neither a defect nor a gas of the twin moves: the limit alone decides. And from 200 to 250 mV some oxygen is left in the cavity,
# so that the current depends on the set point: a slope is found.
mkdir -p other/library other/limits; cp -r "$ROOT/sequences/tables" other
sed 's/for u from 300 mV to 550 mV step 50 mV/for u from 200 mV to 250 mV step 10 mV/' "$LAB" >other/library/lab_barrier_loop.seq
sed 's/^\(lean_hysteresis,\*,none\),12.7/\1,0.02/; s/^\(lambda_zero_lean,\*\),0.993,1.007/\1,1.003,1.017/; s/^\(un_air,\*\),440,460/\1,460,480/' \
    "$ROOT/sequences/limits/lab_barrier_loop.csv" >other/limits/lab_barrier_loop.csv
expect 1 "4 fail, 0 error" "$LB" run -s "$STATION" other/library/lab_barrier_loop.seq --simulate --no-db --plain
for value in lean_hysteresis lambda_zero_lean un_air; do
    same "$value can fail" "$(grep -c "measure $value=.* fail " out.txt)" 4
done
same "no slope over the set point passes" "$(grep -c "measure set_slope_[a-z]*=.* \(pass\|marginal\) " out.txt)" 0
same "one that is certain fails" "$(($(grep -c "measure set_slope_lean=.* fail " out.txt) > 0))" 1
sed -i 's/^\(un_loop,\*\),440,460/\1,460,480/' other/limits/lab_barrier_loop.csv
expect 1 "4 fail, 0 error" "$LB" run -s "$STATION" other/library/lab_barrier_loop.seq --simulate --no-db --plain
same "un_loop can fail, and ends the part" "$(grep -c "verdict fail (un_loop)" out.txt)" 4

# Nobody else drives the source-meter meanwhile: refused before the run where it is certain, in the run where it is not.
cp "$ROOT/sequences/tables/gases_lambda_lab.csv" gases.csv
cat >hand.seq <<'END'
sequence hand version 1 "By hand"
requires station kind "barrier-lab-rig"
gases "gases.csv"
main
    step heat
        set dut.acf = 4 kHz, dut.acv = 0.2 V
        set dut.heater = on
        wait 40 s
        set dut.pump = on
        wait until dut.pump_state >= 2 timeout 20 s
    end
    step hand
        set dut.up = 0.5 V
        note "through"
    end
end
cleanup within 20 s
    set dut.pump = off
    set dut.heater = off
    set dut.acv = 4 mV
    mix off
end
END
expect 2 "'dut.up' is driven by the bench while 'dut.pump' is on" "$LB" check -s "$STATION" hand.seq
expect 2 "set dut.pump = off first" "$LB" check -s "$STATION" hand.seq
for by_hand in 'dut.ips = 1 mA' 'dut.smu = on' 'dut.smu = off' 'dut.ilim = 1 mA'; do
    sed "s/set dut.up = 0.5 V/set $by_hand/" hand.seq >other.seq
    expect 2 "is driven by the bench while 'dut.pump' is on" "$LB" check -s "$STATION" other.seq
done
sed 's/        set dut.pump = on/        if dut.ri > 1 ohm\n            set dut.pump = on\n        end/' hand.seq >late.seq
expect 0 "ok on station" "$LB" check -s "$STATION" late.seq
expect 3 "the pump loop of this site drives its source-meter: switch the loop off first" "$LB" run -s "$STATION" late.seq --simulate --no-db --plain
same "the run did not go on by hand" "$(grep -c through out.txt)" 0
sed 's/set dut.pump = on/set dut.smu = off/; s/wait until .*/wait 1 s/' hand.seq >off.seq
expect 0 "" "$LB" run -s "$STATION" off.seq --simulate --no-db --plain
sed 's/wait 40 s/wait 3 s/' hand.seq | sed 's/set dut.up = 0.5 V/wait 1 s/' >cold.seq
expect 3 "needs a heater that has reached its set point" "$LB" run -s "$STATION" cold.seq --simulate --no-db --plain
sed 's/set dut.up = 0.5 V/set dut.pump_target = 900 mV/' hand.seq >far.seq
expect 2 "its range is from 200 mV to 800 mV" "$LB" check -s "$STATION" far.seq
no_sanitizer_report
