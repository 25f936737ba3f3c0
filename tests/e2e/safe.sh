# `safe` on a bench that was found live: with everything there, with a port missing, with instruments that do not
# answer, or not understandably. Whatever can be reached is at rest, and what became of each is said.
. "$ROOT/tests/e2e/lib.sh"
. "$ROOT/tests/e2e/rig.sh"
write_short
live() { # DIR
    by_hand "$1"
    n=$(active "$1.log")
    [ "${n:-0}" -ge 3 ] && ok "$1: $n outputs were set by hand" || not_ok "$1: outputs are not set: $n"
}
fate() { # INSTRUMENT TEXT
    grep -q "^$1  *$2" out.txt && ok "$1: $2" || { not_ok "$1 is not said to be '$2'"; sed 's/^/    /' out.txt; }
}
serve s1
live s1
expect 0 "every output is at rest" "$LB" safe $STATION --ports s1
at_rest s1.log "all there"
live s1
mv s1/psu2 away
expect 9 "did not confirm rest" "$LB" safe $STATION --ports s1
at_rest s1.log "a port is missing"
fate psu1 "at rest, read back"; fate psu2 "NOT REACHED"
# The same device by two names: said, before anything is opened twice, and no more than a wrong station.
ln -s "$(readlink s1/io1)" s1/psu2
expect 2 "io1 are one device by two names" "$LB" run $SHORT $STATION --ports s1 --no-db
unserve
serve s2 --fault psu1=silent:3
live s2
expect 9 "did not confirm rest" "$LB" safe $STATION --ports s2
at_rest s2.log "the supply executes and does not answer"
fate psu1 "NOT CONFIRMED: its safe frames were written blind"; fate load1 "at rest, read back"
unserve
serve s3 --fault mfc_n2=garbage:4
live s3
expect 9 "did not confirm rest" "$LB" safe $STATION --ports s3
at_rest s3.log "the bus of flow controllers answers garbage"
fate mfc_n2 "NOT CONFIRMED: its safe frames were written blind"; fate mfc_o2 "NOT CONFIRMED"
fate psu1 "at rest, read back"
unserve
