#!/bin/sh
# combiner and processor on a disk that fails: each time the right product, or status 3 and nothing moved
. "${0%/*}/lib.sh"
need strace
strace -f -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
export ASAN_OPTIONS
SOURCE_DATE_EPOCH=1
export SOURCE_DATE_EPOCH

mkgranule -d aqua -f night -l 12 -p 10 --nrt -o made >/dev/null
combiner -q -o combined made/*.SST.NRT.nc >/dev/null
inputs=$(cd made && ls; cd ../combined && ls)

# every STEP PROGRAM CALL ERROR INPUT - let call after call fail, each STEP-th one, in all processes of the program
every() {
	step=$1 program=$2 call=$3 error=$4 input=$5
	rm -rf want out bad
	"$program" -q -j1 -o want "$input" >/dev/null
	strace -f -e trace="$call" -o calls "$program" -q -j1 -o out "$input" >/dev/null 2>&1
	total=$(grep -c "$call(" calls)
	at=3				# the first two are those of the dynamic linker
	while [ "$at" -le "$total" ]; do
		rm -rf out
		strace -f -e trace="$call" -e inject="$call:error=$error:when=$at" -o /dev/null \
			"$program" -q -j1 -o out --quarantine bad "$input" >/dev/null 2>err
		code=$?
		case $code in
		0) diff -r want out >/dev/null || echo "$at: wrong product" ;;
		3) [ -s err ] || echo "$at: status 3, no message" ;;
		*) echo "$at: status $code: $(cat err)" ;;
		esac
		[ "$(cd made && ls; cd ../combined && ls)" = "$inputs" ] || { echo "$at: moved"; break; }
		at=$((at + step))
	done >faults
	is "$total $(cat faults)" "$total " "$program: $error at $call"
}

sst=$(echo made/*.SST.NRT.nc)
l2=$(echo combined/*.nc)
every 13 combiner pread64 EIO "$sst"
every 7 processor pread64 EIO "$l2"
every 5 combiner pwrite64 ENOSPC "$sst"
every 11 processor pwrite64 EIO "$l2"
every 1 processor fsync EIO "$l2"
done_testing
