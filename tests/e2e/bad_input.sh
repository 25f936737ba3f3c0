# First mistakes and hostile input: one clear message, the documented exit code.
. "$ROOT/tests/e2e/lib.sh"
D="$ROOT/tests/data/seq"

expect 2 "no command 'chekc'; did you mean 'check'" "$LB" chekc
expect 2 "commands:" "$LB"
expect 0 "usage:" "$LB" run --help
expect 2 "unknown option '--simulat'; did you mean '--simulate'" "$LB" run "$SEQ" --simulat
expect 2 "missing: 'FILE'" "$LB" run
expect 2 "a whole number" "$LB" run "$SEQ" --simulate --seed x
expect 2 "not a defect of this twin" "$LB" run "$SEQ" --simulate --defect 9=D12:0.4
expect 2 "not a defect of this twin" "$LB" run "$SEQ" --simulate --defect 1=D12:nan
expect 2 "--seed is given twice, the second time with '2'" "$LB" run "$SEQ" --simulate --seed 1 --seed 2
expect 2 "--db is given twice" "$LB" show last --db a.db --db b.db
expect 2 "has that defect already, at '1=D12:0.6'" "$LB" run "$SEQ" --simulate --defect 1=D12:0.4 --defect 1=D12:0.6
expect 2 "which parts are in the sites" "$LB" run "$SEQ"
expect 2 "no such site" "$LB" run "$SEQ" --simulate --sites 5=X
expect 2 "a parameter is given as" "$LB" run "$SEQ" --simulate --no-db -p total
expect 2 "parameter 'total' takes 1 .. 4 L/min, not '2 V'" "$LB" run "$SEQ" --simulate --no-db -p 'total=2 V'
expect 2 "takes 1 .. 4 L/min, not '9 L/min'" "$LB" run "$SEQ" --simulate --no-db -p 'total=9 L/min'
expect 0 "4 pass" "$LB" run "$SEQ" --simulate --no-db -q -p total=2L/min
expect 2 "this parameter stands twice, at 'total=3 L/min'" "$LB" run "$SEQ" --simulate --no-db -p 'total=2 L/min' -p 'total=3 L/min'
expect 0 "4 pass" "$LB" run "$SEQ" --simulate --no-db -q --nominal
# What check has proven for each corner of the parameters runs there.
expect 0 "4 pass" "$LB" run "$SEQ" --simulate --no-db -q -p total=1L/min -p ubatt=14V -p soak=2s
expect 0 "4 pass" "$LB" run "$SEQ" --simulate --no-db -q -p total=1.1L/min
expect 2 "takes 12 .. 14 V, not '14.5V'" "$LB" run "$SEQ" --simulate --no-db -q -p ubatt=14.5V
expect 2 "it has total ubatt space early soak" "$LB" run "$SEQ" --simulate --no-db -p 'totle=2 L/min'

mkdir seq limits tables; cp "$ROOT"/sequences/tables/*.csv tables; cp "$ROOT"/sequences/limits/*.csv limits
cp "$SEQ" seq/x.seq
check() { want=$1; text=$2; shift 2; expect "$want" "$text" "$LB" check seq/x.seq; }
check 0 "ok on station twin"
expect 2 "there is no such file" "$LB" check seq/missing.seq
expect 2 "this is a folder" "$LB" check seq
head -c 100000 /dev/urandom >seq/binary.seq; expect 2 "" "$LB" check seq/binary.seq
head -c 67108864 /dev/zero | tr '\0' 'a' >seq/long.seq; expect 2 "" "$LB" check seq/long.seq; rm seq/long.seq
printf 'sequence x\0 version 1\n' >seq/nul.seq; expect 2 "NUL" "$LB" check seq/nul.seq
{ printf '\357\273\277'; sed 's/$/\r/' "$SEQ"; } >seq/x.seq; check 0 "ok on station"
cp "$SEQ" seq/x.seq
# What is to be recorded and cannot be is not run: nine rates.
{ echo 'sequence x version 1'; echo 'gases "../tables/gases.csv"'
  for hz in 1 2 3 4 5 6 7 8 9; do echo "record gas.n2 at $hz Hz"; done
  printf 'main\n    mix n2 balance total 2 L/min\nend\ncleanup within 10 s\n    mix off\nend\n'; } >seq/rates.seq
expect 2 "up to 8 different rates" "$LB" run seq/rates.seq --simulate --db rates.db
limit() { sed "s/^ip_lean8,.*/$1/" "$ROOT/sequences/limits/lsu49.csv" >limits/lsu49.csv; }
limit 'ip_lean8,*,0,895,0,977,mA,U95,10 %,yes,x'; check 2 "decimal comma"
limit 'ip_lean8,*,nan,0.977,mA,U95,10 %,yes,x'; check 2 "nan"
limit 'ip_lean8,*,0.895,1e400,mA,U95,10 %,yes,x'; check 2 "1e400"
limit 'ip_lean8,*,0.977,0.895,mA,U95,10 %,yes,x'; check 2 "above"
limit 'ip_lean8,*,0.895,0.977,mAx,U95,10 %,yes,x'; check 2 "unit"
limit 'ip_lean8,*,0.895,0.977,mV,U95,10 %,yes,x'; check 2 "mV"
limit 'ip_lean3,*,0.895,0.977,mA,U95,10 %,yes,x'; check 2 "stands already"
cp "$ROOT/sequences/limits/lsu49.csv" limits; head -c 300 "$ROOT/sequences/limits/lsu49.csv" >limits/lsu49.csv; check 2 ""
cp "$ROOT/sequences/limits/lsu49.csv" limits; rm tables/gases.csv; check 2 "gases.csv"
cp "$ROOT"/sequences/tables/*.csv tables

# A damaged number is blamed where it stands, also in the first row; nothing else is said.
point() {
    sed "$1" "$ROOT/sequences/tables/eol_points.csv" >tables/eol_points.csv
    check 2 "eol_points.csv:$2: error: this column is in %: '"
    same "one message for $1" "$("$LB" check seq/x.seq 2>&1 | grep -c ' error: ')" 1
}
point '2s/8.29 %/nan %/' 2:7; point '2s/8.29 %/-inf %/' 2:7; point '2s/8.29 %/1e400 %/' 2:7
point '2s/8.29 %/"8,29 %"/' 2:7; point '3s/3.00 %/"3,00 %"/' 3:7
check 2 "decimals are written with a point"
cp "$ROOT"/sequences/tables/*.csv tables

mkdir stations; cp -r "$ROOT"/bench/stations/* stations
station() { sed "$1" "$ROOT/bench/stations/twin.station" >stations/twin.station; }
station 's/hmp4040/hmp4041/'; expect 2 "no driver 'hmp4041'" "$LB" run seq/x.seq --simulate --no-db
station '/^twin/,/^end/d'; expect 2 "no twin block" "$LB" run seq/x.seq --simulate --no-db
station 's/^sites.*/sites 99/'; check 2 "1 to 64"
same "and nothing else is said of it" "$(grep -c error: err.txt)" 1
station 's/instrument mfc_o2 /instrument mfc_n2 /'; check 2 "twice"
station 's/^volume.*/&\nvolume 1 mL/'; check 2 "'volume' is given twice, first on line"
station 's/\(mfc_o2.* address\) B/\1 A/'; check 2 "'mfc_o2' and 'mfc_n2' have the same address"
station 's/hmp4040 \(.*\) channels 4/hmp4040 \1 channels 9/'; check 2 "hmp4040 has 4 channels, not 9"
station 's/2027-03-01/2027-13-41/'; check 2 "there is no such date"
station 's/^\(instrument io1 *numato\) *sim "io1"\(.*\)/\1 path "\/dev\/serial\/by-path\/x"\2 cal due 2020-02-29/'
check 0 "the calibration of 'io1' is overdue since 2020-02-29"
station 's/2027-03-01/2020-03-01/'; expect 0 "" "$LB" check seq/x.seq
same "what is simulated has no calibration to lose" "$(grep -c overdue err.txt)" 0
station 's/^volume.*/volum 60 mL/'; check 2 "did you mean 'volume'"
station 's|sim "gasbus" address A|path "/dev/ttyUSB0" address A|'; check 2 "renumbered"
cp -r "$ROOT"/bench/stations/* stations
sed 's/,mfc_rich,flow,/,mfc_reich,flow,/' "$ROOT/bench/stations/twin_channels.csv" >stations/twin_channels.csv; check 2 "no instrument 'mfc_reich'"
sed 's/^dut.ip,site,in,mA/dut.ip,site,in,V/' "$ROOT/bench/stations/twin_channels.csv" >stations/twin_channels.csv; check 2 "dimension"
cp -r "$ROOT"/bench/stations/* stations

expect 2 "is simulated" "$LB" run seq/x.seq --sites 1=LSU49-00000001 --no-db
expect 3 "" "$LB" run seq/x.seq --ports /nonexistent --no-db
expect 7 "" "$LB" show last --db missing.db
expect 7 "" "$LB" run seq/x.seq --simulate --db /proc/x.db
mkdir dir.db; expect 7 "directory" "$LB" run seq/x.seq --simulate --db dir.db
head -c 8192 /dev/urandom >noise.db; expect 7 "" "$LB" run seq/x.seq --simulate --db noise.db
expect 7 "not a database" "$LB" show last --db noise.db
same "a file that is no database is left alone" "$(wc -c <noise.db)" 8192
sqlite3 other.db 'create table t(x)'; expect 7 "" "$LB" run seq/x.seq --simulate --db other.db
"$LB" run seq/x.seq --simulate --db good.db -q >/dev/null 2>&1
expect 2 "" "$LB" show ffffffff --db good.db
for what in "show last --db good.db" "export --db good.db" "gas lambda --gas air" "--help"; do
    { "$LB" $what; echo $? >code.txt; } 2>err.txt | true
    same "a closed pipe is silent: $what" "$(cat code.txt; cat err.txt)" 0
    "$LB" $what >/dev/full 2>err.txt
    same "a full disk is not: $what" "$? $(grep -c 'No space left' err.txt)" "7 1"
done
# A damaged curve is named; the values beside it can still be had.
cp good.db zeroed.db
sqlite3 zeroed.db "update chunk set data = zeroblob(length(data)) where rowid = (select min(rowid) from chunk)"
for format in html json; do
    expect 7 "of site 4, chunk 0 is damaged: its checksum does not match" "$LB" report last --db zeroed.db -f $format -o damaged.out
done
expect 0 "ip_lean8" "$LB" report last --db zeroed.db -f csv
cp good.db torn.db; dd if=/dev/urandom of=torn.db bs=4096 seek=2 count=3 conv=notrunc 2>/dev/null
expect 7 "" "$LB" run seq/x.seq --simulate --db torn.db
(ulimit -f 600; expect 7 "no verdict: the results could not be stored" "$LB" run seq/x.seq --simulate --db small.db)
(ulimit -f 600; "$LB" run seq/x.seq --simulate --db small2.db >small.txt 2>&1)
same "no verdict is shown that is not stored" "$(grep -c 'verdict ' small.txt)" \
    "$(sqlite3 small2.db 'select count(*) from run where verdict is not null')"
[ -e small.db-spill.ndjson ] && ok "what could not be stored is in the spill file" || not_ok "no spill file"

mkdir tiny
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=1000k tmpfs tiny 2>/dev/null; then
    rm -f /var/tmp/tiny-$$.db-spill.ndjson
    expect 7 "is in /var/tmp/tiny-$$.db-spill.ndjson" "$LB" run "$SEQ" --simulate --db tiny/tiny-$$.db
    umount tiny
    same "a full disk takes no spill file: it is elsewhere" \
        "$(grep -c '"kind":"run_end"' /var/tmp/tiny-$$.db-spill.ndjson)" 4
    rm -f /var/tmp/tiny-$$.db-spill.ndjson
else
    echo "skip a full disk: a file system of 1 MB cannot be mounted here"
fi

if command -v setpriv >/dev/null && [ "$(id -u)" = 0 ]; then
    mkdir ro && cp good.db ro/ && chmod 755 . ro && chmod 444 ro/good.db && chmod 755 "$(pwd)"
    nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
    if $nobody test -r "$SEQ" && $nobody test -x "$LB" && $nobody test -r ro/good.db; then
        expect 7 "ro/good.db" $nobody "$LB" run "$SEQ" --simulate --db ro/good.db
    else
        echo "skip a read-only database: another user cannot see this folder"
    fi
fi
