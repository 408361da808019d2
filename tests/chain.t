#!/bin/sh
# chain: downloader | combiner | processor | uploader over all datasets, undisturbed, again, killed, twice at once
. "${0%/*}/lib.sh"
need "$python" py:netCDF4 py:h5py setsid

SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH
mkdir obpg
sample() {
	mkgranule -o obpg "$@" >/dev/null
}
sample -d aqua --flag day --time 20240715T121500 --lines 40 --pixels 60 --oc-offset 2
sample -d aqua --flag night --time 20240105T031001 --lines 40 --pixels 60 --seed 2
sample -d terra --flag mixed --time 20231231T235800 --lines 200 --pixels 60 --seed 3
sample -d viirs --flag night --time 20240608T194800 --lines 48 --pixels 64 --seed 4 --nrt
sample -d jpss1 --flag mixed --time 20240608T194800 --lines 48 --pixels 64 --seed 5
serve obpg
(cd obpg && sha1sum -- *.nc) | awk -v url="$URL/cgi/getfile" '{ print url "/" $2, $1 }' >list
is "$(wc -l <list)" 11 'eleven Level-2 files'

# chain DIR - the chain with tree, store and topic below DIR
chain() {
	downloader -q --root "$1/tree" <list | combiner -q --root "$1/tree" -w 0 | processor -q --root "$1/tree" |
		uploader -q --root "$1/tree" --to "$1/store" --announce "$1/topic"
}

# contents DIR - digests of store and downloads, messages without their times, leftovers
contents() {
	(cd "$1" && find store tree/combiner/downloads -type f ! -name '.*' -exec md5sum {} + | sort -k 2
	find topic -type f ! -name '.*' | sed 's/-[0-9a-f]*-[0-9a-f]*$//' | sort
	find tree/processor/input -type f
	find . -name '*.part' -o -name '*.reason')
}

mkdir one
run chain one
is "$status" 0 'the chain ends well'
is "$stderr" '' 'and silently'
is "$(printf '%s\n' "$stdout" | sed 's|.*/store/||' | sort)" \
"aqua/20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
aqua/20240715121500-JPL-L2P_GHRSST-SSTskin-MODIS_A-D-v02.0-fv01.0.nc
jpss1/20240608194800-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc
jpss1/20240608194800-JPL-L2P_GHRSST-SSTskin-JPSS1-N-v02.0-fv01.0.nc
terra/20231231235800-JPL-L2P_GHRSST-SSTskin-MODIS_T-D-v02.0-fv01.0.nc
terra/20231231235800-JPL-L2P_GHRSST-SSTskin-MODIS_T-N-v02.0-fv01.0.nc
viirs/20240608194800-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-N-v02.0-fv01.0.nc" \
	'seven granules: mixed ones twice, NOAA-20 and Suomi-NPP apart though of the same second'
is "$(find one/topic -type f | wc -l)" 7 'one message each'
[ -d one/tree/processor/output/VIIRS_L2P_CORE_NETCDF/VIIRS/2024/160 ]
ok $? 'near real time is quicklook'
[ -d one/tree/processor/output/VIIRS_L2P_CORE_NETCDF/JPSS1_REFINED/2024/160 ]
ok $? 'the others are refined'
is "$(find one/tree/processor/input -type f)" '' 'no combined file is left'
find one/store -name '*.nc' | while read -r f; do
	[ "$(cat "$f.md5")" = "$(md5 "$f")  ${f##*/}" ] || echo "$f"
done >wrong
is "$(cat wrong)" '' 'every .md5 file tells the truth'
find one/store -name '*.nc' | while read -r f; do
	"$python" "$top/tests/values.py" "$f" quality_level >/dev/null || echo "$f"
	ncdump -h "$f" >/dev/null || echo "$f"
	"$python" -c 'import h5py, sys
with h5py.File(sys.argv[1]) as f: assert f["sea_surface_temperature"][:].size > 0' "$f" || echo "$f"
done >wrong
is "$(cat wrong)" '' 'readers of others open the granules'
chlor=$(find one/store -name '20240715*.nc')
like "$(ncdump -h "$chlor")" 'float chlorophyll_a\(time, nj, ni\)' 'an ocean colour file some seconds later is found'
late=$(find one/store -name '20231231235800*-N-*.nc')
is "$("$python" "$top/tests/values.py" "$late" sst_dtime 199 | cut -d ' ' -f 1)" 28 'time goes on over New Year'

contents one >want
requests=$(wc -l <"$serve_log")
run chain one
is "$status$(printf '%s\n' "$stdout" | wc -l)" 07 'the same list again prints the same'
is "$(contents one)" "$(cat want)" 'and changes nothing'
is "$(wc -l <"$serve_log")" "$requests" 'without a request'

mkdir two
chain two >two.out 2>two.err &
chain two >three.out 2>three.err
wait $!
is "$(sort -u two.out three.out | wc -l)" 7 'two chains on one tree'
is "$(contents two)" "$(cat want)" 'leave what one does'

# Killed at any moment: the process group gets SIGKILL after so many milliseconds.
cat >chain.sh <<'SH'
downloader -q --root "$1/tree" <list | combiner -q --root "$1/tree" -w 0 | processor -q --root "$1/tree" |
	uploader -q --root "$1/tree" --to "$1/store" --announce "$1/topic"
SH
mkdir three
for ms in 20 40 60 80 100 120 140 160 180 200 230 260 300 350 400; do
	setsid sh chain.sh three >/dev/null 2>&1 &
	group=$!
	sleep "0.$(printf '%03d' "$ms")"
	kill -KILL -"$group" 2>/dev/null
	wait "$group" 2>/dev/null
	find three/store -name '*.nc' 2>/dev/null | while read -r f; do
		cmp -s "$f" "one/store/${f#three/store/}" || echo "$f"
	done >>torn
	find three/topic -type f ! -name '.*' 2>/dev/null | while read -r f; do
		name=$(basename "$f" | sed 's/-[0-9a-f]*-[0-9a-f]*$//')
		find three/store -name "$name.nc.md5" | grep -q . || echo "$f announced too early"
	done >>torn
done
is "$(cat torn)" '' 'killed again and again, nothing is torn and nothing announced that is not stored'
run chain three
is "$status" 0 'the run after that ends well'
is "$(contents three)" "$(cat want)" 'with the same tree, store and topic'
done_testing
