# The impedance of the cells of elements A, B and C, 1 Hz to 20 kHz: T06.
. "$ROOT/tests/e2e/lib.sh"
value() { sqlite3 "$1" "select $2 from v_result where $3"; }

good() { # ELEMENT STATION SEQUENCE: four good parts pass, and once more the same
    RIG="$ROOT/bench/stations/$1.station"
    LAB="$ROOT/sequences/library/$2.seq"
    expect 0 "ok on station" "$LB" check -s "$RIG" "$LAB"
    same "check of $2 has no notes" "$(cat out.txt err.txt | wc -l)" 1
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --seed 4 --db "$2.db"
}
fails() { # DEFECT MEASUREMENT
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --seed 4 --defect "2=$1"
    if grep -q "site=2 .*measure $2=.* fail " out.txt; then ok "$1 fails $2"; else not_ok "$1 does not fail $2"; fi
}

good twin_barrier_impedance lab_barrier_impedance
sed '1d; $d' out.txt >first.txt
expect 0 "" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --seed 4
same "one seed gives the same again" "$(sed '1d; $d' out.txt | sha256sum)" "$(sha256sum <first.txt)"
same "nineteen frequencies in two spectra of four parts" \
    "$(value lab_barrier_impedance.db "count(*)" "name = 'z_re'")" 152
same "the capacitances are the twin's, 20 and 80 uF" "$(value lab_barrier_impedance.db "count(*)" \
    "name = 'c_nernst' and abs(value - 20) < 1.5 or name = 'c_pump' and abs(value - 80) < 6")" 8
same "what is beyond the spectrum is the oxygen of the cavity" \
    "$(value lab_barrier_impedance.db "count(*)" "name = 'rp_gas' and abs(value - 8) < 2")" 4
fails D13:1 rct_nernst_780
same "D13 shows at the pump cell's electrode too" "$(grep -c 'site=2 .*measure rct_pump_780=.* fail ' out.txt)" 1
fails D17:0 c_nernst
fails D37:0.65 rn_780
fails D05:0.5 rp_rn
expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --seed 4 --defect 2=D16:0
same "D16 in the lead of both cells" "$(grep -c 'site=2 .*measure rp_780=.* fail ' out.txt)" 1

# Relay 9 left open: the lock-in reads the Nernst cell while the pump cell is driven. No arc, no verdict.
mkdir -p v/library v/limits v/tables
cp "$ROOT/sequences/limits/lab_barrier_impedance.csv" v/limits; cp "$ROOT/sequences/tables/gases_impedance.csv" v/tables
sed 's/set dut.acpath = on, dut.acin = on/set dut.acpath = on/' "$LAB" >v/library/lab.seq
expect 3 "verdict inconclusive" "$LB" run -s "$RIG" v/library/lab.seq --simulate --no-db --plain --sites 1=EA-00000001

good twin_dual_diffusion_impedance lab_dual_diffusion_impedance
fails D13:1 rct_740
fails D17:0 c_cell
fails D19:1 r_740
fails D37:0.6 r_740
good twin_enclosed_reference_impedance lab_enclosed_reference_impedance
fails D16:0 r_800
fails D27:0 r_800
fails D35:1 rct_800
no_sanitizer_report
