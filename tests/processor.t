#!/bin/sh
# processor: names, data, records, bad input, and what is left after kills, full disks and repeated runs
. "${0%/*}/lib.sh"
need py:netCDF4 py:numpy ncdump

combined() {
	"$python" "$top/tests/combined.py" "$@" || give_up "combined.py $*"
}

values() {
	"$python" "$top/tests/values.py" "$@" | tr '\n' ';'
}

# attribute FILE NAME - its line in ncdump, without blanks in front
attribute() {
	ncdump -h "$1" | sed -n "s/^[[:space:]]*$2 = /$2 = /p"
}

export GENERATE_ROOT=tree
in=tree/processor/input
out=tree/processor/output
night=JPL-L2P_GHRSST-SSTskin

# ---- names -----------------------------------------------------------------------------------------------------

mkdir -p $in/AQUA_QUICKLOOK/2019/217 $in/TERRA_REFINED/2019/5 $in/VIIRS_QUICKLOOK/2024/60 $in/JPSS1_QUICKLOOK/2024/60
combined $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc Day_or_Night=Day
combined $in/TERRA_REFINED/2019/5/refined_T20190105T000001.LAC_GSSTN.nc Day_or_Night=Mixed
combined $in/VIIRS_QUICKLOOK/2024/60/V20240229T101000.SNPP_GSSTD.nc Day_or_Night=Day
combined $in/JPSS1_QUICKLOOK/2024/60/V20240229T101000.SNPP_GSSTN.nc
combined $in/JPSS1_QUICKLOOK/2024/60/J20240229T102000.JPSS1_GSSTN.nc Platform=JPSS-1
find $in -name '*.nc' | sort >list

run processor -n <list
is "$status" 0 'a dry run ends well'
is "$stdout" '' 'and promises nothing on standard output'
like "$stderr" "A20190805T065501.LAC_GSSTD.nc -> $out/MODIS_L2P_CORE_NETCDF/MODIS_A/2019/217/20190805065501-$night-MODIS_A-D-v02.0-fv01.0.nc\$" \
	'Aqua quicklook day'
like "$stderr" "T20190105T000001.LAC_GSSTN.nc -> $out/MODIS_L2P_CORE_NETCDF/MODIS_T_REFINED/2019/5/20190105000001-$night-MODIS_T-N-v02.0-fv01.0.nc\$" \
	'Terra refined, mixed counts as night, day of year not padded'
like "$stderr" "/VIIRS_QUICKLOOK/.* -> $out/VIIRS_L2P_CORE_NETCDF/VIIRS/2024/60/20240229101000-$night-VIIRS_NPP-D-v02.0-fv01.0.nc\$" \
	'Suomi-NPP'
like "$stderr" "V20240229T101000.SNPP_GSSTN.nc -> $out/VIIRS_L2P_CORE_NETCDF/JPSS1/2024/60/20240229101000-$night-JPSS1-N-v02.0-fv01.0.nc\$" \
	'a V file in a JPSS1 directory is NOAA-20'
like "$stderr" "J20240229T102000.JPSS1_GSSTN.nc -> $out/VIIRS_L2P_CORE_NETCDF/JPSS1/2024/60/20240229102000-$night-JPSS1-N-v02.0-fv01.0.nc\$" \
	'and so is a J file'

run processor <list
is "$status" 0 'all are made'
is "$(printf '%s\n' "$stdout" | wc -l)" 5 'one name each'
is "$(find $in -name '*.nc' | wc -l)" 0 'combined files of the tree are removed'
l2p=$out/MODIS_L2P_CORE_NETCDF/MODIS_A/2019/217/20190805065501-$night-MODIS_A-D-v02.0-fv01.0.nc
is "$(cat $l2p.md5)" "$(md5 $l2p)  ${l2p##*/}" 'the .md5 file is that of md5sum'
is "$(find tree -name '.*.part')" '' 'no temporary file is left'
jpss=$(find $out -name '20240229102000*JPSS1*.nc')
like "$(attribute "$jpss" :platform)" '"JPSS-1"' 'NOAA-20 has its platform'
like "$(attribute "$jpss" :id)" '"VIIRS_JPSS1-JPL-L2P-v2024.0"' 'and its collection'

log=$(find tree/processor/logs/processing_logs -name 'ghrsst_modis_a_processing_log_archive_*.txt')
is "$(cut -d, -f3,4,5 "$log" | sed 's/ [0-9.]*$//' | tr '\n' ' ')" \
"$(for k in GDS2_UNCOMPRESS CONVERT COMPRESSPUSH SUCCESS_OVERALL OVERALL; do
	printf '%s ' "${l2p##*/},QUICKLOOK,${k}_TOTAL_TIME:"
done)" 'the processing log has its five lines'
like "$(cat tree/processor/scratch/ghrsst_master_modis_a_quicklook_list_processed_files_*.dat)" \
	"^${l2p##*/},[0-9]+,[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}\$" 'the registry its line'

# ---- again -----------------------------------------------------------------------------------------------------

before=$(cd tree && find . -type f -exec md5sum {} + | sort)
run processor <list
is "$status" 0 'the same list again'
is "$(printf '%s\n' "$stdout" | wc -l)" 5 'prints the same names'
is "$(cd tree && find . -type f -exec md5sum {} + | sort)" "$before" 'and changes nothing'
combined $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc Day_or_Night=Day
touch -d '2019-08-05 12:00' $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc
was=$(stat -c %i $l2p)
run processor $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc
is "$status $(stat -c %i $l2p)" "0 $was" 'a granule newer than its input is not made again'
combined $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc Day_or_Night=Day
run processor $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc
isnt "$(stat -c %i $l2p)" "$was" 'one with a newer input is'
printf 'damage' | dd of=$l2p bs=1 seek=2000 conv=notrunc 2>/dev/null
run processor $in/AQUA_QUICKLOOK/2019/217/A20190805T065501.LAC_GSSTD.nc
is "$status" 1 'a damaged granule whose input is gone is not passed off as good'
like "$stderr" 'A20190805T065501.LAC_GSSTD.nc: no such file' 'the message names the input'
run processor no/such/A20190805T070001.LAC_GSSTD.nc
is "$status" 1 'an input that never was fails'

# ---- the worked example ----------------------------------------------------------------------------------------

combined V20240229T120000.SNPP_GSSTN.nc
run processor --compat -t quicklook -o compat V20240229T120000.SNPP_GSSTN.nc
f=compat/20240229120000-$night-VIIRS_NPP-N-v02.0-fv01.0.nc
is "$stdout" $f 'flat output'
is "$(values $f lon 1)" '-639 -639 -639 -639 -639 -639;' 'compat: filled longitudes move at the date line'
is "$(values $f lat 3)" '-999 -999 -999 -999 -999 -999;' 'a line with one NaN is filled'
is "$(values $f sst_dtime)" '0 0 0 0 0 0;1 1 1 1 1 1;2 2 2 2 2 2;6 6 6 6 6 6;' 'times'
is "$(values $f quality_level)" '5 4 0 3 1 0;5 5 4 4 3 3;0 1 3 4 5 5;-1 5 5 5 5 5;' 'compat: quality'
is "$(values $f sses_bias)" '0 0 -128 0 1 -1;2 -2 3 -3 6 -6;-128 127 -127 127 -128 -98;-16 63 -63 0 0 1;' \
	'compat: bias'
is "$(values $f sses_standard_deviation)" \
	'-127 -126 -128 -125 -124 -124;-120 -114 -101 -63 0 1;-128 127 126 -128 0 0;97 -123 -121 -119 -116 -111;' \
	'compat: deviation'
is "$(values $f l2p_flags)" '0 2 2 0 0 0;2 0 0 2 2 0;0 2 0 0 0 0;0 0 0 0 2 0;' 'land'
is "$(values $f quality_level_3chan)" '-1 5 0 5 5 5;0 1 3 4 5 5;5 5 4 4 3 3;5 4 0 3 1 0;' '3chan quality'
is "$(values $f sses_bias_3chan)" '-16 63 -128 0 0 1;1 127 -127 127 -128 -98;2 -2 3 -3 6 -6;0 0 -16 0 1 -128;' \
	'3chan bias'
is "$(values $f sses_standard_deviation_3chan)" \
	'97 -123 -128 -119 -116 -111;-123 127 126 -128 0 0;-120 -114 -101 -63 0 1;-127 -126 97 -125 -124 -128;' \
	'3chan deviation'
is "$(ncdump -v time $f | tail -n 2 | head -n 1)" ' time = 1362052800 ;' 'reference time'
is "$(attribute $f :start_time) $(attribute $f :stop_time)" \
	':start_time = "20240229T120000Z" ; :stop_time = "20240229T120559Z" ;' 'start and stop'
is "$(for b in northern southern eastern western; do attribute $f ":${b}most_l[a-z]*"; done | wc -l)" 4 'four bounds' ||
	:
like "$(ncdump -h $f)" ':northernmost_latitude = 12.3457f ;' 'bounds have 6 digits'
like "$(ncdump -h $f)" ':westernmost_longitude = 179.5f ;' 'also where they end in zeros'
like "$(ncdump -h $f)" 'other ancillary fields; Night, Start Node:Ascending, End Node:Ascending; WARNING .*; Quicklook"' \
	'the comment'
like "$(ncdump -hs $f)" 'sea_surface_temperature:_ChunkSizes = 1, 2, 3 ;' 'chunks are halves'
unlike "$(ncdump -hs $f)" '_Shuffle' 'compat: no shuffle'

run processor -t quicklook -o mended V20240229T120000.SNPP_GSSTN.nc
f=mended/20240229120000-$night-VIIRS_NPP-N-v02.0-fv01.0.nc
is "$(values $f lon 1)" '-999 -999 -999 -999 -999 -999;' 'mended: fill stays fill'
is "$(values $f quality_level)" '5 4 0 3 1 0;5 5 4 4 3 3;0 1 3 4 5 0;0 5 5 5 5 5;' 'mended: quality'
is "$(values $f sses_bias)" '0 0 -128 0 1 -1;2 -2 3 -3 6 -6;-128 127 -127 127 127 127;-128 63 -63 0 0 1;' \
	'mended: bias'
is "$(values $f sses_standard_deviation)" \
	'-127 -126 -128 -125 -124 -124;-120 -114 -101 -63 0 1;-128 127 126 127 0 0;-128 -123 -121 -119 -116 -111;' \
	'mended: deviation'
like "$(ncdump -hs $f)" 'sea_surface_temperature:_Shuffle = "true"' 'shuffle'
is "$(find . -maxdepth 1 -name 'V2024*' | wc -l)" 1 'ad-hoc inputs stay'

combined A20240229T235900.LAC_GSSTD.nc Start_Millisec=86390000 Day_or_Night=Day -sst4 -bias_sst4 -stdv_sst4 -qual_sst4
run processor --compat -o compat A20240229T235900.LAC_GSSTD.nc
is "$(ncdump -h "$stdout" | grep -c '^	[a-z]* .*(.*) ;')" 11 'a day granule without ocean colour has 11 variables'
run processor -o mended A20240229T235900.LAC_GSSTD.nc
is "$(SOURCE_DATE_EPOCH=86400 processor --force -o mended A20240229T235900.LAC_GSSTD.nc >/dev/null
	attribute "$stdout" :date_created)" ':date_created = "19700102T000000Z" ;' 'SOURCE_DATE_EPOCH'
a=$(md5 "$stdout")
sleep 1
SOURCE_DATE_EPOCH=86400 processor --force -j 1 -o mended A20240229T235900.LAC_GSSTD.nc >/dev/null
is "$(md5 "$stdout")" "$a" 'makes files reproducible, with any number of threads'

# ---- bad input -------------------------------------------------------------------------------------------------

bad=$in/AQUA_REFINED/2024/60
mkdir -p $bad
good=$bad/refined_A20240229T000000.LAC_GSSTN.nc
reset() {
	rm -rf tree/processor/scratch/quarantine $out
	combined $good
}

# rejects NAME PATTERN - the file $bad/NAME fails with that message, goes to quarantine, and the good one is done
rejects() {
	reset
	run processor $bad/"$1" $good
	is "$status" 1 "$1: status"
	like "$stderr" "^processor: .*$2" "$1: message: $2"
	is "$(printf '%s\n' "$stderr" | grep -vc ': moved to ')" 1 "$1: one line"
	is "$(printf '%s\n' "$stdout" | wc -l)" 1 "$1: the good one is done"
	[ -e "tree/processor/scratch/quarantine/$1" ] && [ ! -e "$bad/$1" ]
	ok $? "$1: in quarantine"
	like "$(cat "tree/processor/scratch/quarantine/$1.reason")" "$2" "$1: with the reason"
}

echo 'no netCDF' >$bad/A20240229T010000.LAC_GSSTN.nc
rejects A20240229T010000.LAC_GSSTN.nc 'A20240229T010000.LAC_GSSTN.nc: not a netCDF-4 file'
: >$bad/A20240229T011000.LAC_GSSTN.nc
rejects A20240229T011000.LAC_GSSTN.nc 'not a netCDF-4 file'
combined x.nc && head -c 20000 x.nc >$bad/A20240229T012000.LAC_GSSTN.nc
rejects A20240229T012000.LAC_GSSTN.nc 'damaged'
combined $bad/A20240229T013000.LAC_GSSTN.nc -sst
rejects A20240229T013000.LAC_GSSTN.nc 'sst: no such variable'
combined $bad/A20240229T014000.LAC_GSSTN.nc Number_of_Scan_Lines=5
rejects A20240229T014000.LAC_GSSTN.nc 'attribute Number_of_Scan_Lines is 5, dimension nj is 4'
combined $bad/A20240229T015000.LAC_GSSTN.nc Day_or_Night=Noon
rejects A20240229T015000.LAC_GSSTN.nc 'attribute Day_or_Night is "Noon"'
combined $bad/A20240229T020000.LAC_GSSTN.nc -Start_Node
rejects A20240229T020000.LAC_GSSTN.nc 'attribute Start_Node is missing'
combined $bad/A20240229T021000.LAC_GSSTN.nc Start_Day=400
rejects A20240229T021000.LAC_GSSTN.nc 'Start_Day is 400'
combined $bad/A20240229T022000.LAC_GSSTN.nc Start_Time=2024366256000
rejects A20240229T022000.LAC_GSSTN.nc 'make no time'
combined $bad/A20240229T023000.LAC_GSSTN.nc Sensor_Name=OLCI
rejects A20240229T023000.LAC_GSSTN.nc 'Sensor_Name is "OLCI"'
combined $bad/A20240229T024000.LAC_GSSTN.nc Platform=Terra
rejects A20240229T024000.LAC_GSSTN.nc 'is of dataset terra, not aqua'
combined $bad/A20240229T025000.LAC_GSSTN.nc sst:scale_factor=1e9
rejects A20240229T025000.LAC_GSSTN.nc 'scale_factor is 1e\+09'
"$python" - $bad/A20240229T030000.LAC_GSSTN.nc <<'PY'
import sys, netCDF4
netCDF4.Dataset(sys.argv[1], "w").close()
PY
rejects A20240229T030000.LAC_GSSTN.nc 'attribute Sensor_Name is missing'
"$python" - $bad/A20240229T031000.LAC_GSSTN.nc <<'PY'
import sys, netCDF4
with netCDF4.Dataset(sys.argv[1], "w") as d:
    d.Sensor_Name = "MODIS"
    for name, dim, n in ("Number_of_Scan_Lines", "nj", 40000), ("Pixels_per_Scan_Line", "ni", 30000):
        d.createDimension(dim, n)
        d.setncattr(name, n)
PY
rejects A20240229T031000.LAC_GSSTN.nc '40000 lines of 30000 pixels'
combined $bad/notes.nc
rejects notes.nc 'notes.nc: not the name of a combined file'
is "$(cut -d, -f3 tree/processor/logs/error_logs/* | sort -u)" processor 'the error log tells who'

run processor ../../etc/passwd
is "$status" 1 'a name that is no combined file fails'
run processor -o flat x.nc
is "$status$(ls x.nc)" '1x.nc' 'outside the tree a bad file stays'
cp x.nc A20240229T031000.LAC_GSSTN.nc
printf 'garbage' | dd of=A20240229T031000.LAC_GSSTN.nc bs=1 seek=100 conv=notrunc 2>/dev/null
run processor -o flat --quarantine q A20240229T031000.LAC_GSSTN.nc
is "$status$(ls q)" "1A20240229T031000.LAC_GSSTN.nc
A20240229T031000.LAC_GSSTN.nc.reason" 'unless a quarantine is given'
combined A20240229T032000.LAC_GSSTN.nc
mkdir -p taken/20240229032000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
run processor -o taken --quarantine q2 A20240229T032000.LAC_GSSTN.nc
is "$status$(ls q2 2>/dev/null)" 3 'where the product cannot be put is not the fault of the input'
like "$stderr" 'taken/.*: Is a directory' '... but that of the place'
mkfifo A20240229T033000.LAC_GSSTN.nc
run timeout 10 processor -o flat A20240229T033000.LAC_GSSTN.nc
is "$status$stderr" '1processor: A20240229T033000.LAC_GSSTN.nc: not a regular file' 'nobody waits for a FIFO'
run processor --json -o flat "$(printf 'A\377')"
is "$status" 1 'a name that JSON cannot express is no failure of the environment'
combined $good sst:scale_factor=0.01d
run processor --keep-input -o flat $good
is "$status" 0 'a double scale factor is taken'
like "$(ncdump -h "$stdout")" 'sea_surface_temperature:scale_factor = 0.01f' 'as a float'
combined $good -bias_sst:scale_factor
run processor --keep-input --force -o flat $good
is "$status" 0 'a missing scale factor is 1'
like "$stderr" 'bias_sst: no usable attribute scale_factor, 1 is taken' 'with a warning'

# temperatures below valid_min, which real files have at quality 3, are data
combined A20240229T040000.LAC_GSSTN.nc
"$python" - A20240229T040000.LAC_GSSTN.nc <<'PY'
import sys, netCDF4
with netCDF4.Dataset(sys.argv[1], "a") as d:
    d.set_auto_maskandscale(False)
    d["sst"][0, 0, 0] = -14550
    d["qual_sst"][0, 0, 0] = 3
PY
for mode in --compat --force; do
	run processor $mode -o cold A20240229T040000.LAC_GSSTN.nc
	is "$("$python" - "$stdout" <<'PY'
import sys, netCDF4
with netCDF4.Dataset(sys.argv[1]) as d:
    d.set_auto_maskandscale(False)
    print(d["sea_surface_temperature"][0, 0, 0], d["quality_level"][0, 0, 0])
PY
)" '-14550 1' "a temperature below valid_min passes unchanged, $mode"
done

# ---- lists -----------------------------------------------------------------------------------------------------

reset
printf '%s\r\n\n' $good >dos
run processor -o flat --force <dos
is "$status$stdout" "0flat/20240229000000-$night-MODIS_A-N-v02.0-fv01.0.nc" 'CRLF and empty lines'
printf '%s\0' $good | processor -0 -o flat >nul
is "$(tr '\0' '+' <nul)" "flat/20240229000000-$night-MODIS_A-N-v02.0-fv01.0.nc+" 'NUL in, NUL out'
head -c 5000 /dev/zero | tr '\0' x >long
{ cat long; echo; echo $good; } >list2
run processor -o flat <list2
is "$status" 1 'a line too long is a failed item'
like "$stderr" 'line 1: longer than 4096 bytes' 'with its number'
is "$(printf '%s\n' "$stdout" | wc -l)" 1 'the next one is done'
run processor -o flat --json $good x.nc
is "$(printf '%s\n' "$stdout" | "$python" -c 'import json, sys
for line in sys.stdin: print(json.loads(line)["state"])' | tr '\n' ' ')" 'skipped failed ' 'JSON tells the state'
is "$(printf '%s\n' "$stdout" | "$python" -c 'import json, sys
for line in sys.stdin: print(" ".join(json.loads(line)))')" 'inputs outputs state reason seconds bytes md5
inputs outputs state reason seconds bytes' '... first the fields of every program'
mkdir mail
run processor -n --notify mail --failed failed.list --final-log -o flat x.nc missing.nc
is "$status $stdout$(ls mail; ls failed.list 2>/dev/null)" '1 ' 'a dry run tells nobody'
unlike "$stderr" final_log '... and logs nothing'
run processor --notify mail --failed failed.list -o flat x.nc
is "$status $(cat failed.list mail/* | grep -c x.nc)" '1 2' 'a real one does'
run processor -o flat -t recent $good
is "$status" 2 'an unknown type'
run processor -o flat -d envisat $good
is "$status" 2 'an unknown dataset'
run processor -o flat -d terra $good
is "$status" 1 'a file of another dataset'
combined $good
cp $good refined_A20240229T000000.LAC_GSSTN.nc
run processor -o flat --quarantine q3 -t quicklook refined_A20240229T000000.LAC_GSSTN.nc
is "$status $stdout$(ls q3 2>/dev/null)" '1 ' 'a refined file is not delivered as quicklook'
like "$stderr" 'is refined by its name, not quicklook$' '... and why'
run processor -o flat --quarantine q3 -d terra $good
like "$stderr" 'is of dataset aqua, not terra$' 'a file of another dataset than -d'
is "$status $(ls q3 2>/dev/null)" '1 ' '... what contradicts an option is not damaged'
processor -o flat $good >/dev/full 2>err
is "$?" 3 'lost output is a failure of the surroundings'
like "$(cat err)" 'standard output: No space left' 'and said so'

# ---- job lists -------------------------------------------------------------------------------------------------

reset
combined $bad/refined_A20240229T000000.LAC_GSSTD.nc Day_or_Night=Day
cat >$in/processor_timestamp_list_AQUA_refined_2024_02_29_12_00_00_0_8720.json <<'JSON'
[ [ "20240101T000000" ],
  [ "20240229T000000", "20240229T000003" ] ]
JSON
list=$in/processor_timestamp_list_AQUA_refined_2024_02_29_12_00_00_0_8720.json
AWS_BATCH_JOB_ID=abc-1:1 AWS_BATCH_JOB_ARRAY_INDEX=1 run processor --job $list
is "$status" 0 'a job'
is "$(printf '%s\n' "$stdout" | sed 's/.*MODIS_A-\(.\)-.*/\1/' | tr -d '\n')" DN 'day file first, then night file'
like "$stderr" 'Number of combined files to process: 2' 'says what it found'
last="final_log: dataset: MODIS Aqua - processing_type: REFINED - job_id: abc-1:1 - job_index: 1 - json_file: ${list##*/} - number_to_process: 2 - total_granules_created: 2 - file_to_process: refined_A20240229T000000.LAC_GSSTD.nc, refined_A20240229T000000.LAC_GSSTN.nc - processed: 20240229000000-$night-MODIS_A-D-v02.0-fv01.0.nc, 20240229000000-$night-MODIS_A-N-v02.0-fv01.0.nc - "
is "$(printf '%s\n' "$stderr" | grep final_log)" "print_final_log - INFO : $last" 'the final log'
[ -e tree/processor/scratch/ghrsst_master_modis_a_refined_list_processed_files_abc-1-1.dat ]
ok $? 'the registry has the name of the run'
run processor --job $list --index 1
is "$status$(printf '%s\n' "$stdout" | wc -l)" 02 'again: the inputs are gone, the granules are printed'
run processor --job $list --index 2
is "$status" 2 'no such element'
combined $good Day_or_Night=Noon
AWS_BATCH_JOB_ATTEMPT=1 run processor --job $list --index 1
is "$status" 1 'a failed granule'
like "$stderr" 'quarantined: refined_A20240229T000000.LAC_GSSTN.nc - $' 'is in the final log'
combined $good Day_or_Night=Noon
AWS_BATCH_JOB_ATTEMPT=3 run processor --job $list --index 1
is "$status" 0 'on the last attempt the others count'
combined $good Day_or_Night=Noon
AWS_BATCH_JOB_ATTEMPT=3 run processor --strict --job $list --index 1
is "$status" 1 'not with --strict'
run processor --job no.json
is "$status" 2 'no job list'

# ---- two at once, kills, full disks ------------------------------------------------------------------------------

reset
rm -rf flat one two
(processor --keep-input $good >one 2>&1; echo $? >>one) &
(processor --keep-input $good >two 2>&1; echo $? >>two) &
wait
is "$(cat one)" "$(cat two)" 'two at once end alike'
l2p=$(head -n 1 one)
is "$(cat "$l2p.md5")" "$(md5 "$l2p")  ${l2p##*/}" 'with one good granule'

if mkgranule --help >/dev/null 2>&1 && command -v combiner >/dev/null; then
	mkgranule -d aqua --flag night -o l2 --time 20240105T031001 --lines 200 --pixels 400 >l2.list
	combiner -q -o big <l2.list >big.list
	big=$(cat big.list)
	SOURCE_DATE_EPOCH=1 processor -o want "$big" >/dev/null
	for ms in 2 5 8 12 16 20 25 30 40 50 60; do
		(SOURCE_DATE_EPOCH=1 exec timeout -s KILL "0.0$(printf '%02d' $ms)" processor -o got "$big") >/dev/null 2>&1
		find got -name '*.nc' 2>/dev/null | while read -r f; do
			cmp -s "$f" "want/${f##*/}" || echo "$f" >>torn
		done
	done
	[ ! -e torn ]
	ok $? 'killed at any moment, no granule is wrong under its name'
	SOURCE_DATE_EPOCH=1 run processor -o got "$big"
	is "$status$(diff -r want got)" 0 'and the next run leaves what an undisturbed one does'
	for size in 16k 64k 100k 200k; do		# full while the file is defined, at its first data, later
		(small_fs $size
		run processor -o "$small_fs" "$big"
		echo "$status $(find "$small_fs" -type f | wc -l) $stderr" >full.$size
		umount "$small_fs") >/dev/null
		if [ -e full.$size ]; then
			like "$(cat full.$size)" '^3 0 processor: .*No space left' "a disk of $size: status 3, nothing half-written"
		else
			skip 1 'mounting is not permitted here'
		fi
	done
	[ -e "$big" ]
	ok $? 'the input stays'
fi
done_testing
