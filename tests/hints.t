#!/bin/sh
# hints: what a newcomer gets wrong is answered with what to do: lists as arguments, files for another program, and
# descriptors that a caller has closed
. "${0%/*}/lib.sh"

obpg=AQUA_MODIS.20240105T031001.L2.SST.nc
combined=A20240105T031001.LAC_GSSTN.nc
l2p=20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
touch $obpg $combined $l2p
ls $obpg >list.txt

# hint PROGRAM ARGUMENTS FILE WHAT-IS-SAID
hint() {
	# shellcheck disable=SC2086
	run "$1" $2 "$3"
	is "$status:$stdout" '1:' "$1 $3"
	like "$stderr" "^$1: .*; $4\$" '... is told what to do'
}

for p in 'downloader -o out' 'combiner -o out' 'processor -o out' 'uploader --to out'; do
	hint "${p%% *}" "${p#* }" list.txt "if it is a list: ${p%% *} < list.txt"
done
hint combiner '-o out' $combined 'it is a combined file, which processor takes'
hint combiner '-o out' $l2p 'it is a granule, which uploader takes'
hint processor '-o out' $obpg 'it is an OBPG file, which combiner takes'
hint processor '-o out' $l2p 'it is a granule, which uploader takes'
hint uploader '--to out' $obpg 'it is an OBPG file, which combiner takes'
hint uploader '--to out' $combined 'it is a combined file, which processor takes'

# Nothing is read or done where a descriptor is missing.
for p in "dlc -d aqua --from-file list.txt --no-state" 'downloader -o out' 'combiner -o out' 'processor -o out' \
	'uploader --to out' 'partition --engine none --root out' 'license-returner -d aqua --all --root out' 'purger --root .'; do
	run sh -c "$p >&-" <list.txt
	is "$status" 3 "$p without standard output"
	like "$stderr" "^${p%% *}: standard output is closed" '... says so'
	case $p in
	dlc* | purger*) continue ;;
	esac
	run sh -c "$p <&-"
	is "$status:$stdout" '2:' "$p without standard input"
	like "$stderr" "^${p%% *}: standard input is closed" '... says so'
done
is "$(ls out 2>/dev/null)" '' 'nothing was made'
done_testing
