# The sequences of elements A and B: clean check, good parts pass, typical defects fail at the expected measurement,
# one seed gives one output, few good parts are lost and defects are caught.
. "$ROOT/tests/e2e/lib.sh"
STATIONS="$ROOT/bench/stations"
LIBRARY="$ROOT/sequences/library"

clean() { # STATION SEQUENCE: nothing but the line that says ok
    expect 0 "ok on station" "$LB" check -s "$1" "$LIBRARY/$2.seq"
    same "check of $2 has no notes" "$(cat out.txt err.txt | wc -l)" 1
}

fails() { # STATION SEQUENCE DEFECT MEASUREMENT: the defect in site 2 fails there, the other sites pass
    expect 1 "3 pass, 1 fail, 0 error" "$LB" run -s "$1" "$LIBRARY/$2.seq" --simulate --no-db --plain --seed 4 --defect "2=$3"
    if grep -q "site=2 .*measure $4=.* fail " out.txt; then
        ok "$3 fails $4"
    else
        not_ok "$3 does not fail $4"; grep 'site=2.*verdict' out.txt | sed 's/^/    /'
    fi
}

for element in barrier dual_diffusion; do
    station="$STATIONS/twin_$element.station" lab="$STATIONS/twin_$element.station"
    [ $element = dual_diffusion ] && lab="$STATIONS/twin_dual_diffusion_lab.station"
    clean "$station" "eol_$element"
    clean "$lab" "lab_$element"
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$station" "$LIBRARY/eol_$element.seq" --simulate --no-db --plain --seed 4
    cp out.txt first.txt; cp out.txt first_$element.txt
    seconds=$(sed -n 's/.* error in \([0-9]*\):\([0-9]*\).*/\1 \2/p' first.txt | awk '{ print 60 * $1 + $2 }')
    [ "${seconds:-999}" -le 100 ] && ok "eol_$element takes $seconds s" || not_ok "eol_$element takes $seconds s"
    expect 0 "best" "$LB" check -s "$station" "$LIBRARY/eol_$element.seq"
    best=$(sed -n 's/.* best \([0-9]*\).*/\1/p' out.txt err.txt)
    [ "${best:-999}" -le "${seconds:-0}" ] && ok "its best of $best s is not longer" || not_ok "its best of $best s is longer than $seconds s"
    expect 0 "" "$LB" run -s "$station" "$LIBRARY/eol_$element.seq" --simulate --no-db --plain --seed 4
    same "eol_$element prints the same again" "$(sha256sum <out.txt)" "$(sha256sum <first.txt)"
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$lab" "$LIBRARY/lab_$element.seq" --simulate --no-db --plain --seed 4
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$station" "$LIBRARY/eol_$element.seq" --simulate --no-db --plain --nominal
done

A="$STATIONS/twin_barrier.station"
fails "$A" eol_barrier D02:0.3 r_crosstalk
fails "$A" eol_barrier D06:0.1 rn_780
fails "$A" eol_barrier D07:0 un_zero
fails "$A" eol_barrier D12:0.3 ip_lean8
fails "$A" eol_barrier D13:1 rp_initial
fails "$A" eol_barrier D20:0.5 un_coupled
fails "$A" lab_barrier D10:0.2 r_crosstalk
fails "$A" lab_barrier D13:1 vi_initial_air

B="$STATIONS/twin_dual_diffusion.station"
fails "$B" eol_dual_diffusion D15:0.3 ratio
fails "$B" eol_dual_diffusion D19:0.6 r_cell_740
fails "$B" eol_dual_diffusion D13:0.3 r_dc_740
fails "$B" eol_dual_diffusion D18:0.2 u_zero
fails "$B" eol_dual_diffusion D14:1 misread_lean
BL="$STATIONS/twin_dual_diffusion_lab.station"
fails "$BL" lab_dual_diffusion D12:0.8 t63_fine_up
fails "$BL" lab_dual_diffusion D13:0.3 vi_initial_air
fails "$BL" lab_dual_diffusion D23:1 layer_off

# What must escape does: the least of these defects is inside of the limits.
for escape in D20:0 D31:0.1; do
    expect 0 "4 pass, 0 fail" "$LB" run -s "$A" "$LIBRARY/eol_barrier.seq" --simulate --no-db --plain --seed 4 --defect "2=$escape"
done

# The second reference electrode and the orifice are other variants of the element.
variant() { # STATION VARIANT: the station beside its own files, with another variant
    element=$(basename "$1" .station | sed 's/twin_//')
    sed "s|^    element $element|& variant $2|; s|\"types/|\"$STATIONS/types/|; s|channels \"|channels \"$STATIONS/|" "$1"
}
variant "$A" v9 >v9.station
expect 1 "'dut.un2' measures nothing here: the twin's elements have one reference electrode" \
    "$LB" check --strict -s "$A" "$LIBRARY/lab_barrier_references.seq"
expect 0 "ok on station" "$LB" check --strict -s v9.station "$LIBRARY/lab_barrier_references.seq"
expect 0 "ok on station" "$LB" check --strict -s "$A" "$LIBRARY/lab_barrier.seq"
expect 0 "4 pass" "$LB" run -s v9.station "$LIBRARY/lab_barrier_references.seq" --simulate --no-db --plain
fails v9.station lab_barrier_references D09:0 r_between
for name in p2 v8 v11; do # parts of another barrier pass; without one they fail, as D01 does
    variant "$A" $name >$name.station
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s $name.station "$LIBRARY/eol_barrier.seq" --simulate --no-db --plain --seed 4
    same "the barrier of $name has values of its own" "$(grep -c 'r_crosstalk' out.txt)$(cmp -s out.txt first_barrier.txt && echo same)" 4
done
variant "$A" p0 >p0.station
expect 1 "0 pass, 4 fail, 0 error" "$LB" run -s p0.station "$LIBRARY/eol_barrier.seq" --simulate --no-db --plain --seed 4
same "without a barrier the crosstalk fails" "$(grep -c 'measure r_crosstalk=.* fail ' out.txt)" 4
expect 2 "this variant has no barrier layer" \
    "$LB" run -s p0.station "$LIBRARY/eol_barrier.seq" --simulate --no-db --plain --defect 1=D02:0
# What the parts were said to be is told with every result.
expect 0 "4 pass" "$LB" run -s v11.station "$LIBRARY/eol_barrier.seq" --simulate --db told.db --plain --seed 4
expect 0 "variant    v11  consistent with p2" "$LB" show --db told.db last
expect 0 '"variant":{"name":"v11"' "$LB" report last --db told.db -f json
sed 's|barrier.dut"|& variant p2|' v11.station >wrong.station
expect 2 "the twin's elements are of variant 'v11'" "$LB" check -s wrong.station "$LIBRARY/eol_barrier.seq"
# The shared lead is told apart: 0.1 to 3 ohm of it would fail every part.
expect 0 "4 pass" "$LB" run -s "$A" "$LIBRARY/eol_barrier.seq" --simulate --db lead.db --plain --seed 4
same "a lead of 0.1 to 3 ohm is subtracted" "$(sqlite3 lead.db "select count(*) from v_result where \
    name = 'r_shared' and value between 0.05 and 3.1 or name = 'r_crosstalk' and abs(value) < 0.35")" 8
same "the values with it are above the limit" "$(sqlite3 lead.db "select max(value) > 0.4 from v_result where name = 'rc_hot'")" 1
expect 0 "4 pass" "$LB" run -s "$A" "$LIBRARY/lab_barrier.seq" --simulate --db lead.db --plain --seed 4
same "five steady temperatures find the same lead as the cooling element" "$(sqlite3 lead.db "select count(*) from
    v_result a join v_result b on a.serial = b.serial and a.name = b.name and a.program < b.program and
    a.name in ('r_shared', 'r_crosstalk') and abs(a.value - b.value) < 0.03")" 8
variant "$B" orifice >orifice.station
fails orifice.station eol_dual_diffusion D21:0.6 i_fine

caught() { # STATION SEQUENCE DEFECTS SEVERITIES: no good part fails, each defect is caught
    expect 0 '"schema":"lambdabench/qualify/1"' "$LB" qualify -s "$1" "$LIBRARY/$2.seq" --parts 40 --rung-parts 12 \
        --defects "$3" --severities "$4" --seed 5 --json
    python3 - "$2" <<'EOF' && ok "$2 catches $3" || not_ok "$2 does not catch $3 of severity $4"
import json, sys
d = json.load(open("out.txt"))
assert d["good"]["caught"] == 0 and d["good"]["held"] == 0, d["good"]
for defect in d["defects"]:
    for rung in defect["severities"]:
        assert rung["caught"] >= 11, (defect["id"], rung)
EOF
}
caught "$A" eol_barrier D01,D02,D04,D05,D06,D07,D08,D10,D11,D12,D16,D18,D20,D30,D39 0.5
caught "$A" eol_barrier D13 0.7
caught "$B" eol_dual_diffusion D13,D14,D15,D16,D17,D18,D19,D30 0.5
no_sanitizer_report
