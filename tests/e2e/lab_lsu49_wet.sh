# Water vapour: what is refused, what is left at the end, and the sequence that doses it.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/bench/stations/twin_lambda_wet.station"
WET="$ROOT/sequences/library/lab_lsu49_wet.seq"
cp "$ROOT/bench/stations/twin_lambda_wet_channels.csv" .

expect 0 "ok on station" "$LB" check -s "$STATION" "$WET"
same "check of lab_lsu49_wet has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$WET" --simulate --db wet.db --seed 4
same "water moves neither current by 0.05 uA for 1 %" "$(sqlite3 wet.db "select count(*) from v_result
    where name in ('lean_with_h2o', 'rich_with_h2o') and abs(value) < 0.005")" 8
expect 0 "" "$LB" run -s "$STATION" "$WET" --simulate --no-db --plain --seed 4
cp out.txt first.txt
expect 0 "" "$LB" run -s "$STATION" "$WET" --simulate --no-db --plain --seed 4
same "one seed prints the same again" "$(sha256sum <out.txt)" "$(sha256sum <first.txt)"

# A cold line, and one that nobody has named.
sed 's/^coldest 120 degC/coldest 60 degC/' "$STATION" >cold.station
expect 2 "would condense: its dew point is 52 degC" "$LB" check -s cold.station "$WET"
sed '/^coldest/d' "$STATION" >unnamed.station
expect 2 "the station names no coldest wall" "$LB" check -s unnamed.station "$WET"
sed 's/^coldest 120 degC/coldest 301 degC/' "$STATION" >hot.station
expect 2 "the coldest wall is of -40 to 300 degC" "$LB" check -s hot.station "$WET"

# Water that is still on when the sequence ends is off before its carrier, and the line is dried.
cp "$ROOT/sequences/tables/gases_lambda_wet.csv" gases.csv
cat >left.seq <<'END'
sequence left version 1 "Water until the end"
requires station kind "lambda-wet-rig"
gases "gases.csv"
record gas.n2, gas.water at 10 Hz
main
    step wet
        mix water 12 %, n2 balance total 2 L/min
        wait 20 s
        measure water_on = mean(gas.water) over 2 s
    end
end
cleanup within 60 s
    mix off
end
END
expect 0 "interlude of inert gas on stream a: 18 s" "$LB" run -s "$STATION" left.seq --simulate --db left.db
same "12 % of 2 L/min" "$(sqlite3 left.db "select count(*) from v_result where name = 'water_on' and value between 0.2385 and 0.2415")" 4

# Another liquid or another unit in the controller is no water.
sed 's/bronkhorst_water sim/bronkhorst_mln sim/; s/gas "H2O"/gas "H2O"/' "$STATION" >mln.station
expect 0 "ok on station" "$LB" check -s mln.station "$WET" # only the instrument itself can tell
for value in lean_with_h2o rich_with_h2o lean_after; do
    mkdir -p other/library other/limits other/tables
    sed "s/^\\($value,\\*\\),[-0-9.]*,[0-9.]*/\\1,200,300/" "$ROOT/sequences/limits/lab_lsu49_wet.csv" >other/limits/lab_lsu49_wet.csv
    cp "$ROOT/sequences/tables/gases_lambda_wet.csv" other/tables
    cp "$WET" other/library
    expect 1 "4 fail, 0 error" "$LB" run -s "$STATION" other/library/lab_lsu49_wet.seq --simulate --no-db --plain
    same "$value is held against its limit" "$(grep -c "measure $value=.* fail " out.txt)" 4
done

missing=
for channel in $(sed 1d "$ROOT/bench/stations/twin_lambda_wet_channels.csv" | cut -d, -f1); do
    grep -qF "\`$channel\`" "$ROOT/docs/quantities.md" || missing="$missing $channel"
done
same "every channel of the station stands in docs/quantities.md" "$missing" ""
no_sanitizer_report
