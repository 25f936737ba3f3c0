#!/usr/bin/env python3
"""Kill the controller at random moments of real-time runs over PTYs.

For each kill: every output behind the simulators must be at rest within 500 ms, everything that was
acknowledged must be in the database, the database must be sound, the batch must be marked crashed by
the next start, and that next run must work. Every tenth controller is stopped (SIGSTOP) instead, for
2 s. Several benches run side by side, each with its own simulators and database."""
import os, random, re, shutil, signal, sqlite3, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LB = os.path.join(ROOT, "build", "lambdabench")
STATION = os.path.join(ROOT, "bench", "stations", "twin.station")
LIBRARY = os.path.join(ROOT, "sequences")
LENGTH_S = float(os.environ.get("KILL_WITHIN_S", "95"))
BUDGET_MS = 500


class Twin:
    """`twin serve` with the last known state of the outputs."""

    def __init__(self, folder):
        self.active, self.since, self.log = 0, 0.0, []
        self.process = subprocess.Popen([LB, "twin", "serve", "--dir", folder], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            us, _, active = line.split()
            self.log.append((int(us) / 1e6, int(active)))
            self.active, self.since = int(active), int(us) / 1e6

    def active_between(self, begin, end):
        return any(active for t, active in self.log if begin <= t <= end)

    def rest_after(self, t):
        """Seconds from t until all outputs are at rest for good; None: not at rest."""
        if self.active:
            return None
        return max(0.0, self.since - t)


def acknowledged(lines):
    steps, measures, rows = 0, 0, {}
    for line in lines:
        measures += " measure " in line
        steps += bool(re.search(r" step=\S+ end ", line))
        m = re.search(r"site=(\d+) recorded stream=\d+ rows=(\d+)", line)
        if m:
            rows[int(m[1])] = rows.get(int(m[1]), 0) + int(m[2])
    return steps, measures, rows


def stored(db, batch):
    one = lambda q: db.execute(q, (batch,)).fetchone()[0]
    steps = one("select count(*) from step s join run r on r.id = s.run_id where r.batch_id = ? and s.verdict is not null")
    measures = one("select count(*) from measure m join run r on r.id = m.run_id where r.batch_id = ?")
    rows = dict(db.execute("select s.site, sum(c.n) from chunk c join stream s on s.id = c.stream_id where s.batch_id = ? group by s.site", (batch,)))
    return steps, measures, rows


def check_database(path, lines):
    faults = []
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    if db.execute("pragma integrity_check").fetchone()[0] != "ok":
        faults.append("integrity_check")
    row = db.execute("select id from batch order by id desc limit 1").fetchone()
    want, have = acknowledged(lines), stored(db, row[0]) if row else (0, 0, {})
    if have[0] < want[0] or have[1] < want[1]:
        faults.append("acknowledged %s, stored %s" % (want[:2], have[:2]))
    for site, n in want[2].items():
        if (have[2].get(site) or 0) < n:
            faults.append("site %d: %d rows acknowledged, %s stored" % (site, n, have[2].get(site)))
    states = [s for s, in db.execute("select state from batch order by id")]
    if any(s == "running" for s in states[:-1]):
        faults.append("an earlier batch is still shown as running")
    db.close()
    return faults


def copy_sequence(folder):
    """The end-of-line test, but a part that is still warm from the last run is no reason to stop."""
    shutil.copytree(LIBRARY, os.path.join(folder, "sequences"))
    path = os.path.join(folder, "sequences", "library", "eol_lsu49.seq")
    text = open(path).read().replace(" on fail stop site", "")
    open(path, "w").write(text)
    return path


def one_kill(folder, sequence, twin, rng, stop):
    command = [LB, "run", sequence, "--station", STATION, "--ports", folder, "--db", os.path.join(folder, "x.db"), "--plain", "--acks"]
    lines, faults = [], []
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    reader = threading.Thread(target=lambda: lines.extend(run.stdout), daemon=True)
    reader.start()
    time.sleep(rng.uniform(0.2, LENGTH_S))
    if run.poll() is not None:
        error = run.stderr.read()
        if run.returncode == -9 or "silent" in error or "time-out" in error:
            return "starved", []  # this machine gave a process no time for 250 ms or more
        return None, ["the run ended by itself with %d: %s" % (run.returncode, error[-300:])]
    active = twin.active
    guarded = any(" begin" in line for line in lines)  # said once the guard is on watch
    t = time.monotonic()
    run.send_signal(signal.SIGSTOP if stop else signal.SIGKILL)
    if stop:
        time.sleep(2.0)
        run.send_signal(signal.SIGCONT)
    run.wait()
    time.sleep(1.2)
    reader.join(5)
    rest = twin.rest_after(t)
    if stop and run.returncode >= 0 and not guarded and not active:
        # Before its guard was on watch it goes on and ends by itself. Nothing may have been on meanwhile.
        rest = 0.0
        if twin.active_between(t, t + 2.0):
            faults.append("an output came on while no guard was on watch")
    elif rest is None:
        faults.append("%d outputs are still active" % twin.active)
    elif rest * 1000 > BUDGET_MS:
        faults.append("at rest only after %.0f ms" % (rest * 1000))
    path = os.path.join(folder, "x.db")
    if os.path.exists(path):
        faults += check_database(path, lines)
    # The guard holds the ports for its three rounds; the next run must find them free.
    time.sleep(0.5)
    return (rest, active, stop), faults


def bench(number, kills, seed, results, faults, starved):
    rng = random.Random(seed * 1000 + number)
    folder = tempfile.mkdtemp(prefix="kill9-")
    sequence = copy_sequence(folder)
    twin = Twin(folder)
    for i in range(kills):
        for _ in range(4):
            result, wrong = one_kill(folder, sequence, twin, rng, rng.random() < 0.1)
            if result != "starved":
                break
            starved.append(number)
            time.sleep(3)
        else:
            wrong = ["the machine was too busy, four times in a row"]
        if isinstance(result, tuple):
            results.append(result)
        faults += ["bench %d kill %d: %s" % (number, i, w) for w in wrong]
    twin.process.terminate()
    twin.process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def show(name, values):
    values = sorted(v * 1000 for v in values)
    if values:
        at = lambda p: values[min(len(values) - 1, int(p * len(values)))]
        print("figure: %s: n %d, p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, max %.0f ms"
              % (name, len(values), at(0.5), at(0.9), at(0.99), values[-1]))


def main():
    kills, seed = int(sys.argv[1]), int(sys.argv[2])
    benches = min(kills, int(os.environ.get("KILL_BENCHES", "12")))
    print("kill9: %d kills within %.0f s, %d benches, seed %d" % (kills, LENGTH_S, benches, seed), flush=True)
    results, faults, starved, threads = [], [], [], []
    for b in range(benches):
        share = kills // benches + (b < kills % benches)
        threads.append(threading.Thread(target=bench, args=(b, share, seed, results, faults, starved)))
        threads[-1].start()
    for t in threads:
        t.join()
    live = [r for r in results if r[1] and r[0] is not None]
    show("SIGKILL to rest, outputs active", [r[0] for r in live if not r[2]])
    show("SIGSTOP to rest, outputs active", [r[0] for r in live if r[2]])
    print("figure: kills with nothing active: %d" % (len(results) - len(live)))
    print("figure: runs repeated because the machine starved a process: %d" % len(starved))
    for fault in faults:
        print("not ok", fault)
    print("%d passed, %d failed" % (len(results), len(faults)))
    return 1 if faults or len(results) < kills else 0


sys.exit(main())
