# The deliberately wrong sequence: each mistake in its own message, nothing touched.
. "$ROOT/tests/e2e/lib.sh"
STATION="$ROOT/tests/data/seq/stations/rig1.station"
BAD="$ROOT/tests/data/seq/sequences/bad.seq"
for place in 29:9 40:20 42:9 44:17 49:13 50:18 61:13; do
    expect 2 "bad.seq:$place: error:" "$LB" check "$BAD"
done
expect 0 "ok on station rig1" "$LB" check "$ROOT/tests/data/seq/sequences/eol_lsu49.seq"
expect 0 "81 measurements" "$LB" check "$ROOT/tests/data/seq/sequences/lab_o2_curve.seq"
