#!/bin/sh
# chain - downloader | combiner | processor | uploader over 12 full-size granules, against one granule at a time
#
# One at a time: each program on one thread, run for a granule after the other. Overlapped: one pipeline over the list,
# which begins a granule as soon as its files are there, with a thread per processor. 1.7 times as fast is the aim.

. "${0%/*}/../bench.sh"
need python3 sha1sum /usr/bin/time

granules=12
mkdir obpg
seed=1
while [ "$seed" -le 3 ]; do
	mkgranule -d aqua --flag night --seed "$seed" --time "2024010${seed}T031001" -o obpg >/dev/null
	seed=$((seed + 1))
done
# Twelve granules of three contents: names and checksums are what the programs go by.
for day in 4 5 6 7 8 9 10 11 12; do
	from=$((day % 3 + 1))
	for suite in SST SST4; do
		ln "obpg/AQUA_MODIS.2024010${from}T031001.L2.$suite.nc" \
			"obpg/AQUA_MODIS.$(printf '202401%02d' "$day")T031001.L2.$suite.nc"
	done
done
python3 "$top/tests/serve.py" obpg port requests.log &
bench_pid=$!
while [ ! -s port ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port)/cgi/getfile
(cd obpg && sha1sum -- *.nc) | awk -v url="$url" '{ print url "/" $2, $1 }' >list

one_at_a_time() {
	rm -rf tree store topic
	sed -n "s|.*\.\(2024[0-9T]*\)\.L2\.SST\.nc .*|\1|p" list | while read -r stamp; do
		grep "$stamp" list >part
		downloader -q -j 1 <part >files
		combiner -q -j 1 <files >combined
		processor -q -j 1 <combined >granule
		uploader -q -j 1 --to store --announce topic <granule
	done | wc -l | grep -qx "$granules"
}

overlapped() {
	rm -rf tree store topic
	downloader -q <list | combiner -q | processor -q | uploader -q --to store --announce topic |
		wc -l | grep -qx "$granules"
}

export GENERATE_ROOT=tree
RUNS=${RUNS_CHAIN:-2}
versus overlapped one_at_a_time
speedup=$(echo "$ours $theirs" | awk '{ printf "%.2f", $2 / $1 }')
report "$granules MODIS night granules" "pipeline $ours s, one at a time $theirs s: $speedup times as fast"
