# LSU before and after its trim resistor: a bare element gets the resistor that makes a good sensor of it, small barrier
# errors are trimmed away, gross ones are not; a wrong resistor is found on the finished sensor only.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/bench/stations/twin_lsu49_bare.station"
BARE="$ROOT/sequences/library/eol_lsu49_bare.seq"

expect 0 "ok on station twin_lsu49_bare" "$LB" check "$BARE"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$BARE" --simulate --db bare.db --plain --seed 4
cp out.txt first.txt
expect 0 "" "$LB" run -s "$STATION" "$BARE" --simulate --db again.db --plain --seed 4
same "it prints the same again" "$(sha256sum <out.txt)" "$(sha256sum <first.txt)"
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$BARE" --simulate --no-db --plain --nominal
query() { sqlite3 bare.db "select count(*) from v_result where $1"; }
same "each part gets a resistor of the window" "$(query "name = 'r_fit' and value between 30 and 300")" 4
same "which differ from part to part" "$(sqlite3 bare.db "select count(distinct value) > 2 from v_result where name = 'r_fit'")" 1
same "of E96" "$(query "name = 'r_fit' and abs(96 * log(10, value) - round(96 * log(10, value))) < 0.25 and abs(value * 10 - round(value * 10)) < 1e-6")" 4
same "with it each is a good sensor" "$(query "name = 'ip_finished' and abs(value - 2.54) <= 0.0229")" 4

# Another series is another type: the values follow.
mkdir types
cp "$ROOT/bench/stations/types/lsu49_bare.dut" types/
sed -i 's/^trim-series .*/trim-series 24/' types/lsu49_bare.dut
sed "s|channels \"|channels \"$ROOT/bench/stations/|" "$STATION" >e24.station
expect 1 "0 error" "$LB" run -s e24.station "$BARE" --simulate --db e24.db --plain --seed 4
same "resistors of E24 are whole ohms" "$(sqlite3 e24.db "select count(*) from v_result where name = 'r_fit' and value = round(value)")" 4
sed -i '/^trim-series/d' types/lsu49_bare.dut
expect 2 "the station's kind of part says no 'type.trim_series'" "$LB" check -s e24.station "$BARE"

fails() { # SEVERITY MEASUREMENT
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$STATION" "$BARE" --simulate --no-db --plain --seed 4 --defect "2=$1"
    if grep -q "site=2 .*measure $2=.* fail " out.txt; then ok "$1 fails $2"; else not_ok "$1 does not fail $2"; fi
}
fails D12:1 ip_raw
fails D12:0.6 t63_down
for escape in D11:0.5 D11:1 D12:0.2; do
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$BARE" --simulate --no-db --plain --seed 4 --defect "2=$escape"
done
expect 2 "a bare element has no trim resistor yet" "$LB" run -s "$STATION" "$BARE" --simulate --no-db --defect 2=D38:1

# What the resistor hides, the laboratory finds in the pores and in the response.
LAB="$ROOT/sequences/library/lab_lsu49_bare.seq"
expect 0 "ok on station twin_lsu49_bare" "$LB" check "$LAB"
same "check has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 1 "2 pass, 2 fail, 0 error" "$LB" run -s "$STATION" "$LAB" --simulate --no-db --plain --seed 4 --defect 2=D11:1 --defect 3=D12:0.6
grep -q "site=2 .*measure kappa_lean8=.* fail " out.txt && ok "a crack fails kappa_lean8" || not_ok "a crack does not fail kappa_lean8"
grep -q "site=2 .*measure ip_raw=.* pass " out.txt && ok "which its current passes" || not_ok "its current does not pass"
grep -q "site=3 .*measure t63_up=.* fail " out.txt && ok "a clog fails t63_up" || not_ok "a clog does not fail t63_up"

# The finished sensor: the resistor is wrong, the element is not.
expect 1 "3 pass, 1 fail, 0 error" "$LB" run "$SEQ" --simulate --no-db --plain --seed 4 --defect 2=D38:0.8
grep -q "site=2 .*measure ip_lean8=.* fail " out.txt && ok "a wrong resistor fails ip_lean8" || not_ok "a wrong resistor does not fail ip_lean8"
no_sanitizer_report
