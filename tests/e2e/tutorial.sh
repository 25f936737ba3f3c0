# The documents as a test: files are saved, commands run and their answers compared, quoted code is looked up.
#
#   ```seq save=NAME         the block becomes a file            (any language; append= adds to it)
#   ```console               `$ COMMAND`, then lines that must stand in what it says
#   ```c from=PATH           each line must stand in that file of the project
#   ```c add=PATH before=W   goes into a copy of that file, before the first line that holds W
. "$ROOT/tests/e2e/lib.sh"
PATH="$ROOT/build:$PATH"
TREE="$PWD/tree"

# The block is in the file block; $info are the words behind the language.
word_of() { for w in $info; do case $w in "$1="*) echo "${w#*=}"; return;; esac; done; }

run_command() { # NUMBER COMMAND: in one shell for a whole block, so that `echo $?` tells of the one before
    printf '{ %s\n} >said.%s 2>&1 </dev/null\n' "$2" "$1" >>script
}

run_console() {
    : >script; n=0; rm -f said.* wanted.*
    while IFS= read -r line; do
        case $line in
        '$ '*) n=$((n + 1)); printf '%s\n' "${line#??}" >wanted.$n; run_command $n "${line#??}";;
        *) [ -n "$line" ] && printf '%s\n' "$line" >>wanted.$n;;
        esac
    done <block
    sh script
    i=0
    while [ $i -lt $n ]; do
        i=$((i + 1)); command=$(head -1 wanted.$i); good=yes
        sed 1d wanted.$i >lines
        while IFS= read -r line; do
            grep -qF -- "$line" said.$i && continue
            good=no; not_ok "$page: $command: did not say '$line'"; head -6 said.$i | sed 's/^/    /'
        done <lines
        [ $good = yes ] && ok "$page: $command"
    done
}

look_up() { # each line of the block in FILE, blanks at its ends aside
    file=$1; good=yes
    while IFS= read -r line; do
        line=$(printf '%s' "$line" | sed 's/^ *//;s/ *$//')
        [ -z "$line" ] || grep -qF -- "$line" "$ROOT/$file" && continue
        good=no; not_ok "$page: not in $file: $line"
    done <block
    [ $good = yes ] && ok "$page: quotes $file"
}

add_rows() { # FILE WORD
    file=$1
    mkdir -p "$TREE/$(dirname "$file")"
    [ -e "$TREE/$file" ] || cp "$ROOT/$file" "$TREE/$file"
    awk -v word="$2" 'FNR == NR { rows = rows $0 "\n"; next }
        !done && index($0, word) { printf "%s", rows; done = 1 } { print } END { exit !done }' \
        block "$TREE/$file" >merged && mv merged "$TREE/$file" || not_ok "$page: no place '$2' in $file"
    added="$added $file"
}

end_of_block() {
    save=$(word_of save); append=$(word_of append); from=$(word_of from); add=$(word_of add)
    case $info in console*) run_console;; esac
    [ -z "$save" ] || cp block "$save"
    [ -z "$append" ] || cat block >>"$append"
    [ -z "$from" ] || look_up "$from"
    [ -z "$add" ] || add_rows "$add" "$(word_of before)"
}

read_page() {
    page=docs/$1; info=; added=
    while IFS= read -r text <&3; do
        case $text in
        '```') if [ -n "$info" ]; then end_of_block; info=; fi;;
        '```'*) info=${text#???}; : >block;;
        *) [ -z "$info" ] || printf '%s\n' "$text" >>block;;
        esac
    done 3<"$ROOT/$page"
}

# The rows that docs/writing-a-driver.md adds, in a program of their own.
build_added() {
    library="$ROOT/build/plain/liblambdabench.a"
    [ -e "$library" ] || { echo "skip the tutorial's driver: no $library"; return; }
    objects=
    for file in $added; do
        case $file in *.c) ;; *) continue;; esac
        object="$TREE/$(echo "$file" | tr / _).o"
        case " $objects " in *" $object "*) continue;; esac
        gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wmissing-prototypes -Werror -fPIE -I"$TREE" -I"$ROOT" \
            -c "$TREE/$file" -o "$object" || { not_ok "the tutorial's driver: $file"; return; }
        objects="$objects $object"
    done
    mkdir -p bin
    libraries=$(sed -n 's/^LIBS *:= //p' "$ROOT/Makefile")
    # shellcheck disable=SC2086
    gcc -pie "$ROOT/build/plain/bench/main.o" $objects "$library" $libraries -o bin/lambdabench ||
        { not_ok "the tutorial's driver does not link"; return; }
    LB="$PWD/bin/lambdabench"
    expect 0 "hmp4030" "$LB" scan --drivers
    mkdir -p stations; cp -r "$ROOT"/bench/stations/* stations
    sed 's/^instrument psu2 *dp832/instrument psu2 hmp4030/' stations/twin.station >stations/six.station
    expect 0 "4 pass, 0 fail, 0 error" "$LB" run "$SEQ" --simulate -s stations/six.station --db driver.db
    LB="$ROOT/build/lambdabench"
}

read_page writing-a-sequence.md
read_page file-formats.md
read_page writing-a-driver.md
build_added

# A real station as README.md tells to make one: it is proven, and `safe` says which port is not there.
cp "$ROOT/bench/stations/twin_channels.csv" .
sed '/^twin$/,$d; s/ sim "\([a-z0-9]*\)"/ usb-serial "\1"/' "$ROOT/bench/stations/twin.station" >rig1.station
expect 0 "ok on station twin" "$LB" check "$SEQ" --station rig1.station
expect 9 "gasbus" "$LB" safe --station rig1.station

# One dictionary: every channel that ships stands in it.
missing=
for channel in $(sed 1d "$ROOT/bench/stations/twin_channels.csv" | cut -d, -f1); do
    grep -qF "\`$channel\`" "$ROOT/docs/quantities.md" || missing="$missing $channel"
done
same "every channel of the twin stands in docs/quantities.md" "$missing" ""

# The manual page is made from --help.
missing=
for command in $("$LB" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    grep -q "^\.SS lambdabench $command" "$ROOT/docs/man/lambdabench.1" || missing="$missing $command"
done
same "the manual page has every command (else run tools/make-man.sh)" "$missing" ""

# Links between the documents lead somewhere.
broken=
for page in README.md docs/architecture.md docs/quantities.md docs/safety.md docs/file-formats.md \
    docs/writing-a-driver.md docs/writing-a-sequence.md; do
    for target in $(grep -o '](\([^)#: ]*\)' "$ROOT/$page" | sed 's/^](//'); do
        [ "$target" = docs/report.png ] && continue # made from a release's report
        case $target in docs/physics.md|docs/claims.md) [ -d "$ROOT/docs" ] && continue;; esac
    [ -e "$ROOT/$(dirname "$page")/$target" ] || broken="$broken $page:$target"
    done
done
same "links in the documents lead to files" "$broken" ""
