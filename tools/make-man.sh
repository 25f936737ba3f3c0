#!/bin/sh
# docs/man/lambdabench.1 out of `lambdabench --help` and `lambdabench COMMAND --help`.
#   tools/make-man.sh [PROGRAM]       default build/lambdabench
set -eu
cd "$(dirname "$0")/.."
program=${1:-build/lambdabench}
page=docs/man/lambdabench.1
new=$(mktemp); trap 'rm -f "$new"' EXIT

escape() { sed "s/\\\\/\\\\e/g; s/-/\\\\-/g; s/^\\([.']\\)/\\\\\\&\\1/"; }
verbatim() { printf '.PP\n.nf\n'; escape; printf '.fi\n'; }

# COMMAND...: its summary, usage, options and notes, as the program prints them.
command_section() {
    printf '.SS lambdabench %s\n' "$*"
    "$program" "$@" --help | sed '1s/^[^:]*: //; /^  -h, --help /d; /^options:$/d' | cat -s | verbatim
}

{
    cat <<'HEAD'
.\" Made by tools/make-man.sh from --help: change the program, not this page.
.TH LAMBDABENCH 1 "" "lambdabench" "User commands"
.SH NAME
lambdabench \- test bench controller for exhaust\-gas oxygen sensor elements
.SH EXAMPLES
.nf
# an end\-of\-line test on the twin, with a clogged barrier in site 3
lambdabench run sequences/library/eol_lsu49.seq \-\-simulate \-\-defect 3=D12:0.4

# what came out of it
lambdabench show last
lambdabench report last \-o report.html

# prove a sequence against a station, without touching hardware
lambdabench check eol.seq \-\-station rig1.station

# on real instruments
lambdabench run eol.seq \-\-station rig1.station \-\-sites 1=LSU49\-00412233

# every output to rest, confirmed
lambdabench safe \-\-station rig1.station
.fi
.SH SYNOPSIS
.B lambdabench
.I COMMAND
[options] ...
.SH DESCRIPTION
Sets gas mixtures with mass flow controllers, heats and loads the element, reads it through its
controller, runs a
written sequence on all sites at once, records everything in SQLite, and grades each part with the
uncertainty of the
measurement taken into account. With
.B \-\-simulate
the station's twin takes the place of the instruments, in virtual time.
.PP
Data goes to standard output, talk to standard error.
.SH COMMANDS
HEAD
    for command in $("$program" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
        command_section "$command"
        if [ "$command" = gas ]; then
            subs=$("$program" gas --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
            for sub in $subs; do command_section gas "$sub"; done
        fi
    done
    cat <<'TAIL'
.SH EXIT STATUS
.nf
0  every part passed, or is marginal
1  at least one part failed
2  wrong use, or a file has errors; nothing was moved
3  bench error, or a result is inconclusive
4  stopped by the operator
5  tripped: an envelope or the output gate
6  busy: a port is in use
7  results could not be stored, or read
9  cleanup unconfirmed: treat the bench as live
.fi
.SH ENVIRONMENT
.TP
.B LAMBDABENCH_STATION
station file, when none is named
.TP
.B LAMBDABENCH_DB
database, when none is named; else lambdabench.db in the current folder
.SH SAFETY
The program claims no safety integrity level. Emergency stop, gas detection, proof of extraction,
normally closed
valves and a watchdog relay are hardware, and preconditions of use.
.SH SEE ALSO
.BR lambdabench\-seq (5),
.BR lambdabench\-limits (5),
.BR lambdabench\-station (5)
TAIL
} >"$new"
mkdir -p docs/man
cat "$new" >"$page"
