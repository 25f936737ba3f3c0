# Element C: what the end-of-line test tells of an enclosed reference, and what only the laboratory finds.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/bench/stations/twin_enclosed_reference.station"
EOL="$ROOT/sequences/library/eol_enclosed_reference.seq"
LAB="$ROOT/sequences/library/lab_enclosed_reference.seq"
BENCH="$ROOT/sequences/library/cal_bench.seq"

graded() { # DB: lines "name verdict" of the values that have limits
    sqlite3 "$1" "select name || ' ' || verdict from v_result where verdict is not null order by 1" | sort -u
}

for sequence in "$EOL" "$LAB" "$BENCH"; do
    expect 0 "ok on station" "$LB" check -s "$STATION" "$sequence"
done
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$EOL" --simulate --db eol.db
for point in "u_90 154.0 165.0" "u_60 256.2 262.2" "u_40 338.5 355.5"; do
    set -- $point
    inside=$(sqlite3 eol.db "select count(*) from v_result where name = '$1' and value > $2 and value < $3 and verdict = 'pass'")
    same "the signal of lambda 0.${1#u_} is the buffer's within 0.01 in lambda, four parts" "$inside" 4
done

# A cover with a hole of 1 um: 4 uA. The end-of-line test passes it, with every gas; the leak current does not.
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$EOL" --simulate --defect 2=D24:0.5 --db leak.db
same "the leaking part is no different in any gas" "$(sqlite3 leak.db "select count(*) from v_result where site = 2 and name like 'u\_%' escape '\' and verdict = 'pass'")" \
    "$(sqlite3 eol.db "select count(*) from v_result where site = 2 and name like 'u\_%' escape '\' and verdict = 'pass'")"
expect 1 "verdict fail (i_leak)" "$LB" run -s "$STATION" "$LAB" --simulate --sites 1=EC-00000001,2=EC-00000002 --defect 2=D24:0.5 --db lab.db
cp out.txt lab.txt
same "the laboratory passes the part without a hole" "$(grep -c 'EC-00000001 verdict pass' lab.txt)" 1
same "of the leaking part only the leak fails" "$(sqlite3 lab.db "select group_concat(distinct name) from v_result where site = 2 and verdict not in ('pass', 'no-limit')")" i_leak
same "its signal at lambda 0.9, 0.6 and 0.4 is within its limits" \
    "$(sqlite3 lab.db "select count(distinct name) from v_result where site = 2 and name in ('u_90', 'u_60', 'u_40') and verdict = 'pass'")" 3
same "the leak is the table's 4 uA" "$(sqlite3 lab.db "select round(1000 * value) from v_result where site = 2 and name = 'i_leak'")" 4.0

# Every defect by the value it shows in.
while read -r defect value; do
    expect 1 "verdict fail ($value)" "$LB" run -s "$STATION" "$EOL" --simulate --sites 1=EC-00000001 --defect "1=$defect" --no-db
done <<'END'
D25:0.5 u_air
D26:0.5 activity
D28:0 u_air
D29:0.3 i_cover
D31:1 r_heater_cold
D34:0.2 u_air
D35:0.5 r_electrode
D37:0.6 t_gap_step
END
expect 0 "1 pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$EOL" --simulate --sites 1=EC-00000001 --defect 1=D36:1 --no-db
# The page on the claims: each of its commands says what stands behind it.
ln -s "$ROOT/bench" bench
ln -s "$ROOT/sequences" sequences
PATH="$ROOT/build:$PATH"
sed -n '/^```sh/,/^```$/p' "$ROOT/docs/claims.md" | sed '/^```/d' >variants.sh
sh variants.sh
sed -n 's/^| `\([^`]*\)` | `\(lambdabench [^`]*\)` | \(.*\) |$/\1|\2|\3/p' "$ROOT/docs/claims.md" >commands
same "the page holds its commands" "$([ "$(wc -l <commands)" -ge 50 ] && echo yes)" yes
while IFS='|' read -r key command says; do
    case $says in *"verdict fail"*) want=1;; *) want=0;; esac
    expect $want "$says" sh -c "$command"
    grep -q "^| 00.*\`$key\`" "$ROOT/docs/claims.md" || not_ok "no claim is shown by $key"
done <commands
expect 0 "D20" "$LB" qualify -s "$STATION" "$EOL" --parts 40 --defects D20 --severities 0.5 --rung-parts 8
expect 0 "pass, 0 fail, 0 error" "$LB" run -s "$STATION" "$BENCH" --simulate --no-db
no_sanitizer_report
