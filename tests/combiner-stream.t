#!/bin/sh
# combiner: as a filter that starts granules as they become complete; killed, interrupted, twice, on a full disk
. "${0%/*}/lib.sh"

small() {
	_dir=$1 _ds=$2 _time=$3 _flag=$4
	shift 4
	mkgranule -d "$_ds" -o "$_dir" --time "$_time" --flag "$_flag" --lines 20 --pixels 12 "$@" >/dev/null
}

lines_of() { [ "$(wc -l <"$1")" -ge "$2" ]; }

# -- the order of arrival

small store terra 20240105T000000 night
small store terra 20240105T000500 mixed --oc-offset 1
small store terra 20240105T001000 day
mkdir in
mkfifo fifo
background sh -c 'combiner -t quicklook -o out <fifo >printed 2>said'
exec 3>fifo
arrive() {
	mv "store/$1" in/ && echo "in/$1" >&3
}
arrive TERRA_MODIS.20240105T000000.L2.SST.nc
arrive TERRA_MODIS.20240105T000500.L2.SST4.nc
arrive TERRA_MODIS.20240105T000500.L2.SST.nc
arrive TERRA_MODIS.20240105T001000.L2.SST.nc
sleep 0.3
[ ! -s printed ]
ok $? 'nothing is complete, nothing is made'
arrive TERRA_MODIS.20240105T000000.L2.SST4.nc
wait_for lines_of printed 1
is "$(cat printed)" out/T20240105T000000.LAC_GSSTN.nc 'a companion arrives: the granule starts at once'
arrive TERRA_MODIS.20240105T000501.L2.OC.nc
wait_for lines_of printed 3
is "$(tail -n +2 printed)" 'out/T20240105T000500.LAC_GSSTN.nc
out/T20240105T000500.LAC_GSSTD.nc' 'a mixed granule starts with its second companion'
is "$(cat said)" '' 'nobody waits before the end of the list'
exec 3>&-
wait_for lines_of said 1
is "$(wc -l <printed) $(cat said)" '3 combiner: SST wait: TERRA_MODIS.20240105T001000.L2.SST.nc | threshold: 300 | file age: 0' \
	'at the end the rest waits'
mv store/* in/
run combiner -t quicklook -o out in/*
is "$status $(printf '%s\n' "$stdout" | wc -l)" '0 4' 'a second run makes the rest and prints all'

# a bad companion, then a good one of the holding tank; a NUL-separated list
small nul aqua 20240105T000000 night
printf '%s\0' nul/*.nc >list
run combiner -0 -o nul.out <list
is "$status $(tr '\0' '\n' <"$run_out")" '0 nul.out/refined_A20240105T000000.LAC_GSSTN.nc' '-0'

# -- long lists

mkdir many
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "many/AQUA_MODIS.2024%02d%02dT%02d%02d00.L2.SST%s.nc\n", i / 2000 % 12 + 1, \
	i / 100 % 20 + 1, i / 10 % 10, i % 10, i % 2 ? "4" : "" }' >list
begun=$(date +%s)
run combiner -o many.out <list
is "$status $(printf '%s\n' "$stderr" | grep -c 'no such file')" '1 10000' 'twenty thousand names without files'
small many aqua 20240101T000000 day -S SST
first=many/AQUA_MODIS.20240101T000000.L2.SST.nc
awk 'BEGIN { for (i = 0; i < 500; i++) printf "AQUA_MODIS.2024%02d%02dT%02d%02d00.L2.SST.nc\n", i / 1000 % 12 + 1, \
	i / 50 % 20 + 1, i / 10 % 5, i % 10 }' | while read -r name; do echo "many/$name"; done >list
(cd many && sed 's,many/,,' ../list | sort -u | while read -r name; do echo "ln -f ${first#many/} $name"; done | sh 2>/dev/null)
run combiner -t quicklook -w 1000 -o many.out <list
is "$status $stdout" '0 ' 'five hundred granules that wait'
is "$(printf '%s\n' "$stderr" | sort -u | wc -l)" "$(sort -u list | wc -l)" '... each once'
[ $(($(date +%s) - begun)) -lt 120 ]
ok $? '... in good time'
rm -r many

# -- two at once

small two aqua 20240105T000000 night
small two aqua 20240105T000500 night
small two aqua 20240105T001000 mixed
for i in 1 2 3; do
	combiner --force -o two.out two/*.nc >"two.$i" 2>&1 &
done
wait
is "$(sort two.1)" "$(ls -d two.out/*)" 'three at once'
is "$(sort two.2; sort two.3)" "$(sort two.1; sort two.1)" '... all print all'
find two.out -type f -exec sha1sum {} + | sort >sums

# -- killed anywhere

i=0
while [ $i -lt 25 ]; do
	rm -rf killed
	mkdir killed
	: >killed.list
	combiner -o killed two/*.nc >killed.list 2>/dev/null &
	pid=$!
	sleep "0.$(printf '%03d' $((i * 3)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	while read -r f; do		# a printed name stands for finished work
		grep -q "$(sha1 "$f")" sums || echo "$f" >>broken
	done <killed.list
	for f in killed/*.nc; do
		[ ! -e "$f" ] || grep -q "$(sha1 "$f")" sums || echo "$f" >>broken
	done
	combiner -o killed two/*.nc >/dev/null 2>&1 || echo "run $i" >>broken
	(cd killed && find . -type f -exec sha1sum {} + | sed 's, \./, two.out/,' | sort) | cmp -s - sums || echo "sums $i" >>broken
	i=$((i + 1))
done
[ ! -e broken ]
ok $? 'killed at 25 moments and run again: the same files'

# interrupted: ends cleanly, and says by which signal
mkgranule -d aqua -o big --time 20240105T000000 --flag night --lines 1000 --pixels 1354 >/dev/null
mkdir int
combiner -j 1 -o int big/*.nc >int.out 2>&1 &
pid=$!
wait_for test -n "$(find int -name '.*.part')" -o -s int.out
kill -TERM $pid 2>/dev/null
wait $pid
code=$?
case $code in
143) is "$(ls -A int; cat int.out)" '' 'a signal: nothing half made is left' ;;
*) is "$code $(cat int.out)" '0 int/refined_A20240105T000000.LAC_GSSTN.nc' 'finished before the signal' ;;
esac

# -- a full disk

small_fs 1m
mkdir -p "$small_fs/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_REFINED"
in=$small_fs/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_REFINED
mkgranule -d aqua -o "$in" --time 20240105T000000 --flag night --lines 60 --pixels 60 >/dev/null
(cd "$in" && sha1sum ./*) >before
dd if=/dev/zero of="$small_fs/filler" bs=1k count=2000 2>/dev/null
size=$(stat -c %s "$small_fs/filler")
for left in 0 4 8 16 24 40; do
	truncate -s $((size - left * 1024)) "$small_fs/filler"
	run combiner --root "$small_fs" "$in"/*.nc
	is "$status $stdout" '3 ' "$left kB left: status 3"
	is "$(find "$small_fs/processor" -type f 2>/dev/null)" '' '... nothing half made, nothing in quarantine'
done
like "$stderr" '^combiner: .*: No space left on device$' '... and the reason'
(cd "$in" && sha1sum ./*) | cmp -s - before
ok $? 'nothing is lost'
rm "$small_fs/filler"
run combiner --root "$small_fs" "$in"/*.nc
is "$status" 0 'with room again it works'
done_testing
