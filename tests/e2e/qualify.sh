# Qualification on the twin: sane figures, repeatable however many processes work, readable forms.
. "$ROOT/tests/e2e/lib.sh"

expect 0 "D12 barrier clogged" "$LB" qualify "$SEQ" --parts 40 --defects D12 --seed 1 --jobs 1 --html page.html
cp out.txt one.txt
same "the table fits 80 columns" "$(awk 'length > 80' one.txt | wc -l)" 0
expect 0 "" "$LB" qualify "$SEQ" --parts 40 --defects D12 --seed 1 --jobs 2
same "two processes print the bytes of one" "$(sha256sum <out.txt)" "$(sha256sum <one.txt)"
expect 0 '"schema":"lambdabench/qualify/1"' "$LB" qualify "$SEQ" --parts 10 --defects D12 --severities 0,0.5 --rung-parts 8 --seed 2 --json
python3 - <<'EOF' && ok "the object holds sane figures" || not_ok "the object is not what it should be: $(head -c 2000 out.txt)"
import json
d = json.load(open("out.txt"))
assert d["good"]["parts"] == 10 and d["good"]["caught"] == 0, d["good"]
[defect] = d["defects"]
mild, gross = defect["severities"]
assert defect["id"] == "D12" and mild["parts"] == gross["parts"] == 8
assert gross["caught"] == 8 and gross["lo"] < 1 == gross["hi"], gross
assert mild["lo"] <= mild["share"] <= mild["hi"]
assert "ip_lean8" in defect["first_caught_by"] and defect["caught_50"]
assert any(step["step"] == "ip_lean8" and step["catches"] and step["only_unknown"] == 0 for step in d["steps"])
for rung in defect["severities"] + [d["good"]]:
    assert rung["caught"] + rung["shipped"] + rung["held"] == rung["parts"] == sum(rung["verdicts"].values())
EOF
expect 0 "(no step failed a part)" "$LB" qualify "$SEQ" --parts 4 --defects none
grep -q '<svg' page.html && ok "the page holds curves" || not_ok "the page holds no curves"
grep -qE '<script|src=|href=' page.html && not_ok "the page is not self-contained" || ok "the page is self-contained"
expect 2 "not a list of defects" "$LB" qualify "$SEQ" --defects D99
expect 2 "not a list of severities" "$LB" qualify "$SEQ" --severities 0.5,0.1
expect 2 "--parts" "$LB" qualify "$SEQ" --parts 0
expect 2 "" "$LB" qualify missing.seq
expect 7 "cannot write" "$LB" qualify "$SEQ" --parts 4 --defects none --html no/such/folder.html
same "it is found before the parts are run" "$(grep -c 'parts in' err.txt)" 0
grep -v '^limits ' "$SEQ" | sed "s|\"\.\./|\"$ROOT/sequences/|" >unlimited.seq
expect 0 "this sequence names no limits: it can catch nothing" "$LB" qualify unlimited.seq --parts 4 --defects none
no_sanitizer_report
