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
no_sanitizer_report
