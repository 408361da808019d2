#!/bin/sh
# processor - against nccopy, which recompresses the same granule by netCDF's own path on one thread
#
# Prints seconds of both, their ratio (0.40 is the limit), and the processor's largest resident set (MODIS 150 MB,
# VIIRS 250 MB).

. "${0%/*}/../bench.sh"
need nccopy /usr/bin/time

ours() {
	processor --force -o out "$combined"
}

theirs() {
	nccopy -d5 -s "$granule" copy.nc
}

# measure NAME DATASET FLAG
measure() {
	mkgranule -d "$2" --flag "$3" -o l2 >l2.list
	combined=$(combiner -q -o combined <l2.list | head -n 1)
	granule=$(processor -o out "$combined")
	versus ours theirs
	peak processor --force -o out "$combined"
	report "$1" "processor $ours s, nccopy -d5 -s $theirs s: ratio $ratio; $mb MB"
	rm -rf l2 combined out copy.nc
}

measure 'MODIS night, 2030 x 1354' aqua night
measure 'VIIRS night, 3232 x 3200' viirs night
