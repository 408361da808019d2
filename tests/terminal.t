#!/bin/sh
# terminal: progress on a terminal: one program of a pipeline draws, nothing is printed behind half a line
. "${0%/*}/lib.sh"
need "$python" py:netCDF4 py:h5py

mkdir obpg
mkgranule -o obpg -d aqua --flag night --time 20240105T031001 --lines 40 --pixels 60 >/dev/null
for i in 1 2 3 4; do
	cp "obpg/AQUA_MODIS.20240105T031001.L2.SST.nc" "obpg/AQUA_MODIS.2024010${i}T121500.L2.SST.nc"
done
serve obpg
(cd obpg && sha1sum -- *.nc) | awk -v url="$URL" '{ print url "/" $2, $1 }' >list
lines=$(wc -l <list | tr -d ' ')

# on_terminal COMMAND - $shown: all of it; $left: the lines as they stay; $drawn: progress lines; one per line
on_terminal() {
	run "$python" "$top/tests/terminal.py" "$1"
	shown=$(cat "$run_out")
	erase=$(printf '\033[K')
	left=$(printf '%s\n' "$shown" | sed "s/.*\r$(printf '\033')\[K//")
	drawn=$(printf '%s\n' "$shown" | tr '\r' '\n' | sed -n "s/^$(printf '\033')\[K\([a-z-]*: .*\)/\1/p")
}

on_terminal "downloader --min-interval 0.15 -o out -j 2 <list"
is "$status" 0 'downloader'
is "$(printf '%s\n' "$left" | grep -c '^out/.*\.nc$')" "$lines" '... every result is a line of its own'
is "$(printf '%s\n' "$left" | grep -v '^out/')" '' '... and nothing else stays'
like "$drawn" '^downloader: [0-9]+ done' '... progress names the program'
like "$drawn" "of $lines done \\([0-9]+ %\\)" '... and says done of total once the list has been read'
unlike "$drawn" '([3-9]|[0-9][0-9]) under way' '... no more are under way than -j says'
like "$drawn" ', [0-9]+ waiting' '... the others are told apart'

on_terminal "downloader -q -o one <list"
is "$drawn" '' '-q draws nothing'
on_terminal "downloader --no-progress -o two <list"
is "$drawn" '' '--no-progress draws nothing'
on_terminal "downloader -o three <list >results"
like "$drawn" '^downloader: ' 'results in a file: progress all the same'

rm -f obpg/*T121500*
grep T031001 list >night
on_terminal "downloader --root tree <night | combiner --root tree | processor --root tree"
is "$status" 0 'a pipeline'
is "$(printf '%s\n' "$drawn" | cut -d : -f 1 | sort -u | tr '\n' ' ')" 'processor ' '... its last program draws'
is "$(printf '%s\n' "$left" | sed 's|.*/||')" 20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc \
	'... and the granule is a line of its own'
on_terminal "combiner --root tree tree/none.nc tree/combiner/downloads/*/*.SST.nc --force | cat"
is "$drawn" '' 'a program that is not the last one draws nothing'
on_terminal "uploader --to store --progress tree/processor/output/*/*/*/*/*.nc none.nc | cat"
like "$drawn" '^uploader: ' '... unless it is told to'
like "$left" '^uploader: none.nc: ' 'messages are lines of their own, too'
done_testing
