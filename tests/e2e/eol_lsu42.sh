# The LSU 4.2 on its own rig: the published points, and that another rig's sensor is refused by its serial number.
. "$ROOT/tests/e2e/lib.sh"
LSU42="$ROOT/sequences/library/eol_lsu42.seq"

expect 0 "ok on station twin_lsu42" "$LB" check "$LSU42"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run "$LSU42" --simulate --db a.db --plain --nominal --seed 2
near() { # MEASUREMENT VALUE BAND: all four
    same "$1 is $2 within $3" "$(sqlite3 a.db "select count(*) from v_result where name = '$1' and abs(value - $2) <= $3")" 4
}
near ip_lean118 0.34 0.006
near ip_lean143 0.68 0.006
near ip_lean170 0.95 0.008
near ip_lean242 1.40 0.01
near ip_air 2.58 0.02
near ip_rich90 -0.47 0.008
near ip_rich85 -0.76 0.01
near ip_rich80 -1.08 0.012
near ri_hot 80 1
near p_heater 10 0.5
expect 0 "4 pass, 0 fail, 0 error" "$LB" run "$LSU42" --simulate --no-db --plain --seed 4
cp out.txt first.txt
expect 0 "" "$LB" run "$LSU42" --simulate --no-db --plain --seed 4
same "it prints the same again" "$(sha256sum <out.txt)" "$(sha256sum <first.txt)"

fails() { # DEFECT MEASUREMENT
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run "$LSU42" --simulate --no-db --plain --seed 4 --defect "2=$1"
    if grep -q "site=2 .*measure $2=.* fail " out.txt; then ok "$1 fails $2"; else not_ok "$1 does not fail $2"; fi
}
fails D11:0.3 ip_lean170
fails D11:1 ip_air
fails D12:0.3 ip_air
fails D38:0.8 ip_rich80

# Its bare element: the resistor that makes the published characteristic of it.
BARE="$ROOT/sequences/library/eol_lsu42_bare.seq"
expect 0 "ok on station twin_lsu42_bare" "$LB" check "$BARE"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
rm -f a.db
expect 0 "4 pass, 0 fail, 0 error" "$LB" run "$BARE" --simulate --db a.db --plain --seed 4
near r_fit 100 60
near ip_finished 2.58 0.025
near fin_lean170 0.95 0.015
near fin_rich80 -1.08 0.02
expect 1 "3 pass, 1 fail, 0 error" "$LB" run "$BARE" --simulate --no-db --plain --seed 4 --defect 2=D12:1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run "$BARE" --simulate --no-db --plain --seed 4 --defect 2=D11:1
no_sanitizer_report
