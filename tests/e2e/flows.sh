# Flow controllers that do not do what they are told: seen in time, named, and never called rest.
. "$ROOT/tests/e2e/lib.sh"
cp -r "$ROOT"/bench/stations stations
stuck() { sed "s/^    heaters psu1/    stuck $1\n&/" "$ROOT/bench/stations/twin.station" >stations/twin.station; }
run() { "$LB" run -s stations/twin.station "$SEQ" --simulate --db "$1.db"; }
trip() { sqlite3 "$1.db" "select text from event where kind = 'trip'"; }
at_s() { sqlite3 "$1.db" "select (t - (select started from batch)) / 100000 / 10.0 from event where kind = 'trip'"; }

stuck "mfc_n2 at most 0.3 L\/min"      # an empty bottle: the purge is not waited for
expect 5 "gas.n2: 0.3" run empty
same "it is in the record" "$(trip empty | cut -c1-12)" "gas.n2: 0.3 "
same "nobody waited for the purge" "$(at_s empty | awk '{ print ($1 > 3 && $1 < 8) }')" 1

stuck "mfc_lean1 at most 1 L\/min"     # the second stream
expect 5 "gas.lean1: 1" run second

stuck "mfc_rich at least 0.2 L\/min"   # a valve that does not close is closed by nothing that is said to it
expect 9 "gas.rich still flows 5 s after it was closed" run leak
same "it is in the record" "$(trip leak | cut -c1-14)" "gas.rich: 0.2 "
same "such a run is at an end at once" "$(at_s leak | awk '{ print ($1 < 1) }')" 1

stuck "mfc_rich at least 0.001 L\/min" # a valve is never quite tight
expect 0 "4 pass" run tight
no_sanitizer_report
