# The rich end of the LSU 4.9 under the gas rules: T09. What is reached, and what the rules forbid.
. "$ROOT/tests/e2e/lib.sh"
RIG="$ROOT/bench/stations/twin_lambda_rich.station"
LAB="$ROOT/sequences/library/lab_lsu49_rich.seq"

rule() { # CODE GAS: at 100 degC
    expect "$1" "" "$LB" gas flammability --temp 100degC --gas "$2"
}
rule 0 "co=8.871%,h2=3.786%,co2=13.576%,n2=balance"   # exhaust of lambda 0.74
rule 1 "co=9.242%,h2=4.024%,co2=13.312%,n2=balance"   # 0.73
rule 1 "co=10.366%,h2=4.794%,co2=12.505%,n2=balance"  # 0.70
rule 1 "co=12.285%,h2=6.288%,co2=11.104%,n2=balance"  # 0.65
rule 1 "co=9.9%,h2=3.95%,n2=balance"                  # every cap met but the fuel index
rule 0 "co=1.5%,h2=0.9%,ch4=6%,co2=10%,n2=balance"

expect 0 "ok on station" "$LB" check -s "$RIG" "$LAB"
same "check of lab_lsu49_rich has no notes" "$(cat out.txt err.txt | wc -l)" 1
expect 0 "4 pass, 0 fail, 0 error" "$LB" run -s "$RIG" "$LAB" --simulate --plain --nominal --db rich.db
value() { sqlite3 rich.db "select $1 from v_result where $2"; }
same "lambda 0.74 and the current of lambda 0.70" \
    "$(value "count(*)" "name = 'ip_e74' and abs(value + 1.315) < 0.02 or name = 'ip_m70' and abs(value + 1.602) < 0.03")" 8
same "formal lambda alone moves nothing" "$(value "max(abs(value)) < 0.002" "name like 'formal_%'")" 1
expect 1 "verdict fail (k_co)" "$LB" run -s "$RIG" "$LAB" --simulate --no-db --plain --sites 1=LSU49-00000001 --defect 1=D26:0.5

# One more hundredth of lambda is refused before anything flows.
mkdir -p v/library v/limits v/tables
cp "$ROOT/sequences/limits/lab_lsu49_rich.csv" v/limits; cp "$ROOT/sequences/tables/gases_lambda_rich.csv" v/tables; cp "$LAB" v/library/lab.seq
sed 's/^e74,.*/e74,23.105 %,20.12 %,0 %,13.312 %,1.97,lambda 0.73/' "$ROOT/sequences/tables/lab_lsu49_rich_points.csv" >v/tables/lab_lsu49_rich_points.csv
expect 2 "h2" "$LB" check -s "$RIG" v/library/lab.seq
no_sanitizer_report
