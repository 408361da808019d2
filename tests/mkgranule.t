#!/bin/sh
# mkgranule: names, times, deleted pixels, structure, damage on demand, repeatability, wrong options

make=$(cd "${0%/*}/.." && cd "${BUILD:-build}" && pwd)/tests/mkgranule
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cd "$dir" || exit 1
n=0

# ok STATUS TEXT
ok() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

# is GOT WANTED TEXT
is() {
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || printf '%s\nwanted\n%s\n' "$1" "$2" | sed 's/^/# /'
}

# run OPTIONS: puts status, stdout and stderr into variables
run() {
	"$make" "$@" >stdout 2>stderr
	status=$?
	stdout=$(cat stdout)
	stderr=$(cat stderr)
}

# values FILE GROUP/VARIABLE: one value per line
values() {
	ncdump -v "/$2" "$1" | awk -v name="${2##*/}" '
		$1 == name && $2 == "=" { on = 1; sub(/^[^=]*=/, "") }
		on { gsub(/[ \t]/, ""); end = /;/; gsub(/;/, ""); print; if (end) exit }' |
	    tr ',' '\n' | sed '/^$/d'
}

# at FILE GROUP/VARIABLE LINE...: the values of these lines (from 0), in one line
at() {
	values "$1" "$2" >list
	shift 2
	for i; do sed -n "$((i + 1))p" list; done | paste -s -d ' ' -
}

# attr FILE NAME: a global attribute
attr() {
	ncdump -h "$1" | sed -n "s/^\t\t:$2 = \"*\\([^\"]*[^\" ;]\\)\"* ;\$/\\1/p"
}

# chunks FILE VARIABLE
chunks() {
	ncdump -hs "$1" | sed -n "s/^[ \t]*$2:_ChunkSizes = \\(.*\\) ;/\\1/p"
}

# refused MESSAGE OPTIONS: nothing is made
refused() {
	want=$1
	shift
	run -o refused "$@"
	[ "$status" -eq 2 ] && [ -z "$stdout" ] && [ ! -e refused ] &&
	    [ "$(head -n 1 stderr)" = "mkgranule: $want" ]
	ok $? "refused: $*"
}

s=scan_line_attributes
g=geophysical_data

# names
run -d aqua -o day -l 20 -p 12
is "$status $stdout" "0 day/AQUA_MODIS.20240105T031001.L2.SST.nc
day/AQUA_MODIS.20240105T031001.L2.OC.nc" 'a day of MODIS has SST and OC'
is "$(attr day/*.SST.nc day_night_flag) $(attr day/*.SST.nc startDirection)" 'Day Ascending' \
    'Aqua ascends by day'
run -d terra -f night -o night -l 20 -p 12 --nrt
is "$stdout" "night/TERRA_MODIS.20240105T031001.L2.SST.NRT.nc
night/TERRA_MODIS.20240105T031001.L2.SST4.NRT.nc" 'a night of MODIS has SST and SST4; NRT is in the name'
is "$(attr night/*.SST4.NRT.nc product_name)" TERRA_MODIS.20240105T031001.L2.SST4.NRT.nc \
    'and in product_name'
is "$(attr night/*.SST4.NRT.nc day_night_flag) $(attr night/*.SST4.NRT.nc endDirection)" \
    'Night Ascending' 'Terra ascends by night'
run -d jpss1 -f mixed -o mixed -l 32 -p 48
is "$stdout" "mixed/JPSS1_VIIRS.20240105T031001.L2.SST.nc
mixed/JPSS1_VIIRS.20240105T031001.L2.SST3.nc" 'a mixed VIIRS granule has SST and SST3'
is "$(attr mixed/*.SST3.nc day_night_flag)" Mixed 'the terminator crosses it'
run -d viirs -o late -l 16 -p 10 -S SST,OC --time 20231231T235959 --oc-offset 2
is "$stdout" "late/SNPP_VIIRS.20231231T235959.L2.SST.nc
late/SNPP_VIIRS.20240101T000001.L2.OC.nc" 'the name of OC can be later'

# times, MODIS
run -d aqua -o t1 -p 5 -S SST --time 20230512T064001 --msec 419
is "$stdout" t1/AQUA_MODIS.20230512T064001.L2.SST.nc 'the first scan names the file'
f=$stdout
is "$(values "$f" $s/msec | wc -l)" 2030 'a full granule has 2030 lines'
is "$(at "$f" $s/msec 0 9 10 19 2010 2019 2020 2029)" \
    '24001419 24001419 24002896 24002896 24298316 24298316 24299793 24299793' \
    'lines of a scan have its time, scans are 1.4771 s apart'
is "$(at "$f" $s/year 0 2029) $(at "$f" $s/day 0 2029)" '2023 2023 132 132' 'year and day'
is "$(attr "$f" time_coverage_start) $(attr "$f" time_coverage_end)" \
    '2023-05-12T06:40:01.419Z 2023-05-12T06:44:59.793Z' 'coverage ends with the start of the last scan'

# times over New Year, VIIRS
run -d viirs -o t2 -p 5 --time 20231231T235730 --msec 500
f=$stdout
is "$(at "$f" $s/year 1343 1344 3231)" '2023 2024 2024' 'the year rolls'
is "$(at "$f" $s/day 1343 1344 3231)" '365 1 1' 'the day rolls'
is "$(at "$f" $s/msec 1343 1344 3231)" '86398771 558 209567' 'msec falls back'
is "$(attr "$f" time_coverage_end)" 2024-01-01T00:03:29.567Z 'coverage ends in the new year'

# bow-tie deletion: line, pixels with data, the first and the last of them
run -d viirs -o bow -l 16
f=$stdout
values "$f" $g/l2_flags >l2
is "$(awk '$1 == 268435456' l2 | wc -l)" 6592 '6592 pixels of a scan are deleted'
is "$(awk '{ line = int((NR - 1) / 3200); pix = (NR - 1) % 3200 }
	$1 != 268435456 { if (!n[line]++) a[line] = pix; b[line] = pix }
	END { for (i = 0; i < 3; i++) print i, n[i], a[i], b[i] }' l2)" \
'0 1184 1008 2191
1 1920 640 2559
2 3200 0 3199' 'as many per line as the detectors ask for'
values "$f" $g/qual_sst | paste - l2 | awk '$2 == 268435456 && $1 != 4' >wrong
is "$(cat wrong)" '' 'they have quality 4'
is "$(values "$f" navigation_data/latitude | grep -c -e _ -e -999)" 0 'and positions'

# fill, quality and flags agree
run -d terra -f mixed -o agree -l 60 -p 80 --sst-fill-bias 17
f=$(head -n 1 stdout)
values "$f" $g/sst >sst
values "$f" $g/qual_sst >qual
values "$f" $g/bias_sst >bias
values "$f" $g/stdv_sst >stdv
values "$f" $g/l2_flags >l2
is "$(paste -d ' ' sst qual | awk '($1 == "_") != ($2 == 4)')" '' 'sst is fill exactly at quality 4'
is "$(paste -d ' ' bias stdv | awk '($1 == "_") != ($2 == "_")')" '' 'bias and stdv are fill together'
is "$(paste -d ' ' sst bias | awk '$1 != "_" && $2 == "_"' | wc -l)" 17 'as many lost as asked for'
is "$(sort -u qual | paste -s -d ' ' -)" '0 1 2 3 4' 'all qualities occur'
is "$(paste -d ' ' l2 sst | awk 'int($1 / 2) % 2 == 1 && $2 != "_"')" '' 'no sst on land'
is "$(awk 'int($1 / 2) % 2 == 1' l2 | wc -l)" 480 'a tenth is land'
values "$(sed -n 3p stdout)" $g/chlor_a | grep -q '^[0-9]'
ok $? 'there is chlorophyll'
for i in "$(sed -n 2p stdout)" "$(sed -n 3p stdout)"; do values "$i" $g/l2_flags; done >other
! cmp -s l2 other
ok $? 'l2_flags differ between the suites'

# structure by generation
run -d aqua -o g14 -g 14 -l 300 -p 1354 -S SST
g14=$stdout
run -d aqua -o g22 -l 300 -p 1354 -S SST
g22=$stdout
run -d aqua -o g24 -g 24 -l 300 -p 1354 -S SST
g24=$stdout
dims() {
	ncdump -h "$1" | sed -n '/^dimensions:/,/^$/s/^\t\([a-z_]*\) = .*/\1/p' | paste -s -d ' ' -
}
is "$(dims "$g14")" "number_of_lines pixels_per_line pixel_control_points number_of_bands\
 number_of_reflective_bands" 'dimensions of 2014'
is "$(dims "$g22")" "number_of_lines pixels_per_line bands_per_pixel\
 number_of_reflectance_location_values pixel_control_points number_of_bands number_of_reflective_bands" \
    'dimensions of 2022'
is "$(ncdump -h "$g24" | sed -n 's/^ *group: //p' | paste -s -d ' ' -)" "sensor_band_parameters {\
 scan_line_attributes { geophysical_data { navigation_data { processing_control { input_parameters {\
 flag_percentages {" 'groups'
is "$(chunks "$g14" sst) / $(chunks "$g22" sst) / $(chunks "$g24" sst)" '10, 452 / 101, 14 / 256, 1354' \
    'chunks by generation'
is "$(ncdump -h "$g14" | grep -c sstref) $(ncdump -h "$g24" | grep -c cntl_pt)" '0 0' \
    'no sstref in 2014, no control points in 2024'
is "$(ncdump -h "$g24" | grep 'float latitude')" \
    "  	float latitude(number_of_lines, pixels_per_line) ;" 'positions by pixel in 2024'
run -d aqua -o plain -l 20 -p 12 --chunks 0 -S SST
is "$(ncdump -hs "$stdout" | grep -c -e _ChunkSizes -e _DeflateLevel)" 0 'contiguous on demand'
run -d aqua -o shape -l 20 -p 12 --chunks 7x5 -S SST
is "$(chunks "$stdout" sst)" '7, 5' 'chunks on demand'

# places and damage
run -d aqua -f night -o date -l 40 -p 30 -S SST --dateline
awk -v w="$(attr "$stdout" westernmost_longitude)" -v e="$(attr "$stdout" easternmost_longitude)" \
    'BEGIN { exit !(w + 0 > 160 && e + 0 < -160) }'
ok $? 'across the date line west is greater than east'
run -d aqua -o pole -p 40 -S SST --pole
awk -v n="$(attr "$stdout" northernmost_latitude)" 'BEGIN { exit !(n + 0 > 89) }'
ok $? 'over the pole'
is "$(attr "$stdout" startDirection) $(attr "$stdout" endDirection)" 'Ascending Descending' 'and down again'
run -d aqua -o bad -l 20 -p 12 -S SST --bad-lines 3,7-9 --bad-lon 11 --bad-lat 12 --bad-pixel 14,5
bad() {
	values "$stdout" "navigation_data/$1" |
	    awk '$1 == "_" || $1 == "NaN" || $1 == "NaNf" { n[int((NR - 1) / 12)]++ }
		END { for (i = 0; i < 20; i++) if (n[i]) printf "%d:%d ", i, n[i] }'
}
is "$(bad longitude)" '3:12 7:12 8:12 9:12 11:12 ' 'lines without longitude'
is "$(bad latitude)" '3:12 7:12 8:12 9:12 12:12 14:1 ' 'lines without latitude, and one pixel'
is "$(at "$stdout" $g/l2_flags 36 84)" '33554432 33554432' 'lines without position have NAVFAIL'
run -d aqua -o none -l 20 -p 12 -S SST --all-fill --no-land
is "$(values "$stdout" $g/sst | sort -u) $(values "$stdout" $g/qual_sst | sort -u)" '_ 4' 'all fill'
run -d aqua -o lost -l 20 -p 12 -S SST --bad-lines 0-19
is "$(attr "$stdout" day_night_flag) $(attr "$stdout" startDirection)" 'Unknown Unknown' \
    'without positions nothing is known'
sizes=
for i in '1 1' '1 5' '41 63' '16 48' '2 2'; do
	run -d viirs -f mixed -o sizes -l "${i% *}" -p "${i#* }" -S SST,SST3,OC
	sizes="$sizes$status "
done
is "$sizes" '0 0 0 0 0 ' 'odd sizes'

# repeatability
"$make" -d aqua -o a -l 40 -p 60 --seed 7 >/dev/null
"$make" -d aqua -o b -l 40 -p 60 --seed 7 >/dev/null
"$make" -d aqua -o c -l 40 -p 60 --seed 8 >/dev/null
diff -r a b >/dev/null
ok $? 'the same seed makes the same files'
! cmp -s a/*.SST.nc c/*.SST.nc
ok $? 'another seed makes other data'

# wrong options and failures
run --help
[ "$status" -eq 0 ] && [ -z "$stderr" ] && grep -q -e --seed stdout
ok $? 'help on standard output'
refused '-d: missing'
refused 'goes: not understood by --dataset' -d goes
refused 'SST3: not a suite of MODIS' -d aqua -S SST3
refused 'SST4: not a suite of VIIRS' -d viirs -S SST4
refused '0: --lines takes a whole number from 1 to 6500' -d aqua -l 0
refused '20240230T000000: not understood by --time' -d aqua --time 20240230T000000
refused '20: the last line is 19' -d aqua -l 20 -p 12 --bad-lines 20
refused '5-3: not a list of lines' -d aqua -l 20 -p 12 --bad-lines 5-3
refused '20,0: no such pixel' -d aqua -l 20 -p 12 --bad-pixel 20,0
refused '--pole: does not go with --lat' -d aqua --pole --lat 3
refused 'more: not an option' -d aqua more
run -d aqua -l 20 -p 12 -o stdout/x
is "$status $stderr" '1 mkgranule: stdout/x: Not a directory' 'a directory that cannot be made'

echo "1..$n"
