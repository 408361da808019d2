#!/bin/sh
# partition - from lines to work files, against sort and awk (one hash of URL and checksum) on the same lines
#
#	tests/bench/partition.sh [LARGEST]		number of lines (10000000)
#
# Prints per length: seconds (the best of $RUNS, default 2, of 1 from a million lines), microseconds a line, which stay
# the same when it is linear, largest resident set, the others' seconds and the ratio to them (above 1: partition is
# faster). partition parses and checks every line, groups, sorts, and writes and syncs all work files and the plan; sort
# and awk write nothing.

RUNS=${RUNS:-2}
. "${0%/*}/../bench.sh"
need /usr/bin/time

largest=${1:-${BENCH_LINES:-10000000}}
export LC_ALL=C

# $1 lines: SST, SST4 and OC of a granule every five minutes, without a calendar: days 1 to 28, months 1 to 12
make_list() {
	awk -v n="$1" 'BEGIN {
		srand(1)
		split("SST SST4 OC", suite, " ")
		for (i = 0; i < n; i++) {
			g = int(i / 3)
			d = int(g / 288)
			m = g % 288 * 5
			printf "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/AQUA_MODIS.%04d%02d%02dT%02d%02d01.L2.%s.nc %08x%08x%08x%08x%08x\n",
			    1980 + int(d / 336), int(d / 28) % 12 + 1, d % 28 + 1, int(m / 60), m % 60, suite[i % 3 + 1],
			    rand() * 4294967295, rand() * 4294967295, i, rand() * 4294967295, rand() * 4294967295
		}
	}' >list
}

# Run "$@"; best seconds so far and largest kilobytes into $best and $rss.
measure() {
	sync
	/usr/bin/time -f '%e %M' -o time.out "$@" >printed 2>messages || { cat messages >&2; exit 1; }
	read -r seconds kilobytes <time.out
	best=$(awk -v a="$best" -v b="$seconds" 'BEGIN { print (a == "" || b < a) ? b : a }')
	[ "$kilobytes" -le "$rss" ] || rss=$kilobytes
}

n=10000
while [ "$n" -le "$largest" ]; do
	make_list "$n"
	runs=$RUNS
	[ "$n" -lt 1000000 ] || runs=1
	best='' rss=0
	for i in $(seq "$runs"); do
		measure partition --root "tree.$n.$i" --engine none --tokens none: -q list
	done
	mine=$best mine_rss=$rss files=$(find "tree.$n.1" -type f | wc -l)
	best='' rss=0
	for i in $(seq "$runs"); do
		measure sort list
	done
	sort=$best
	best='' rss=0
	for i in $(seq "$runs"); do
		measure awk '{ a[$1] = $2 } END { print length(a) }' list
	done
	awk -v n="$n" -v m="$mine" -v rss="$mine_rss" -v f="$files" -v s="$sort" -v a="$best" -v arss="$rss" 'BEGIN {
		d = m > 0 ? m : 0.005
		printf "partition %8d lines %6.2f s (%.2f us/line) %5d files RSS %4.0f MB   sort %6.2f s (%.2f x)   " \
		    "awk hash %6.2f s %4.0f MB (%.2f x)\n", n, m, m * 1e6 / n, f, rss / 1024, s, s / d, a, arss / 1024, a / d
	}'
	n=$((n * 10))
done
