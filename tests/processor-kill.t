#!/bin/sh
# processor: killed at any system call and run again, a granule is recorded once
. "${0%/*}/lib.sh"
need strace
strace -f -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
export ASAN_OPTIONS

mkgranule -d aqua -f night -l 12 -p 10 --nrt -o made --time 20240105T031001 >/dev/null
combiner -q -o combined made/*.SST.NRT.nc >/dev/null
in=tree/processor/input/AQUA_QUICKLOOK/2024/5/A20240105T031001.LAC_GSSTN.nc

# fresh FILE - a tree with this combined file
fresh() {
	rm -rf tree
	mkdir -p "${in%/*}"
	cp "$1" $in
}

# killed CALL - kill the processor at call after call of this kind, run it again under another name; counts of what is
# missing or double in $wrong
killed() {
	n=1
	wrong=0
	while :; do
		fresh "$2"
		GENERATE_JOB_ID=first strace -f -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$n" \
			processor -q -j1 --root tree $in >/dev/null 2>&1
		code=$?
		GENERATE_JOB_ID=$3 processor -q -j1 --root tree $in >/dev/null 2>&1
		seen="$(cat tree/processor/scratch/*.dat 2>/dev/null | grep -c "$4") $(cat tree/processor/logs/*/*.txt |
			grep -c "$5") $(ls $in 2>/dev/null)"
		[ "$seen" = '1 1 ' ] || { wrong=$((wrong + 1)); note "$1 $n: $seen"; }
		[ $code -ge 128 ] || [ $code -eq 3 ] || break	# 3: it was the child that was killed
		n=$((n + 1))
	done
}

l2p=20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
for call in write rename unlink fsync openat clone; do
	killed $call combined/A20240105T031001.LAC_GSSTN.nc second "$l2p," "$l2p.*SUCCESS_OVERALL"
	is $wrong 0 "killed at each of $n calls of $call: recorded once, the input is gone"
done
echo damaged >damaged
for call in write rename fsync clone; do
	killed $call damaged first 'GHRSST_N-v01.nc.bz2,' ',processor,.*not a netCDF-4 file'
	is $wrong 0 "... a damaged file: each of $n calls of $call"
done
done_testing
