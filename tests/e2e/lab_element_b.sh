# The laboratory sequences of element B that need a rig of their own: good parts pass, the defects they are for fail.
. "$ROOT/tests/e2e/lib.sh"
STATIONS="$ROOT/bench/stations"
LIBRARY="$ROOT/sequences/library"

clean() { # STATION SEQUENCE: nothing but the line that says ok
    expect 0 "ok on station" "$LB" check -s "$1" "$LIBRARY/$2.seq"
    same "check of $2 has no notes" "$(cat out.txt err.txt | wc -l)" 1
}

fails() { # STATION SEQUENCE DEFECT MEASUREMENT: the defect in site 2 fails there, the other sites pass
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$1" "$LIBRARY/$2.seq" --simulate --no-db --plain --seed 4 --defect "2=$3"
    if grep -q "site=2 .*measure $4=.* fail " out.txt; then ok "$3 fails $4"; else not_ok "$3 does not fail $4"; fi
}

# Two sheets, each on its own.
SHEETS="$STATIONS/twin_dual_diffusion_sheets.station"
clean "$SHEETS" lab_dual_diffusion_sheets
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$SHEETS" "$LIBRARY/lab_dual_diffusion_sheets.seq" --simulate --db sheets.db --seed 4
same "what turns with the flow is the flow's" \
    "$(sqlite3 sheets.db "select count(*) from v_result where name = 'side_flow' and value between 2.3 and 2.8")" 4
fails "$SHEETS" lab_dual_diffusion_sheets D18:0 u_zero
fails "$SHEETS" lab_dual_diffusion_sheets D18:0.5 side_heater

# One sheet has no contact between sheets: nothing is known of its sides.
sed "s|variant double|variant single|; s|\"types/|\"$STATIONS/types/|; s|channels \"|channels \"$STATIONS/|" "$SHEETS" >single.station
expect 3 "inconclusive" "$LB" run -s single.station "$LIBRARY/lab_dual_diffusion_sheets.seq" --simulate --no-db --plain --seed 4

# Behind an orifice, from 0.7 to 1.5 bar.
ORIFICE="$STATIONS/twin_dual_diffusion_orifice.station"
clean "$ORIFICE" lab_dual_diffusion_orifice
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$ORIFICE" "$LIBRARY/lab_dual_diffusion_orifice.seq" --simulate --db orifice.db --nominal
same "a nominal orifice carries 14 times what the layer does" \
    "$(sqlite3 orifice.db "select count(*) from v_result where name = 'orifice_share' and value between 0.06 and 0.083")" 4
fails "$ORIFICE" lab_dual_diffusion_orifice D21:0.3 orifice_share
fails "$ORIFICE" lab_dual_diffusion_orifice D22:0.5 t63_p150

# A vent at the pressure of the room makes a step of pressure beside that of the gas.
sed 's/set gas.pressure_b = row.p/set gas.pressure_b = 102 kPa/; s|"../|"'"$ROOT"'/sequences/|' \
    "$LIBRARY/lab_dual_diffusion_orifice.seq" | grep -v 'gas.pressure_b_read within' >vent.seq
expect 1 "0 pass, 4 fail, 0 error" "$LB" run -s "$ORIFICE" vent.seq --simulate --no-db --plain --seed 4
if grep -q "measure p_swing_p150=.* fail " out.txt; then ok "the step is seen"; else not_ok "the step is not seen"; fi
no_sanitizer_report
