#!/bin/sh
# purger - 100,000 old files in one directory and in a hundred; next to it find -delete. Then a million: memory.
#
#	tests/bench/purger.sh [FILES]
#
# The limits are 1.2 times the seconds of find, and 32 MB.

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
	sync -f r
}

cat >rules.json <<!
{"bench":{"all":{"path":"d","threshold":72,"glob_ops":["*/*"],"action":"delete"}}}
!

ours() {
	purger --root r --config rules.json
}

theirs() {
	find r/d -mindepth 2 -mmin +4320 -delete
}

# compare NAME DIRECTORIES - the medians of $RUNS removals each, in turn
compare() {
	: >ours.times
	: >theirs.times
	n=0
	while [ "$n" -lt "$RUNS" ]; do
		fill "$files" "$2"
		stopwatch ours >>ours.times
		[ -z "$(find r -type f | head -n 1)" ] || { echo 'purger: files are left' >&2; exit 1; }
		fill "$files" "$2"
		stopwatch theirs >>theirs.times
		n=$((n + 1))
	done
	o=$(bench_median ours.times) t=$(bench_median theirs.times)
	report "purger, $files files $1" "$o s, find -delete $t s, ratio $(awk "BEGIN { printf \"%.2f\", $o / $t }") (limit 1.20)"
}

compare 'in one directory' 1
compare 'in 100 directories' 100
fill $((files * 10)) 1000
peak ours
report "purger, $((files * 10)) files" "$mb MB (limit 32)"
