#!/bin/sh
# dlc - an answer of 100,000 lines against a state of 100,000 lines; next to it what a shell would do: sort and join
#
#	tests/bench/dlc.sh [LINES]
#
# Prints CPU seconds and the largest resident set of dlc: nothing new, 1 % changed, everything new; over HTTP from a
# server on this machine. The limits are 0.5 s and 64 MiB for 100,000 lines.

. "${0%/*}/../bench.sh"
need python3 /usr/bin/time

lines=${1:-100000}
mkdir files reply

# An answer whose every $1-th checksum begins with $2.
answer() {
	awk -v n="$lines" -v every="$1" -v first="$2" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "%s%039x  AQUA_MODIS.20%02d%02d%02dT%02d%02d01.L2.SST.nc\n", i % every == 0 ? first : 0, i * 7919,
			    i / 80640 % 24 + 1, i / 6720 % 12 + 1, i / 240 % 28 + 1, i / 10 % 24, i % 10 * 6
	}'
}

python3 "$top/tests/obpg.py" files port log reply &
bench_pid=$!
while [ ! -s port ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port)/api/file_search

# measure NAME FOUND: run dlc, which shall print FOUND lines
measure() {
	/usr/bin/time -f '%U %S %e %M' -o time.out dlc -q -d aqua --search-url "$url" --state state >out
	found=$(wc -l <out)
	[ "$found" -eq "$2" ] || { echo "dlc: $1: $found lines instead of $2" >&2; exit 1; }
	read -r user sys wall kilobytes <time.out
	awk -v name="$1" -v n="$lines" -v u="$user" -v s="$sys" -v w="$wall" -v k="$kilobytes" 'BEGIN {
		printf "dlc %7d lines, %-18s CPU %.2f s  wall %.2f s  RSS %.1f MiB  %s\n", n, name, u + s, w, k / 1024,
		    u + s < n / 100000 * 0.5 && k / 1024 < 64 * (n > 100000 ? n / 100000 : 1) ? "ok" : "OVER THE LIMIT"
	}'
}

answer 100 1 >reply/body
measure 'all of them new' "$lines"
measure 'nothing new' 0
answer 100 2 >reply/body
measure 'one in 100 changed' $(((lines + 99) / 100))

# The same comparison by join(1), which knows neither names nor days.
/usr/bin/time -f '%U %S %e %M' -o time.out sh -c '
	awk "{ print \$2, \$1 }" reply/body | LC_ALL=C sort >new
	sed "s,.*/,," state | LC_ALL=C sort >old
	LC_ALL=C comm -23 new old | wc -l' >count
read -r user sys wall kilobytes <time.out
echo "awk | sort | comm: CPU $(awk "BEGIN { print $user + $sys }") s  wall $wall s"
