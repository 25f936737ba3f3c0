#!/bin/sh
# `lambdabench twin curves`: every picture is there, well formed, the same each time, and the one that stands
# in the documents. Bytes are compared first. Another cairo or C library may round a coordinate differently or
# write an attribute in another way; then words, path commands and coordinates are compared, within 0.3 px.
. "$ROOT/tests/e2e/lib.sh"

expect 0 "ip_lambda" "$LB" twin curves --list
cut -d' ' -f1 out.txt | sort >names.txt
expect 0 "a/c_knee.svg" "$LB" twin curves --dir a
expect 0 "" "$LB" twin curves --dir b
ls a | sed 's/\.svg$//' | sort >drawn.txt
same "what is listed is drawn" "$(cat names.txt)" "$(cat drawn.txt)"
diff -r a b >/dev/null && ok "the same bytes twice" || not_ok "not the same bytes twice"

expect 2 "--dir DIR" "$LB" twin curves
touch file
expect 2 "cannot make" "$LB" twin curves --dir file/below
expect 7 "cannot write" "$LB" twin curves --dir file
expect 2 "serve|curves" "$LB" twin dance

cat >compare.py <<'END'
import re, sys, xml.dom.minidom as dom
from pathlib import Path

def read(path):
    top = dom.parse(str(path)).documentElement
    texts = [(t.getAttribute('class'), t.firstChild.data if t.firstChild else '',
              float(t.getAttribute('x')), float(t.getAttribute('y'))) for t in top.getElementsByTagName('text')]
    return texts, [p.getAttribute('d') for p in top.getElementsByTagName('path')]

def numbers(d):
    return [float(n) for n in re.findall(r'-?\d+\.?\d*(?:e-?\d+)?', d)]

def near(a, b):
    return len(a) == len(b) and all(abs(x - y) < 0.3 for x, y in zip(a, b))

def alike(a, b):
    (ta, pa), (tb, pb) = read(a), read(b)
    return (len(ta) == len(tb) and len(pa) == len(pb)
            and all(x[:2] == y[:2] and near(x[2:], y[2:]) for x, y in zip(ta, tb))
            and all(re.sub(r'[^A-Z]', '', x) == re.sub(r'[^A-Z]', '', y) and near(numbers(x), numbers(y))
                    for x, y in zip(pa, pb)))

def say(good, text):
    print(('ok ' if good else 'not ok ') + text)

def look(path):
    texts, paths = read(path)
    axes = [t[1] for t in texts if t[0] == 'axis']
    legend = [t for t in texts if t[0] == 'legend']
    titled = [t for t in texts if t[0] == 'title' and t[1]]
    ticks = [t for t in texts if t[0] == 'tick']
    say(len(axes) == 2 and all(axes) and any(' / ' in a for a in axes) and titled and legend and len(ticks) >= 7
        and len(paths) >= 3 and path.read_bytes().isascii(), 'titles, units, legend, ASCII: %s: %s' % (path.name, '; '.join(axes)))

drawn, kept, page = Path('a'), Path(sys.argv[1]) / 'physics', (Path(sys.argv[1]) / 'physics.md').read_text()
equal = 0
for path in sorted(drawn.glob('*.svg')):
    look(path)
    twin = kept / path.name
    same = twin.exists() and twin.read_bytes() == path.read_bytes()
    equal += same
    if not same:
        say(twin.exists() and alike(path, twin), 'docs/physics/%s is what the program draws, within 0.3 px' % path.name)
    say('](physics/%s)' % path.name in page, 'docs/physics.md shows ' + path.name)
names = {p.name for p in drawn.glob('*.svg')}
say({p.name for p in kept.iterdir()} == names, 'docs/physics holds these pictures and no others')
print('figure: %d of %d pictures equal to those in the documents to the byte' % (equal, len(names)))

# the comparison can fail: one point moved by a pixel, one word changed
text = (drawn / 'ip_lambda.svg').read_text()
moved = re.sub(r'd="M (\d+)', lambda m: 'd="M %d' % (int(m.group(1)) + 1), text, count=1)
Path('moved.svg').write_text(moved)
Path('renamed.svg').write_text(text.replace('published', 'measured', 1))
say(moved != text and not alike(drawn / 'ip_lambda.svg', Path('moved.svg')), 'a point moved by one pixel is seen')
say(not alike(drawn / 'ip_lambda.svg', Path('renamed.svg')), 'a changed word is seen')
END
python3 compare.py "$ROOT/docs" || not_ok "the comparison ended with an error"
