#!/bin/sh
# `lambdabench gas` as a person uses it: values against the reference table, exit codes, messages.
set -u
cd "${ROOT:-$(dirname "$0")/../..}" || exit 1
program=${LAMBDABENCH:-build/lambdabench}
table=tests/data/gas/emf_reference.csv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

result() { # 0/1, what
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        echo "ok $2"
    else
        failed=$((failed + 1))
        echo "not ok $2"
        sed 's/^/    /' "$scratch/out" "$scratch/err" | head -n 12
    fi
}

gas() { "$program" gas "$@" >"$scratch/out" 2>"$scratch/err"; }

# Exit code, a text that standard output must hold, then the words.
shows() {
    want=$1 text=$2
    shift 2
    gas "$@"
    got=$?
    [ "$got" = "$want" ] && grep -qF -e "$text" "$scratch/out" && [ ! -s "$scratch/err" ]
    result $? "exit $got, '$text' in: gas $*"
}

# Exit code 2, nothing on standard output, the text on standard error in one "error:" line.
refuses() {
    text=$1
    shift
    gas "$@"
    got=$?
    [ "$got" = 2 ] && [ ! -s "$scratch/out" ] && grep -qF -e "$text" "$scratch/err" &&
        [ "$(grep -c '^error: ' "$scratch/err")" = 1 ]
    result $? "exit $got, '$text' in: gas $*"
}

# ---- the reference table: frozen methane and methane allowed ----

emf() { # T_C lambda option...
    "$program" gas emf --fuel CH1.85 --lambda "$2" --temp "${1}degC" --json ${3+"$3"} |
        sed -n 's/.*"emf":{"value":\([-+0-9.e]*\),.*/\1/p'
}
grep -v '^[#T]' "$table" >"$scratch/rows"
while IFS=, read -r T lambda ref noCH4 _; do
    echo "$lambda $noCH4 $(emf "$T" "$lambda") $ref $(emf "$T" "$lambda" --methane)"
done <"$scratch/rows" >"$scratch/points"
awk '{ limit = $1 < 1 ? 0.5 : 0.25
       a = 1000*$3 - $2; if (a < 0) a = -a
       b = 1000*$5 - $4; if (b < 0) b = -b
       if ($1 != 1 && (NF != 5 || !(a <= limit) || !(b <= limit))) { print "off by " a ", " b " mV: " $0; bad = 1 }
       if (a > worst) worst = a; if (b > worst) worst = b }
     END { if (NR < 100) { print "only " NR " points"; bad = 1 }
           print "figure EMF: " NR " points, worst " 1000*worst " uV"; exit bad }' "$scratch/points" >"$scratch/out" 2>"$scratch/err"
result $? "the EMF of the reference table"
tail -n 1 "$scratch/out"

# ---- each sub-command, text and JSON ----

shows 0 "863.465 mV" emf --fuel CH1.85 --lambda 0.9 --temp 800degC
shows 0 "863.465 mV" emf --fuel CH1.85 --lambda 0.9 --temp '800 degC' --pressure '101.325 kPa'
shows 0 '"schema":"lambdabench/gas/emf/1"' emf --fuel CH1.85 --lambda 0.9 --temp 1073.15K --json
shows 0 "863.465 mV" emf --fuel C0.5H1.85C0.5 --lambda 0.9 --temp 800degC
shows 0 "EMF" emf --fuel C2H5OH --lambda 0.3418804 --temp 800degC
shows 0 "EMF" emf --fuel CH1.85 --lambda 0.3418804 --temp 800degC
shows 0 "rich" emf --fuel H2 --lambda 0.9 --temp 800degC
shows 0 "EMF" emf --gas 'o2=1%,n2=balance' --temp 780degC
shows 0 "0 mV" emf --gas air --temp 780degC
shows 0 "947.5" emf --gas 'h2=5%,h2o=5%,n2=balance' --temp 780degC
shows 0 "Brettschneider" lambda --gas 'co=1%,co2=14%,o2=0.5%,n2=balance' --dry --fuel CH1.85
shows 0 "0.968" lambda --gas 'co=1%,h2=0.33%,co2=14%,h2o=12%,n2=balance'
for lambda in 0.55 0.9 2.6; do # the oxygen of the fuel counts on neither side
    shows 0 "$(printf '%-26s %12s' 'formal lambda' "$lambda")" lambda --fuel C2H6O --lambda "$lambda"
done
shows 0 '"formal_lambda":{"value":null' lambda --gas 'o2=1%,n2=balance' --json
shows 0 "soot is stable                      yes" equilibrium --fuel CH1.85 --lambda 0.4 --temp 600degC
shows 0 '"soot":false' equilibrium --fuel CH1.85 --lambda 0.9 --temp 800degC --json
shows 0 "0.791408 L/min" mix --target 'o2=8.29%' --cylinder air:air --cylinder 'n2:n2=100%' --total '2 L/min'
shows 0 "$(printf '%-26s %12s' 'formal lambda' 0.9)" mix --lambda 0.9 --target h2o=12% \
    --total 2L/min --cylinder air:air --cylinder water:h2o=100% \
    --cylinder 'rich:co=6.7%,h2=2.5%,co2=9.1%,n2=balance'
shows 0 "$(printf '  %-24s %12s L/min' co2 1.07322)" mix --target co2=35% --total 2L/min \
    --cylinder co2:co2=100% --cylinder n2:n2=100% --mfc co2=2L/min,n2,20degC --mfc n2=2L/min
shows 0 "$(printf '%-26s %12s g/h' 'liquid water' 11.5733)" mix --target h2o=12%,o2=1% \
    --total 2L/min --cylinder air:air --cylinder n2:n2=100% --cylinder water:h2o=100% --wall 65degC
shows 0 "$(printf '%-26s %12s' 'walls stay dry' yes)" mix --target h2o=12%,o2=1% --total 2L/min \
    --cylinder air:air --cylinder n2:n2=100% --cylinder water:h2o=100% --wall 65degC
shows 0 "water may condense" mix --target h2o=12%,o2=1% --total 2L/min --cylinder air:air \
    --cylinder n2:n2=100% --cylinder water:h2o=100% --wall 55degC
shows 0 "+-" mix --lambda 0.9 --total 2L/min --cylinder air:air --mfc air=1L/min --mfc rich=5L/min \
    --cylinder 'rich:co=6.7%,h2=2.5%,co2=9.1%,n2=balance' --u
shows 0 "U do not hold here" mix --lambda 1.001 --total 2L/min --cylinder air:air --mfc air=1L/min \
    --mfc rich=2L/min --cylinder 'rich:co=6.7%,h2=2.5%,co2=9.1%,n2=balance' --u
shows 0 '"gum_validated":false' mix --lambda 1.001 --total 2L/min --cylinder air:air --u --json \
    --mfc air=1L/min --mfc rich=2L/min --cylinder 'rich:co=6.7%,h2=2.5%,co2=9.1%,n2=balance'
python3 - "$scratch/out" >"$scratch/err" 2>&1 <<'END'
import json, sys
mix = json.load(open(sys.argv[1]))
emf = mix["intervals_95"]["emf"]
assert 0.12 < emf["low"]["value"] < 0.13 and 0.70 < emf["high"]["value"] < 0.74, emf
assert mix["emf"]["U"] > 0.09 and mix["ip_lsu49"]["U"] > 0 and mix["composition"]["co"]["U"] > 0
assert mix["intervals_95"]["formal_lambda"]["gum_validated"] is True
END
result $? "the drawn interval of the EMF beside the linear one"
shows 0 '"schema":"lambdabench/gas/mix/1"' mix --target 'o2=1%' --cylinder air:air \
    --cylinder 'n2:n2=100%' --total '2 L/min' --json
shows 0 "pipe volumes of N2" flammability --gas 'co=1%,n2=balance' --to 'co=2%,n2=balance'
shows 1 "rich_o2" flammability --gas 'co=6.7%,h2=2.5%,n2=balance' --to 'o2=8.29%,n2=balance'
shows 1 '"permitted":false' flammability --gas 'co=20%,n2=balance' --json
shows 0 "needed for 0.25" flammability --gas 'co=6.7%,n2=balance' --flow '2 L/min' --extraction '50 m3/h'
shows 1 "needed for 0.25" flammability --gas 'co=6.7%,n2=balance' --flow '2 L/min'
shows 1 "--extraction not given" flammability --gas 'co=6.7%,n2=balance' --flow '2 L/min'

# every JSON answer is one object, and no line of text is wider than 80
for words in "emf --fuel CH1.85 --lambda 0.9 --temp 800degC" "lambda --gas air" \
    "equilibrium --fuel C3H8 --lambda 2 --temp 900degC" \
    "mix --target o2=1% --cylinder air:air --cylinder n2:n2=100% --total 2L/min" \
    "flammability --gas ch4=1%,o2=5%,n2=balance --to air --flow 2L/min --extraction 50m3/h"; do
    gas $words --json
    python3 -c 'import json,sys; json.load(open(sys.argv[1]))["schema"]' "$scratch/out" 2>"$scratch/err"
    result $? "JSON of: gas $words"
    gas $words
    awk 'length($0) > 80 { bad = 1 } END { exit bad }' "$scratch/out"
    result $? "80 columns of: gas $words"
done

# ---- help ----

shows 0 "usage: lambdabench gas emf|lambda|mix|equilibrium|flammability" --help
for sub in emf lambda mix equilibrium flammability; do
    shows 0 "examples:" "$sub" --help
    shows 0 "examples:" help "$sub"
done

# ---- first mistakes ----

gas
[ $? = 2 ] && [ ! -s "$scratch/out" ] && grep -q usage "$scratch/err"
result $? "gas without a word shows its use"
refuses "did you mean 'emf'?" emff
refuses "there are emf|lambda|mix" voltage
refuses "no gas: give --fuel CH1.85 --lambda 0.9" emf
refuses "--lambda is missing, as in --lambda 0.9" emf --fuel CH1.85 --temp 800degC
refuses "--temp is missing, as in --temp 800degC" emf --fuel CH1.85 --lambda 0.9
refuses "did you mean '--temp'?" emf --fuel CH1.85 --lambda 0.9 --tmp 800degC
refuses "a value is missing after" emf --fuel CH1.85 --lambda
refuses "one word too many" emf 0.9
refuses "'800' has no unit; write it as in 800degC" emf --fuel CH1.85 --lambda 0.9 --temp 800
refuses "did you mean 'degC'?" emf --fuel CH1.85 --lambda 0.9 --temp 800C
refuses "200 degC is outside 326.85..1726.85 degC" emf --fuel CH1.85 --lambda 0.9 --temp 200degC
refuses "is outside 1..1000 kPa" emf --fuel CH1.85 --lambda 0.9 --temp 800degC --pressure 20bar
refuses "--lambda: 0.2 is outside 0.3418804..100" emf --fuel CH1.85 --lambda 0.2 --temp 800degC
refuses "'CO2' does not burn" emf --fuel CO2 --lambda 1 --temp 800degC
refuses "o2: -1 % is outside 0..100 %" emf --gas 'o2=-1%,n2=balance' --temp 800degC
refuses "more than 100 %" emf --gas 'o2=60%,n2=60%' --temp 800degC
refuses "not 100 %; name the rest" emf --gas 'o2=60%' --temp 800degC
refuses "unknown species 'o22'; did you mean 'o2'?" emf --gas 'o22=1%,n2=balance' --temp 800degC
refuses "'0.01' has no unit" emf --gas 'o2=0.01,n2=balance' --temp 800degC
refuses "does not define an oxygen pressure" emf --gas 'n2=100%' --temp 800degC
refuses "does not define an oxygen pressure" equilibrium --gas 'co=1%,n2=balance' --temp 800degC
refuses "needs exhaust gas" lambda --gas 'o2=1%,n2=balance' --dry
refuses "unreachable: o2 30 % is above the 20.95 % of cylinder 'air'" mix --target 'o2=30%' \
    --cylinder air:air --cylinder 'n2:n2=100%' --total 2L/min
refuses "unreachable: no cylinder holds ar" mix --target 'o2=3%,ar=50%' --cylinder air:air \
    --cylinder 'n2:n2=100%' --total 2L/min
refuses "n2 would be 97 %, not 50 %" mix --target 'o2=3%,n2=50%' --cylinder 'o2:o2=100%' \
    --cylinder 'n2:n2=100%' --total 2L/min
refuses "ar would be 57 %, not 50 %" mix --target 'ar=50%,o2=3%' \
    --cylinder 'm:o2=5%,ar=balance' --cylinder 'n2:n2=100%' --total 2L/min
refuses "(turn-down 2 %)" mix --target 'o2=100ppm' --cylinder air:air --cylinder 'n2:n2=100%' \
    --total 2L/min --mfc 'air=2 L/min'
refuses "no controller for 'air'" mix --target 'o2=1%' --cylinder air:air --cylinder 'n2:n2=100%' \
    --total 2L/min --u
refuses "--gas is missing" flammability
refuses "--flow is missing" flammability --gas air --extraction '50 m3/h'
refuses "-50..1200 degC" flammability --gas air --temp 2000degC

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
