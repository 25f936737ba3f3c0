# The laboratory sequence of the regulated element: clean check, good parts pass, one seed gives one output, defects and
# wrong cylinders fail where they should, the gas rules hold, and every value that has a limit can fail.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/bench/stations/twin_lambda_lab.station"
LAB="$ROOT/sequences/library/lab_lsu49.seq"

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
near lean_with_co -7.1 -6.4
near rich_with_h2 -19.3 -17.9

fails() { # DEFECT MEASUREMENT...: the part in site 2 fails there, the others pass
    defect=$1; shift
    expect 1 "1 pass, 1 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --sites 1=LSU49-00000001,2=LSU49-00000002 --defect "2=$defect"
    for value; do
        if grep -q "site=2 .*measure $value=.* fail " out.txt; then
            ok "$defect fails $value"
        else
            not_ok "$defect does not fail $value"; grep 'site=2.*verdict' out.txt | sed 's/^/    /'
        fi
    done
}
fails D11:0.5 ip_air up_o3 up_o8 lean_slope lean_with_co lean_with_c3h8 rich_with_h2 rich_with_ch4 rich_with_no ip_r80 ip_r75
fails D11:1 ip_air lean_with_no ip_r90
fails D12:0.5 ip_air lean_slope lean_with_h2 rich_with_co rich_with_c3h8 ip_r85
fails D12:1 t63_oxygen_down t63_oxygen_up t63_rich_lean t63_lean_rich ip_r97
fails D16:0.5 p_heater
fails D16:1 t_lightoff
fails D17:0.5 ri_noise
fails D20:1 un_air
fails D26:0.5 lean_with_co rich_with_co ip_r90 ip_r82
fails D26:1 lambda_zero_frozen
fails D31:1 r_heater_cold
fails D33:0.3 i_least

# A loop that is only slower, by crosstalk or by a slow electrode, stays inside 100 ms and does not ripple.
for escape in D01:0 D01:1 D13:1; do
    expect 0 "2 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --sites 1=LSU49-00000001,2=LSU49-00000002 --defect "2=$escape"
done

# A cylinder that does not hold what its certificate says.
wrong() { # LINE OF THE TWIN, MEASUREMENT...
    cp -r "$ROOT/bench/stations/." stations; line=$1; shift
    sed "s|^    cylinder $line|" "$STATION" >stations/wrong.station
    expect 1 "4 fail, 0 error" "$LB" run -s stations/wrong.station "$LAB" --simulate --no-db --plain
    for value; do
        same "a wrong cylinder fails $value on every site" "$(grep -c "measure $value=.* fail " out.txt)" 4
    done
}
mkdir stations
wrong 'mfc_n2 .*|    cylinder mfc_n2 stream a o2 0.4 %, n2 balance' lambda_zero_rich lean_offset lean_with_no rich_with_no
wrong 'mfc_lean2 .*|    cylinder mfc_lean2 stream a o2 0.1 %, n2 balance' lean_residual ip_swept
wrong 'mfc_co_low .*|    cylinder mfc_co_low stream a co 12 %, n2 balance' rich_rises ip_r97 rich_with_co

# What neither a defect nor a gas of the twin moves: the limit alone decides.
mkdir -p other/library other/limits; cp -r "$ROOT/sequences/tables" other
cp "$LAB" other/library
sed 's/^\(lean_hysteresis,\*,none\),12.7/\1,0.02/; s/^\(drift_k,\*\),-3,3/\1,1,7/; s/^\(ip_ripple,\*,none\),8/\1,2/; s/^\(t63_asymmetry,\*,none\),60/\1,1/;
    s/^\(diagnosis,\*,none\),0.5/\1,-0.5/; s/^\(lambda_zero_lean,\*\),0.993,1.007/\1,1.003,1.017/' \
    "$ROOT/sequences/limits/lab_lsu49.csv" >other/limits/lab_lsu49.csv
expect 1 "4 fail, 0 error" "$LB" run -s "$STATION" other/library/lab_lsu49.seq --simulate --no-db --plain
for value in lean_hysteresis drift_k ip_ripple t63_asymmetry diagnosis lambda_zero_lean; do
    same "$value is held against its limit" "$(grep -c "measure $value=.* fail " out.txt)" 4
done

# The gas rules do not let it go richer, nor fuel into oxygen.
sed 's/^r75,21.255 %,17.785 %/r75,25.915 %,23.97 %/' "$ROOT/sequences/tables/lab_lsu49_rich.csv" >other/tables/lab_lsu49_rich.csv
expect 2 "200 % is never exceeded" "$LB" check -s "$STATION" other/library/lab_lsu49.seq
cp "$ROOT/sequences/tables/lab_lsu49_rich.csv" other/tables
sed -i 's/mix o2 3 %, co_low/mix o2 3 %, co 10 %, co_low/' other/library/lab_lsu49.seq
expect 2 "a mix over 25 % allows at most 1.8 %" "$LB" check -s "$STATION" other/library/lab_lsu49.seq

# Long ageing is one parameter; the same station without its twin is a real one.
expect 0 "1 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --sites 1=LSU49-00000001 -p 'age=1 h'
cp "$ROOT/bench/stations/twin_lambda_lab_channels.csv" .
sed '/^twin$/,$d; s/ sim "\([a-z0-9]*\)"/ usb-serial "\1"/' "$STATION" >rig.station
expect 0 "ok on station" "$LB" check -s rig.station "$LAB"
missing=
for channel in $(sed 1d "$ROOT/bench/stations/twin_lambda_lab_channels.csv" | cut -d, -f1); do
    grep -qF "\`$channel\`" "$ROOT/docs/quantities.md" || missing="$missing $channel"
done
same "every channel of the station stands in docs/quantities.md" "$missing" ""
no_sanitizer_report
