# For the scripts that serve simulators on PTYs: a short sequence, a server, what it says of the outputs. Source
# it behind lib.sh.
SHORT=s/library/short.seq
STATION="--station $ROOT/bench/stations/twin.station"
# A short sequence that has gas, supply, heater and load on.
write_short() {
    mkdir -p s/library; cp -r "$ROOT/sequences/limits" "$ROOT/sequences/tables" s/
    cat >$SHORT <<'SEQ'
sequence short version 1 "short"
requires station kind "lambda-rig"
gases "../tables/gases.csv"
record dut.ubatt, dut.ibatt at 50 Hz
setup
    mix n2 balance total 2 L/min
    set psu.ubatt = 13.5 V ramp 10 V/s
    set psu.aux = 5 V
    set load.i = 1 A
    set load.input = on
end
main
    step warm "Warm"
        set dut.heater = on
        wait 3 s
        measure u_batt = mean(dut.ubatt) over 2 s
    end
end
cleanup within 30 s
    set dut.heater = off
    wait 4 s
    set psu.ubatt = 0 V
    set load.input = off
    set psu.aux = 0 V
    mix off
end
SEQ
}
serve() { # DIR FAULTS...
    dir=$1; shift
    "$LB" twin serve $STATION --dir "$dir" "$@" >"$dir.log" 2>&1 &
    server=$!
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q serving "$dir.log" && return
        sleep 0.2
    done
    not_ok "twin serve did not start"
}
unserve() { kill $server 2>/dev/null; wait $server 2>/dev/null; }
at_rest() { # LOG TEXT
    sleep 0.3
    last=$(tail -n 1 "$1")
    case $last in *" rest 0" | serving*) ok "$2: every output is at rest" ;; *) not_ok "$2: not at rest: $last" ;; esac
}
# Sets outputs of the rig in folder $1 by hand, as somebody at the bench would: a flow, a load's input, a supply's.
by_hand() {
    python3 - "$1" <<'PY'
import os, sys, time, tty
def say(name, data):
    fd = os.open(os.path.join(sys.argv[1], name), os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    for frame in data:
        os.write(fd, frame)
        time.sleep(0.3)
    os.close(fd)
def load(command, *value):
    body = bytes([0xAA, 0, command, *value]).ljust(25, b"\0")
    return body + bytes([sum(body) & 0xFF])
say("mfc_n2", [b"ALS 1.000\r"])
say("psu1", [b"INST:NSEL 1\n", b"VOLT 5\n", b"OUTP ON\n"])
say("load1", [load(0x20, 1), load(0x2A, 0x10, 0x27), load(0x21, 1)])
PY
    sleep 0.3
}
active() { tail -n 1 "$1" | awk '{ print $NF }'; }
# Until a run that prints into file $1 has begun, and a second of it has passed: outputs are on then.
begun() {
    for i in $(seq 300); do grep -qs " begin" "$1" && break; sleep 0.1; done
    sleep 1
}
