#!/bin/sh
# purger - 100,000 old files in one directory and in a hundred; next to it find -delete. Then a million: memory.
#
#	tests/bench/purger.sh [FILES]
#
# The limits are 1.2 times the seconds of find, and 32 MB.

# A file system in memory, so that the programs count and not the disk.
if [ -d /dev/shm ] && [ -w /dev/shm ]; then
	TMPDIR=/dev/shm
	export TMPDIR
fi
. "${0%/*}/../bench.sh"
need python3 find /usr/bin/time

files=${1:-100000}

# fill FILES DIRECTORIES - a tree of old files
fill() {
	rm -rf r
	python3 -c '
import os, sys
n, dirs = int(sys.argv[1]), int(sys.argv[2])
for d in range(dirs):
    os.makedirs("r/d/%03d" % d)
    for i in range(n // dirs):
        name = "r/d/%03d/AQUA_MODIS.20240302T%06d.L2.SST.nc" % (d, i)
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
        os.utime(name, (1700000000, 1700000000))
' "$1" "$2"
}

cat >rules.json <<!
{"bench":{"all":{"path":"d","threshold":72,"glob_ops":["*/*"],"action":"delete"}}}
!

# timed WHOSE COMMAND... - append its seconds, and those of processors, to WHOSE.times
timed() {
	whose=$1
	shift
	/usr/bin/time -f '%e %U %S' -o time.out "$@" >/dev/null
	awk '{ print $1, $2 + $3 }' time.out >>"$whose.times"
}

# compare NAME DIRECTORIES - the best of $RUNS removals each, in turn
compare() {
	: >ours.times
	: >theirs.times
	n=0
	while [ "$n" -lt "$RUNS" ]; do
		fill "$files" "$2"
		timed ours purger --root r --config rules.json
		[ -z "$(find r -type f | head -n 1)" ] || { echo 'purger: files are left' >&2; exit 1; }
		fill "$files" "$2"
		timed theirs find r/d -mindepth 2 -mmin +4320 -delete
		n=$((n + 1))
	done
	report "purger, $files files $1" "$(awk '
		{ i = FILENAME ~ /ours/; if (!w[i] || $1 < w[i]) w[i] = $1; if (!c[i] || $2 < c[i]) c[i] = $2 }
		END { printf "%.2f s, find -delete %.2f s, ratio %.2f (limit 1.20); of processor time %.2f", w[1], w[0],
		    w[1] / w[0], c[1] / c[0] }' ours.times theirs.times)"
}

compare 'in one directory' 1
compare 'in 100 directories' 100
fill $((files * 10)) 1000
peak purger --root r --config rules.json
report "purger, $((files * 10)) files" "$mb MB (limit 32)"
