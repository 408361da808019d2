#!/bin/sh
# purger while somebody swaps directories for links: nothing outside the root is removed, read into archives or written.
. "${0%/*}/lib.sh"
. "$top/tests/purger-lib.sh"
need python3 unzip

mkdir -p outside/sub/deep outside/c
for f in outside/1.txt outside/sub/1.txt outside/sub/deep/1.txt outside/c/1.txt; do
	echo secret >$f
done
find outside -exec touch -d "@$((T_seconds - 360000))" {} +
find outside | sort >untouched

rules '"a": { "path": "d", "threshold": 10, "glob_ops": ["*.txt", "sub/*.txt", "*/deep/*"], "action": "archive" },
	"b": { "path": "d/sub", "threshold": 10, "glob_ops": ["*"], "action": "delete" },
	"c": { "path": "e", "threshold": 10, "glob_ops": ["*"], "action": "delete" },
	"d": { "path": "d", "threshold": 10, "glob_ops": ["*"], "recursive": true, "action": "delete" }'

cat >swap.py <<'EOF2'
# Exchanges directories of the tree with links to outside, as fast as it can. Each directory is opened without following
# links, so that nothing of outside moves into the tree.
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
outside = os.path.abspath('outside')
pairs = [('', 'd', ''), ('d', 'sub', '/sub'), ('d/sub', 'deep', '/sub/deep'), ('e/tree', 'sub', '/sub'), ('', 'archive', ''),
    ('archive', 'c', '/c')]
n = 0
while not os.path.exists('stop'):
    for above, name, to in pairs:
        fds = []
        try:
            fds.append(os.open('r', os.O_DIRECTORY))
            for part in above.split('/') if above else []:
                fds.append(os.open(part, os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fds[-1]))
            try:
                os.symlink(outside + to, '.' + name, dir_fd=fds[-1])
            except FileExistsError:
                pass
            n += libc.renameat2(fds[-1], name.encode(), fds[-1], b'.' + name.encode(), 2) == 0
        except OSError:
            pass
        for fd in fds:
            os.close(fd)
open('swaps', 'w').write(str(n))
EOF2

background "$python" swap.py
until=$(($(date +%s) + ${RACE_SECONDS:-6}))
rounds=0 removed=0 strange=''
while [ "$(date +%s)" -lt $until ]; do
	rounds=$((rounds + 1))
	mkdir -p new/d/sub/deep new/e/tree/sub/deep
	for f in d/1 d/2 d/sub/1 d/sub/deep/1 e/tree/sub/1 e/tree/sub/deep/1 e/1; do echo inside >new/$f.txt; done
	find new -exec touch -d "@$((T_seconds - 360000))" {} +
	[ ! -e r ] || mv r old
	mv new r
	rm -rf old 2>/dev/null || rm -rf old
	for again in 1 2 3; do
		purger --root r --config rules.json --now $T --archive-to store >out 2>err
		status=$?
		removed=$((removed + $(wc -l <out)))
		[ $status -le 3 ] || strange="$strange $again:$status"
	done
done
touch stop
wait_for test -s swaps
note "$rounds rounds, $removed names removed, $(cat swaps) swaps"
ok "$(test $rounds -gt 5 && test $removed -gt 20 && test "$(cat swaps)" -gt 1000; echo $?)" 'a race'
is "$(find outside | sort)" "$(cat untouched)" '... in which nothing outside was removed or made'
is "$(find store -name '*.zip' -exec unzip -p {} \; | grep -c secret)" 0 '... or read'
is "$strange" '' '... or crashed'
done_testing
