#!/bin/sh
# combiner.sh - combining full-size granules against nc_get_var and nc_put_var of the same variables on one thread
#
# For each kind of file: seconds of both (best of RUNS), their ratio, peak memory of combiner. combiner syncs what it
# writes, the other does not.

BUILD=${BUILD:-build} BINDIR=${BINDIR:-bin} RUNS=${RUNS:-5}
dir=$(mktemp -d "${TMPDIR:-/tmp}/bench-combiner.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

# now - seconds with a fraction
now() { date +%s.%N; }

# best CMD... - the shortest run in seconds
best() {
	_i=0
	while [ $_i -lt "$RUNS" ]; do
		rm -rf "$dir/out" "$dir/copy.nc"
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
	rm -rf "$dir/in"
	"$BUILD/tests/mkgranule" -o "$dir/in" --flag night "$@" >/dev/null || exit 1
	set -- "$dir"/in/*.SST.nc "$dir"/in/*.SST[34].nc
	copy=$(best "$BUILD/tests/bench_ncopy" "$dir/copy.nc" "$@")
	ours=$(best "$BINDIR/combiner" -o "$dir/out" "$@")
	rm -rf "$dir/out"
	memory=$(/usr/bin/time -f %M "$BINDIR/combiner" -o "$dir/out" "$@" 2>&1 >/dev/null | tail -n 1)
	echo "$name $copy $ours $memory $limit" | awk '{
		printf "combiner %-24s copy %.3f s, combiner %.3f s, ratio %.2f (limit 0.35), %.0f MB (limit %d)\n", $1, $2, $3, $3 / $2, $4 / 1024, $5 }'
}

measure MODIS-21x14 150 -d aqua -g 22
measure MODIS-256x1354 150 -d aqua -g 24
measure VIIRS-33x33 250 -d viirs -g 22
measure VIIRS-256x2048 250 -d viirs -g 24
