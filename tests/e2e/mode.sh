# Element B tells lean from rich through its instruments: random engine gases at random parts, with the noise and the settling
# of the rig. GASES: how many gases (each at four parts); `make mode-e2e GASES=1000` runs more of them than the suite does.
. "$ROOT/tests/e2e/lib.sh"
GASES=${GASES:-100}
PER_RUN=50
STATIONS="$ROOT/bench/stations"

# The laboratory's rig with the cylinders of an engine: frozen exhaust, dry oxygen and fuel beside it in two ranges each.
sed -e "s|\"types/|\"$STATIONS/types/|; s|channels \"|channels \"$STATIONS/|; s|^hottest .*|&\ncoldest 120 degC|" \
    -e '/cylinder mfc_rich /s/stream a .*/stream a co 30 %, h2 10 %, n2 balance/' \
    -e '/cylinder mfc_lean1 /s/stream a .*/stream a co 2 %, h2 0.667 %, n2 balance/' \
    -e '/cylinder mfc_lean5 /s/stream a .*/stream a co2 50 %, h2o 46.25 %, n2 balance/' \
    -e '/cylinder mfc_air /s/stream a .*/stream a o2 1 %, n2 balance/' \
    "$STATIONS/twin_dual_diffusion_lab.station" >mode.station
cat >gases.csv <<'END'
gas,channel,o2,co,h2,co2,h2o,n2
n2,gas.n2,0.0001 %,,,,,balance
o2,gas.o2,99.995 %,,,,,balance
o2_low,gas.air,1 %,,,,,balance
fuel,gas.rich,,30 %,10 %,,,balance
fuel_low,gas.lean1,,2 %,0.667 %,,,balance
exhaust,gas.lean5,,,,50 %,46.25 %,balance
END
cat >mode.seq <<'END'
sequence mode version 1 "Lean or rich"
requires station kind "dual-diffusion-lab-rig"
gases "gases.csv"
setup
    scan serial each site like "EB-[0-9]{8}"
    mix n2 balance total 4 L/min over 2 s
    set dut.acf = 4 kHz, dut.acv = 0.2 V
end
main
    step hot on fail stop site
        set dut.heater = on
        wait until dut.ri <= 70 ohm timeout 40 s
        wait 20 s
        calc errors = 0
        calc off_short = 0
        calc seen = 0
        calc windows = 0
    end
    for row in table "mode.csv"
        step gas_{row.point}
            mix n2 balance total 4 L/min over 0.5 s
            wait 2 s
            mix o2 row.o2, o2_low row.o2_low, fuel row.fuel, fuel_low row.fuel_low, exhaust row.exhaust, \
                n2 balance total 4 L/min over 1 s
            set dut.ips = -50 uA
            set dut.smu = on
            wait 3 s
            measure u_weak = mean(abs(dut.upm)) over 0.6 s
            set dut.up = 0.45 V
            set dut.smu = on
            wait 0.6 s
            measure i_plus = mean(dut.ip) over 0.6 s
            set dut.up = -0.45 V
            wait 0.6 s
            measure i_minus = mean(dut.ip) over 0.6 s
            set dut.ips = min(max(i_plus / 2, 1 uA), 4 mA)
            set dut.smu = on
            wait 0.3 s
            measure u_forth = mean(dut.upm) over 0.25 s
            set dut.ips = max(min(-i_plus / 2, -1 uA), -4 mA)
            wait 0.3 s
            measure u_back = mean(dut.upm) over 0.25 s
            calc found = cell_mode(i_plus, i_minus, u_forth + u_back, 740 degC)
            calc short = -1
            if -i_minus / i_plus > 3
                calc short = 1
            end
            if u_weak > 0.4 V                 # as the sequences have it: at lambda 1, and nothing more is asked
                calc found = row.truth * (2 * row.near - 1)
                calc short = found
                calc windows = windows + 1
            end
            calc errors = errors + abs(found - row.truth) / 2
            calc off_short = off_short + abs(short - row.truth) / 2
            calc seen = seen + 1
            if abs(found - row.truth) > 0
                calc of_gas = row.lambda
                measure missed = last(of_gas) tag row.point
            end
        end
    end
    step sum
        measure wrong = last(errors + 0)
        measure plain = last(off_short + 0)
        measure reads = last(seen + 0)
        measure window = last(windows + 0)
    end
end
cleanup within 60 s
    set dut.heater = off
    set dut.smu = off
    set dut.acv = 4 mV
    mix n2 balance total 4 L/min
    wait 3 s
    mix off
end
END

# One half: frozen exhaust of CH1.85 (CO to H2 as 3 to 1), lambda 0.75 to 6 without what is within 0.002 of 1. 30 %: the oxygen
# pressures of richer exhaust, down to that of lambda 0.4, by diluted fuel with less of the burnt gases than exhaust holds, as
# the caps on burning gases leave them. 20 %: oxygen in nitrogen. The flow of a cylinder begins at 1.25 % of the total: less
# fuel or oxygen comes from the weaker one. Within the window of 50 uA around lambda 1 (less than 0.1 % of oxygen, or 1.6 % of fuel
# at a thin layer) an answer "at lambda 1" is right as well.
cat >gases.py <<'END'
import random, sys
seed, count = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(seed)
y, air = 1.85, 0.2095

def exhaust(lam):
    o = lam * (1 + y / 4)
    n2 = o * (1 - air) / air
    if lam > 1:
        parts = {"o2": o - (1 + y / 4), "fuel": 0.0, "burnt": 1 + y / 2}
    else:
        d = 2 * (1 + y / 4) - 2 * o
        parts = {"o2": 0.0, "fuel": d, "burnt": 1 + y / 2 - d}
    total = n2 + sum(parts.values())
    return {k: v / total for k, v in parts.items()}

print("point,o2,o2_low,fuel,fuel_low,exhaust,truth,near,lambda")
for i in range(count):
    kind = rng.random()
    if kind < 0.2:
        lam, g = 99, {"o2": 0.001 * 205 ** rng.random(), "fuel": 0.0, "burnt": 0.0}
    elif kind < 0.5:
        burnt = 0.013 * 8 ** rng.random()
        fuel = min(burnt * 0.5 * 14 ** rng.random(), 0.09)
        lam, g = 1 - fuel / (fuel + burnt), {"o2": 0.0, "fuel": fuel, "burnt": burnt}
    else:
        lam = 1
        while abs(lam - 1) < 0.002:
            near = rng.random() < 0.4
            lam = 0.95 + 0.1 * rng.random() if near else 0.75 * 8 ** rng.random()
        g = exhaust(lam)
    strong_o2, strong_fuel = g["o2"] > 0.006, g["fuel"] > 0.0065
    row = [100 * g["o2"] / 0.99995 if strong_o2 else 0, 0 if strong_o2 else 100 * g["o2"] / 0.01,
           100 * g["fuel"] / 0.40 if strong_fuel else 0, 0 if strong_fuel else 100 * g["fuel"] / 0.02667,
           100 * g["burnt"] / 0.9625]
    if not 1.3 < row[1]:
        row[1] = 0
    if not 1.3 < row[3]:
        row[3] = 0
    truth = 1 if lam > 1 else -1
    near = g["fuel"] < 0.016 and g["o2"] < 0.001
    print("g%03d," % i + ",".join("%.4f %%" % v for v in row) + ",%d,%d,%.4f" % (truth, near, lam))
END

runs=$(((GASES + PER_RUN - 1) / PER_RUN)); wrong=0; plain=0; read=0; near=0; bad=0
for run in $(seq "$runs"); do
    python3 gases.py "$run" "$PER_RUN" >mode.csv
    "$LB" run -s mode.station mode.seq --simulate --no-db --plain --seed "$run" >out.txt 2>err.txt </dev/null || { bad=1; break; }
    sum() { sed -n "s/.*step=sum measure $1=\([0-9]*\).*/\1/p" out.txt | awk '{ s += $1 } END { print s + 0 }'; }
    wrong=$((wrong + $(sum wrong))); plain=$((plain + $(sum plain))); read=$((read + $(sum reads))); near=$((near + $(sum window)))
    grep 'measure missed' out.txt | sed "s/^/    run $run: /"
done
[ $bad -eq 0 ] || { not_ok "run $run of the mode test ended badly"; grep -h error out.txt err.txt | head -5; }
echo "figure: cell mode through the instruments: $((read / 4)) gases at 4 parts: $wrong of $read told wrongly; $near at lambda 1; by the two currents alone $plain"
same "all gases were read" "$read" "$((4 * runs * PER_RUN))"
same "no gas was told wrongly" "$wrong" 0
[ "$plain" -gt $((read / 50)) ] && ok "the two currents alone tell $plain wrongly" || not_ok "the two currents alone tell only $plain wrongly"
no_sanitizer_report
