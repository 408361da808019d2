#!/bin/sh
# combiner - combining full-size granules against nc_get_var and nc_put_var of the same variables on one thread
#
# For each kind of file: seconds of both (best of RUNS), their ratio, peak memory of combiner. combiner syncs what it
# writes, the other does not.

. "${0%/*}/../bench.sh"
need /usr/bin/time

# now - seconds with a fraction
now() { date +%s.%N; }

# best CMD... - the shortest run in seconds
best() {
	_i=0
	while [ $_i -lt "$RUNS" ]; do
		rm -rf out copy.nc
		sync
		_t=$(now)
		"$@" >/dev/null || exit 1
		echo "$(now) $_t" | awk '{ printf "%.3f\n", $1 - $2 }'
		_i=$((_i + 1))
	done | sort -n | head -n 1
}

# measure NAME LIMIT-MB MKGRANULE-ARG... - one kind of file
measure() {
	name=$1 limit=$2
	shift 2
	rm -rf in
	mkgranule -o in --flag night "$@" >/dev/null || exit 1
	set -- in/*.SST.nc in/*.SST[34].nc
	copy=$(best bench_ncopy copy.nc "$@")
	ours=$(best combiner -o out "$@")
	rm -rf out
	memory=$(/usr/bin/time -f %M combiner -o out "$@" 2>&1 >/dev/null | tail -n 1)
	echo "$name $copy $ours $memory $limit" | awk '{
		printf "combiner %-24s copy %.3f s, combiner %.3f s, ratio %.2f (limit 0.35), %.0f MB (limit %d)\n", $1, $2, $3, $3 / $2, $4 / 1024, $5 }'
}

measure MODIS-21x14 150 -d aqua -g 22
measure MODIS-256x1354 150 -d aqua -g 24
measure VIIRS-33x33 250 -d viirs -g 22
measure VIIRS-256x2048 250 -d viirs -g 24
