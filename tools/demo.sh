#!/bin/sh
# A whole end-of-line run on the twin, one site with a clogged diffusion barrier, and its report.
set -eu
cd "$(dirname "$0")/.."
out=build/demo
mkdir -p "$out"
rm -f "$out"/demo.db*
set +e
build/lambdabench run sequences/library/eol_lsu49.seq --simulate --defect 3=D12:0.4 --db "$out/demo.db"
code=$?
set -e
[ $code -eq 1 ] || { echo "demo: the run should end with exit code 1 (one part fails), not $code"; exit 1; }
build/lambdabench report last --db "$out/demo.db" -o "$out/report.html"
build/lambdabench show last --db "$out/demo.db"
echo
echo "One of four parts failed, as it should: the run's own exit code was 1."
echo "report:   $out/report.html"
echo "database: $out/demo.db"
