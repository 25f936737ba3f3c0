# The pressure at the elements: what may be set, what is refused, how it is left, and what it tells of a diffusion layer.
. "$ROOT/tests/e2e/lib.sh"
RIG="$ROOT/bench/stations/twin_dual_diffusion_lab.station"
LAB="$ROOT/sequences/library/lab_dual_diffusion.seq"
cp "$ROOT/sequences/tables/gases_dual_diffusion.csv" gases.csv

cat >up.seq <<'END'
sequence up version 1 "Pressure, up and down"
requires station kind "dual-diffusion-lab-rig"
gases "gases.csv"
main
    step up
        mix n2 balance total 2 L/min
        wait stable gas.total within 1 %rd for 1 s timeout 20 s
        set gas.pressure = 150 kPa
        wait stable gas.pressure_read within 1 kPa for 1 s timeout 10 s
        measure p_high = mean(gas.pressure_read) over 2 s
        set gas.suction = on
        set gas.pressure = 80 kPa
        wait stable gas.pressure_read within 1 kPa for 1 s timeout 10 s
        measure p_low = mean(gas.pressure_read) over 2 s
        set gas.suction = off
        set gas.pressure = 0 kPa
        wait stable gas.pressure_read within 1 kPa for 1 s timeout 10 s
        measure p_rest = mean(gas.pressure_read) over 2 s
    end
end
cleanup within 20 s
    set gas.suction = off
    set gas.pressure = 0 kPa
    wait 2 s
    mix off
end
END
value() { sqlite3 "$1" "select round(value, 1) from v_result where site = 1 and name = '$2'"; }
expect 0 "0 error" "$LB" run -s "$RIG" up.seq --simulate --db up.db
for pair in "p_high 150.0" "p_low 80.0"; do
    set -- $pair
    same "$1 is what was set" "$(value up.db "$1")" "$2"
done
same "at rest it is that of the room" "$(sqlite3 up.db "select count(*) from v_result where name = 'p_rest' and value between 100.5 and 102.5")" 4

# Above the envelope, and above the channel's range: before the run where it can be known, by the gate where not.
sed 's/= 150 kPa/= 215 kPa/' up.seq >high.seq
expect 2 "gas.pressure would be set to 215 kPa: the station allows it to 210 kPa" "$LB" check -s "$RIG" high.seq
sed 's/= 150 kPa/= 260 kPa/' up.seq >range.seq
expect 2 "its range is from 0 kPa to 250 kPa" "$LB" check -s "$RIG" range.seq
sed 's/= 80 kPa/= gas.pressure_read + 65 kPa/' up.seq >late.seq
expect 5 "output gate refused gas.pressure: outside the station's envelope" "$LB" run -s "$RIG" late.seq --simulate --no-db
sed 's/set gas.pressure = 150 kPa/set gas.n2 = 1 L\/min/' up.seq >flow.seq
expect 2 "flows of gas are set by 'mix'" "$LB" check -s "$RIG" flow.seq

# Fuel that may not meet air, and a pump that may draw air in, keep apart; the station says which switch is the pump.
sed '/mix n2 balance total/a\        set gas.suction = on\n        mix rich 100 % total 2 L/min' up.seq >rich.seq
expect 2 "air may leak in while 'gas.suction' is on" "$LB" check -s "$RIG" rich.seq
sed "s/^suction gas.suction/suction load.input/; s|channels \"|channels \"$ROOT/bench/stations/|; s|\"types/|\"$ROOT/bench/stations/types/|" "$RIG" >pump.station
expect 0 "ok on station" "$LB" check -s pump.station rich.seq

# A unit that regulates a flow, or another unit of pressure, in the place of the controller is no bench.
sed "s|alicat_pc sim \"gasbus\" address H|alicat sim \"gasbus\" address H|; s|full-scale 3 bar|full-scale 3 L/min|; s|channels \"|channels \"$ROOT/bench/stations/|; s|\"types/|\"$ROOT/bench/stations/types/|" "$RIG" >flow.station
expect 2 "'bpc1' is no pressure controller" "$LB" check -s flow.station up.seq

# The layer: good parts are drawn with 6 % around 0.47 bar and an exponent of 0.36; a missing sublayer is another one.
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --db good.db
same "kappa of good parts is 0.47 bar, +-4 sd" \
    "$(sqlite3 good.db "select count(*) from v_result where name = 'kappa' and value between 0.357 and 0.583")" 4
same "so is their mean" \
    "$(sqlite3 good.db "select avg(value) between 0.41 and 0.53 from v_result where name = 'kappa'")" 1
same "their exponent lies between that of pores and of gas" \
    "$(sqlite3 good.db "select count(*) from v_result where name = 'exponent' and value between 0.29 and 0.43")" 4
expect 1 "verdict fail" "$LB" run -s "$RIG" "$LAB" --simulate --sites 1=EB-00000001 --defect 1=D23:1 --db missing.db
same "a missing sublayer moves kappa out of its limits" \
    "$(sqlite3 missing.db "select verdict from v_result where name = 'kappa_off'")" fail

# The regulated sensor: its pump current over pressure, in lean and in rich gas.
LAMBDA="$ROOT/bench/stations/twin_lambda_pressure.station"
T19="$ROOT/sequences/library/lab_lsu49_pressure.seq"
expect 0 "ok on station" "$LB" check -s "$LAMBDA" "$T19"
same "check of lab_lsu49_pressure has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$LAMBDA" "$T19" --simulate --defect 2=D11:1 --db t19.db
same "a cracked barrier has lost its kappa in both gases" \
    "$(sqlite3 t19.db "select count(*) from v_result where site = 2 and name in ('kappa_lean8', 'kappa_rich80') and verdict = 'fail'")" 2
same "lean and rich gas tell the same kappa" "$(sqlite3 t19.db "select max(abs(a.value - b.value)) < 0.015
    from v_result a join v_result b on a.site = b.site where a.name = 'kappa_lean8' and b.name = 'kappa_rich80'")" 1
no_sanitizer_report
