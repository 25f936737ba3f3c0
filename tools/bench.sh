#!/bin/sh
# Speed, shown and not asserted: each figure with its goal, beside a peer or a bare lower bound measured in
# the same run where there is one.
set -eu
cd "$(dirname "$0")/.."
python3 - <<'PY'
import os, resource, subprocess, statistics, tempfile, time
LB, SEQ = "build/lambdabench", "sequences/library/eol_lsu49.seq"

def cpu(command, n=7):
    """User + system seconds of a whole process, the median of n after one warm-up, and its output."""
    times, out = [], ""
    for i in range(n + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if i:
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times), out

def virtual_seconds(out):
    m, s = out.rsplit(" in ", 1)[1].split(";")[0].strip().split(":")
    return 60 * int(m) + int(s)

with tempfile.TemporaryDirectory() as d:
    t, out = cpu([LB, "run", SEQ, "--simulate", "--no-db", "-q"])
    v = virtual_seconds(out)
    print("virtual time, 4 sites, no database: %d s in %.3f s of CPU: %.0f x real time (goal 5000)" % (v, t, v / t))
    t4, _ = cpu([LB, "run", SEQ, "--simulate", "--db", d + "/b.db", "-q"], 5)
    print("virtual time, 4 sites, database FULL: %.0f x real time" % (v / t4))
    t1, out = cpu([LB, "run", SEQ, "--simulate", "--no-db", "-q", "--sites", "1=LSU49-00000001"])
    print("virtual time, 1 site of 4 live: %.0f x real time" % (virtual_seconds(out) / t1))

def wall(command, n=40):
    times = []
    for _ in range(n):
        t = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - t)
    return statistics.median(times)

bare, ours = wall(["/bin/true"]), wall([LB, "version"])
print("start-up: lambdabench version %.1f ms, /bin/true %.1f ms (goal 10 ms)" % (ours * 1e3, bare * 1e3))
t = wall([LB, "check", SEQ], 20)
print("check of the end-of-line sequence: %.1f ms as a whole process" % (t * 1e3))
PY
for program in bench_engine bench_recorder bench_wire; do
    make --no-print-directory -s build/plain/tests/$program
    (cd build && plain/tests/$program)
done
