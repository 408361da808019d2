#!/bin/sh
# combiner: killed at any system call of a kind and run again, what it has to say of a granule is said once
. "${0%/*}/lib.sh"
need strace
strace -f -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
export ASAN_OPTIONS

mkgranule -d aqua -f night -l 12 -p 10 --nrt -o made --time 20240105T031001 >/dev/null
mkgranule -d terra -f day -S SST -l 12 -p 10 --nrt -o made --time 20240105T031001 >/dev/null
in=tree/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_QUICKLOOK
sst=$in/AQUA_MODIS.20240105T031001.L2.SST.NRT.nc

# killed CALL - a damaged companion, a good SST file and one that waits, killed at call after call of this kind
killed() {
	n=1
	wrong=0
	while :; do
		rm -rf tree
		mkdir -p $in
		cp made/* $in
		echo damaged >$in/AQUA_MODIS.20240105T031001.L2.SST4.NRT.nc
		GENERATE_JOB_ID=1 strace -f -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$n" \
			combiner -q -j1 --root tree $sst $in/TERRA*.nc >/dev/null 2>&1
		code=$?
		GENERATE_JOB_ID=1 combiner -q -j1 --root tree $sst $in/TERRA*.nc >printed 2>/dev/null
		log=tree/processor/input/ghrsst_error_log_archive_1.txt
		seen="$(cat printed) $(grep -c 'SST4.*damaged\|SST4.*not a netCDF' $log) \
$(ls tree/processor/input/quarantine | wc -l) $(cat tree/combiner/jobs/*.txt)"
		[ "$seen" = "tree/processor/input/AQUA_QUICKLOOK/2024/5/A20240105T031001.LAC_GSSTN.nc 1 2 TERRA_MODIS.20240105T031001.L2.SST.nc" ] ||
			{ wrong=$((wrong + 1)); note "$1 $n: $seen"; }
		[ $code -ge 128 ] || [ $code -eq 3 ] || break
		n=$((n + 1))
	done
}

for call in write rename fsync clone; do
	killed $call
	is $wrong 0 "killed at each of $n calls of $call"
done
done_testing
