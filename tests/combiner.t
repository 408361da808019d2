#!/bin/sh
# combiner: which files it makes of which, and what is in them
. "${0%/*}/lib.sh"
need py:netCDF4 py:h5py ncdump

l2() { "$python" "$top/tests/combiner.py" "$@"; }

# small DIR DATASET TIME FLAG ARG... - a granule of 4 lines of 3 pixels
small() {
	_dir=$1 _ds=$2 _time=$3 _flag=$4
	shift 4
	mkgranule -d "$_ds" -o "$_dir" --time "$_time" --flag "$_flag" --lines 4 --pixels 3 "$@" >/dev/null
}

# -- a night granule of Aqua, in the tree

tree=tree/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_QUICKLOOK
combined=tree/processor/input/AQUA_QUICKLOOK
small $tree aqua 20191016T042500 night
sst=$tree/AQUA_MODIS.20191016T042500.L2.SST.nc
l2 edit $sst "
d.time_coverage_start = '2019-10-16T04:25:00.123Z'; d.time_coverage_end = '2019-10-16T04:29:59.999Z'
d.northernmost_latitude = np.float32(43.123456); d.southernmost_latitude = np.float32(-0.0123456)
d.easternmost_longitude = np.float32(-171.23456); d.westernmost_longitude = np.float32(179.99999)
d.startDirection = 'Ascending'; d.endDirection = 'Descending'
geo['sst'][:] = np.arange(12).reshape(4, 3) * 100 - 1000; geo['sst'][0, 0] = -32767
geo['stdv_sst'].scale_factor = np.float32(0.0123456789); geo['stdv_sst'].add_offset = np.float32(1)
scan['msec'][:] = 15900000 + 1477 * np.arange(4)"
l2 edit $tree/AQUA_MODIS.20191016T042500.L2.SST4.nc "scan['msec'][:] = 15900000 + 1477 * np.arange(4)"

run combiner --root tree $sst
is "$status" 0 'a night granule'
is "$stdout" $combined/2019/289/A20191016T042500.LAC_GSSTN.nc 'its name'
is "$stderr" '' 'no messages'
out=$combined/2019/289/A20191016T042500.LAC_GSSTN.nc
run l2 atts $out
is "$stdout" 'Number_of_Scan_Lines 4
Pixels_per_Scan_Line 3
Start_Year 2019
Start_Day 289
Start_Millisec 15900123
End_Year 2019
End_Day 289
End_Millisec 16199999
Northernmost_Latitude 43.1235f
Southernmost_Latitude -0.0123456f
Easternmost_Longitude -171.235f
Westernmost_Longitude 180f
Start_Time 2019289042500
End_Time 2019289042959
Sensor_Name MODIS
Start_Node Ascending
End_Node Descending
Day_or_Night Night
Platform Aqua' 'its global attributes'
run l2 data $out $sst $tree/AQUA_MODIS.20191016T042500.L2.SST4.nc
is "$stdout" 'l2_flags longitude latitude sst msec bias_sst stdv_sst qual_sst sst4 bias_sst4 stdv_sst4 qual_sst4' \
	'variables in order, data bit for bit'
run l2 readers $out
is "$stdout" 12 'h5py reads the same, contiguous'
run l2 var $out sst
is "$stdout" 'long_name Sea Surface Temperature
units degree_C
_FillValue -32767s
valid_min -1000s
valid_max 10000s
scale_factor 0.005f
add_offset 0f
-32767 -900 -800 -700 -600 -500 -400 -300 -200 -100 0 100' 'sst'
run l2 var $out qual_sst
like "$stdout" '^units none$' 'qual_sst has units'
like "$stdout" '^_FillValue -1b$' 'qual_sst has its fill value'
like "$stdout" '^scale_factor 1f$' 'qual_sst has a scale'
run l2 var $out qual_sst4
unlike "$stdout" units 'qual_sst4 has none'
run l2 var $out stdv_sst
like "$stdout" '^scale_factor 0.0123457f$' '6 digits of a scale'
run l2 var $out msec
is "$stdout" 'long_name Scan time, milliseconds of day
units milliseconds
15900000 15901477 15902954 15904431' 'msec'
run l2 var $out l2_flags
like "$stdout" '^units none$' 'l2_flags has units'
unlike "$stdout" 'valid|flag_' 'l2_flags has nothing else'
like "$(ncdump -sh $out)" 'sst:_Storage = "contiguous"' 'ncdump reads it'
is "$(find tree -name '.*.part')" '' 'nothing temporary is left'
[ "$(stat -c %Y $out)" -ge "$(stat -c %Y $sst)" ]
ok $? 'its time is that of the newest input'

ino=$(stat -c %i $out)
run combiner --root tree $sst
is "$stdout $(stat -c %i $out)" "$out $ino" 'what is up to date is printed and not made again'
run combiner --root tree --force $sst
isnt "$(stat -c %i $out)" "$ino" 'unless forced'
touch $tree/AQUA_MODIS.20191016T042500.L2.SST4.nc
ino=$(stat -c %i $out)
run combiner --root tree $sst
isnt "$(stat -c %i $out)" "$ino" 'a newer companion makes it out of date'

run combiner -o flat --compat -t refined $sst
is "$stdout" flat/refined_A20191016T042500.LAC_GSSTN.nc 'flat and refined'
run l2 atts flat/refined_A20191016T042500.LAC_GSSTN.nc
unlike "$stdout" Platform 'no Platform in compatibility mode'
is "$(printf '%s\n' "$stdout" | wc -l)" 18 '18 attributes'
run combiner -o exact --exact-attributes -t refined $sst
run l2 atts exact/refined_A20191016T042500.LAC_GSSTN.nc
like "$stdout" 'Northernmost_Latitude 43.12346f' 'exact attributes'

# -- mixed, over New Year, Suomi-NPP and NOAA-20 at the same second

small in viirs 20191231T235400 mixed
small in jpss1 20191231T235400 mixed
rm -f in/*.OC.nc
l2 edit in/SNPP_VIIRS.20191231T235400.L2.SST.nc "d.time_coverage_end = '2020-01-01T00:00:01.500Z'"
run combiner -o mixed -t quicklook in/SNPP_VIIRS.20191231T235400.L2.SST.nc in/JPSS1_VIIRS.20191231T235400.L2.SST.nc
is "$status $stdout" '0 mixed/V20191231T235400.SNPP_GSSTN.nc
mixed/V20191231T235400.SNPP_GSSTD.nc
mixed/J20191231T235400.JPSS1_GSSTN.nc
mixed/J20191231T235400.JPSS1_GSSTD.nc' 'a night and a day file each'
night=$(l2 atts mixed/V20191231T235400.SNPP_GSSTN.nc)
day=$(l2 atts mixed/V20191231T235400.SNPP_GSSTD.nc)
like "$night" 'Day_or_Night Mixed' 'the night file is called Mixed'
like "$day" 'Day_or_Night Day' 'the day file Day'
is "$(printf '%s\n' "$day" | sed -n '3,8p' | tr '\n' ' ')" 'Start_Year 2019 Start_Day 365 Start_Millisec 86040000 End_Year 2020 End_Day 1 End_Millisec 1500 ' \
	'the year turns'
like "$day" 'End_Time 2020001000001' 'end of the new year'
is "$(l2 data mixed/V20191231T235400.SNPP_GSSTD.nc in/SNPP_VIIRS.20191231T235400.L2.SST.nc | wc -w)" 8 'day: 8 variables'
is "$(l2 data mixed/V20191231T235400.SNPP_GSSTN.nc in/SNPP_VIIRS.20191231T235400.L2.SST.nc \
	in/SNPP_VIIRS.20191231T235400.L2.SST3.nc | cut -d ' ' -f 9-)" 'sst_triple bias_sst_triple stdv_sst_triple qual_sst_triple' \
	'night: the triple window family'
like "$(l2 atts mixed/J20191231T235400.JPSS1_GSSTN.nc)" 'Platform JPSS-1' 'Platform of NOAA-20'

# -- day, ocean colour in another second of the minute, and its defaults

small oc aqua 20240209T000001 day --oc-offset 2
run combiner -o day oc/AQUA_MODIS.20240209T000001.L2.SST.nc
is "$stdout" day/refined_A20240209T000001.LAC_GSSTD.nc 'a day granule'
run l2 data day/refined_A20240209T000001.LAC_GSSTD.nc oc/*.nc
like "$stdout" 'qual_sst chlor_a K_490$' 'with ocean colour of the same minute'
run l2 var day/refined_A20240209T000001.LAC_GSSTD.nc chlor_a
like "$(printf '%s\n' "$stdout" | tr '\n' ' ')" '_FillValue -32767f valid_min 0.001f valid_max 100f scale_factor 1f add_offset 0f' 'chlor_a'
run l2 var day/refined_A20240209T000001.LAC_GSSTD.nc K_490
like "$(printf '%s\n' "$stdout" | tr '\n' ' ')" '_FillValue -32767s valid_min 50s valid_max 30000s scale_factor 0.0002f add_offset 0f' 'K_490'
l2 edit oc/*.OC.nc "
for v in (geo['chlor_a'], geo['Kd_490']):
    for a in ('valid_min', 'valid_max', 'scale_factor', 'add_offset', 'units'):
        if a in v.ncattrs(): v.delncattr(a)
geo['chlor_a'].valid_min = np.float32(0)
geo['Kd_490'].scale_factor = 0.0002"
for mode in --compat --force; do
	run combiner -o day $mode oc/AQUA_MODIS.20240209T000001.L2.SST.nc
	run l2 var day/refined_A20240209T000001.LAC_GSSTD.nc chlor_a
	like "$(printf '%s\n' "$stdout" | tr '\n' ' ')" 'valid_min 0.001f valid_max 100f scale_factor 1f add_offset 0f' "chlor_a by default, $mode"
	run l2 var day/refined_A20240209T000001.LAC_GSSTD.nc K_490
	case $mode in
	--compat) like "$(printf '%s\n' "$stdout" | tr '\n' ' ')" 'valid_min 50s valid_max 30000s scale_factor 1f' 'a double scale is not seen' ;;
	*) like "$(printf '%s\n' "$stdout" | tr '\n' ' ')" 'valid_min 50s valid_max 30000s scale_factor 0.0002f' 'a double scale is read' ;;
	esac
done

# -- which companions are used

small d aqua 20240105T120000 day -S SST,SST4,OC
run combiner -o d.out d/*.SST.nc
like "$stderr" 'SST4.nc: not used for a day granule' 'day: SST4 is left out'
is "$(l2 data d.out/*.nc d/*.nc | wc -w)" 10 '... and OC used'
run combiner -o d.compat --compat d/*.SST.nc
is "$(l2 data d.compat/*.nc d/*.nc | wc -w)" 14 'unless as the reference does'
small n aqua 20240211T000001 night -S SST,OC
run combiner -o n.out -w 0 n/*.SST.nc
is "$(l2 data n.out/*.nc n/*SST.nc | wc -w)" 8 'night: never ocean colour'
small v viirs 20240211T000001 day -S SST,OC
run combiner -o v.out v/*.SST.nc
is "$(l2 data v.out/*.nc v/*.SST.nc | wc -w)" 8 'VIIRS day: needs nothing'
run combiner -o v.listed v/*.SST.nc v/*.OC.nc
is "$(l2 data v.listed/*.nc v/*.nc | wc -w)" 10 '... but a listed OC file is used'

# the holding tank, of the type first
small tank aqua 20240301T010101 night
mkdir -p t2/processor/input/holding_tank/AQUA_REFINED t2/in
mv tank/*.SST.nc t2/in
cp tank/*.SST4.nc t2/processor/input/holding_tank
run combiner --root t2 -o t2/out t2/in/*.SST.nc
is "$(l2 data t2/out/*.nc t2/in/*.nc tank/*.SST4.nc | wc -w)" 12 'a companion in the holding tank'
l2 edit t2/processor/input/holding_tank/*.SST4.nc "d.processing_version = '2019.1QL'"
rm -r t2/out
run combiner --root t2 -o t2/out -w 0 t2/in/*.SST.nc
is "$(l2 data t2/out/*.nc t2/in/*.nc | wc -w)" 8 '... near real time does not go with refined'
mv tank/*.SST4.nc t2/processor/input/holding_tank/AQUA_REFINED
run combiner --root t2 -o t2/out t2/in/*.SST.nc
is "$(l2 data t2/out/*.nc t2/in/*.nc t2/processor/input/holding_tank/AQUA_REFINED/*.nc | wc -w)" 12 \
	'... the tank of the type comes first; a file without it is made again'

# a companion is of the type of its SST file, wherever it is
small types aqua 20240302T010101 night
small types aqua 20240302T010601 day --oc-offset 2
for f in types/*.SST4.nc types/*.OC.nc; do
	l2 edit "$f" "d.processing_version = '2019.1QL'"
done
run combiner -o types.out -w 0 types/*.SST.nc
is "$(l2 data types.out/*GSSTN.nc types/*01.L2.SST.nc | wc -w) $(l2 data types.out/*GSSTD.nc types/*0601.L2.SST.nc | wc -w)" '8 8' \
	'near real time companions beside a refined file'
is "$(printf '%s\n' "$stderr" | grep -c 'is quicklook, the SST file is not; passed over$')" 2 '... are passed over'
small both aqua 20240303T010101 night --nrt
small both aqua 20240303T010101 night -S SST4
run combiner -o both.out both/*.SST.NRT.nc
is "$status $(l2 data both.out/*.nc both/*.NRT.nc | wc -w)" '0 12' 'that of the same type is found first'

# -- older and stranger files

small old aqua 20130105T120000 night --generation 14
(cd old && for f in *; do mv "$f" "A2013005120000.L2_LAC_$(echo "$f" | sed 's/.*L2\.//')"; done)
run combiner -o old.out old/A2013005120000.L2_LAC_SST.nc
is "$status $stdout" '0 old.out/refined_A2013005120000.LAC_GSSTN.nc' 'names before 2019'
is "$(l2 data old.out/*.nc old/*.nc | wc -w)" 12 '... find their companions'
small new viirs 20250105T120000 night --generation 24 --nrt
run combiner -o new.out new/*.SST.NRT.nc
is "$status $stdout" '0 new.out/V20250105T120000.SNPP_GSSTN.nc' 'near real time by name and contents'
is "$(l2 data new.out/*.nc new/*.nc | wc -w)" 12 '... with its companion'
small alias viirs 20250106T120000 night
l2 edit alias/*.SST3.nc "rename('qual_sst_triple', 'qual_sst'); rename('bias_sst_triple', 'bias_sst3')"
run combiner -o alias.out alias/*.SST.nc
like "$stderr" 'geophysical_data/qual_sst taken for qual_sst_triple' 'other names in SST3 files'
is "$status $(ncdump -h alias.out/*.nc | grep -c '(time, nj, ni) ;')" '0 11' '... are used'
small short terra 20250106T120000 day
l2 edit short/*.SST.nc "d.time_coverage_start = '2025-01-06T12:00:00.5Z'; d.time_coverage_end = '2025-01-06T12:05:00Z'"
run combiner -o short.out -w 0 short/*.SST.nc
like "$(l2 atts short.out/*.nc)" 'Start_Millisec 43200500' 'a fraction of one digit'
run combiner -o short.compat --compat -w 0 short/*.SST.nc
like "$(l2 atts short.compat/*.nc)" 'Start_Millisec 43200005' '... as the reference reads it'

# -- waiting

small wait terra 20240105T235800 day -S SST
for age in 17880 17890; do
	touch -d "-$age seconds" wait/*.nc
	run combiner -o wait.out -t quicklook --waiting waiting wait/*.nc
	is "$status $stdout" '0 ' "$age s old: it waits"
	is "$stderr" 'combiner: SST wait: TERRA_MODIS.20240105T235800.L2.SST.nc | threshold: 300 | file age: 298' '... and says so'
done
is "$(cat waiting)" TERRA_MODIS.20240105T235800.L2.SST.nc 'the waiting list, once'
touch -d '-17975 seconds' wait/*.nc
run combiner -o wait.out -t quicklook wait/*.nc
is "$stdout" wait.out/T20240105T235800.LAC_GSSTD.nc '299.5 minutes are 300: go on without'
run combiner -o wait.out -t quicklook -w 301 --force wait/*.nc
like "$stderr" 'until it is 301 minutes old' '-w'
touch wait/*.nc
run combiner -o wait.args -t quicklook wait/*.nc
is "$status $stdout" '1 ' 'flat and from the arguments: nothing will come later'
like "$stderr" 'L2.SST.nc: waits for companions until it is 300 minutes old; -w 0 combines it now$' '... and it says what helps'
touch -d '-17975 seconds' wait/*.nc
run combiner -o wait.ref -t refined wait/*.nc
is "$stdout" wait.ref/refined_T20240105T235800.LAC_GSSTD.nc 'refined files do not wait'

# -- job lists, final log, JSON, dry run

list=tree/combiner/downloads/combiner_file_lists_AQUA_quicklook_2024_01_01_00_00_00_0_1234.json
small $tree aqua 20240209T000001 mixed --oc-offset 2
small $tree aqua 20240211T000001 night -S SST,OC
echo 'not netCDF' >$tree/AQUA_MODIS.20240210T000001.L2.SST.nc
cat >$list <<!
[[], ["AQUA_MODIS.20240209T000001.L2.SST.nc", "AQUA_MODIS.20240209T000001.L2.SST4.nc", "x.md5",
"AQUA_MODIS.20240210T000001.L2.SST.nc", "AQUA_MODIS.20250106T235800.L2.SST.nc", "../AQUA_MODIS.20250106T235800.L2.SST.nc",
"AQUA_MODIS.20240211T000001.L2.SST.nc"]]
!
AWS_BATCH_JOB_ID=3f0c:1 AWS_BATCH_JOB_ARRAY_INDEX=1 run combiner --root tree --job $list
is "$status" 1 'some failed'
is "$stdout" "$combined/2024/40/A20240209T000001.LAC_GSSTN.nc
$combined/2024/40/A20240209T000001.LAC_GSSTD.nc
$combined/2024/42/A20240211T000001.LAC_GSSTN.nc" 'the others are done'
like "$stderr" "^combiner: $tree/AQUA_MODIS.20250106T235800.L2.SST.nc: no such file$" 'a file that is not there'
like "$stderr" 'AQUA_MODIS.20250106T235800.L2.SST.nc: not a bare name' 'a path is no name'
like "$stderr" 'AQUA_MODIS.20240210T000001.L2.SST.nc: not a netCDF-4 file' 'not netCDF'
is "$(printf '%s\n' "$stderr" | tail -n 1)" 'print_final_log - INFO : final_log: dataset: MODIS Aqua - processing_type: QUICKLOOK - job_id: 3f0c:1 - job_index: 1 - json_file: combiner_file_lists_AQUA_quicklook_2024_01_01_00_00_00_0_1234.json - number_sst_combined: 5 - number_combined_created: 3 - combiner_wait_total: 0 - processed: AQUA_MODIS.20240209T000001.L2.SST.nc, AQUA_MODIS.20240209T000001.L2.SST4.nc, AQUA_MODIS.20240209T000003.L2.OC.nc, AQUA_MODIS.20240211T000001.L2.SST.nc - created: A20240209T000001.LAC_GSSTN.nc, A20240209T000001.LAC_GSSTD.nc, A20240211T000001.LAC_GSSTN.nc - quarantined: AQUA_MODIS.20240210T000001.L2.SST.nc - ' \
	'the final_log line'
is "$(ls tree/processor/input/quarantine)" 'AQUA_MODIS.20240210T000001.L2.SST.nc
AQUA_MODIS.20240210T000001.L2.SST.nc.reason' 'the bad file is in quarantine, with a reason'
like "$(cat tree/processor/input/ghrsst_error_log_archive_3f0c-1.txt)" \
	'^[0-9]{10},[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4},combiner,.*not a netCDF-4 file' 'the error archive'
AWS_BATCH_JOB_ATTEMPT=3 run combiner --root tree --job $list --index 1
is "$status" 0 'the last attempt ends well'
AWS_BATCH_JOB_ATTEMPT=3 run combiner --root tree --job $list --index 1 --strict
is "$status" 1 'unless --strict'
run combiner --root tree --job $list --index 0
is "$status $stdout" '0 ' 'an empty element'
like "$stderr" NO_FILES_FOUND '... is said'
run combiner --root tree --job $list --index 7
is "$status" 2 'no such element'

jobs=tree/combiner/jobs
small tree/combiner/downloads/MODIS_TERRA_L2_SST_OBPG_QUICKLOOK terra 20240105T235800 day -S SST
for _ in 1 2; do
	AWS_BATCH_JOB_ID=abc:3 run combiner --root tree tree/combiner/downloads/MODIS_TERRA_L2_SST_OBPG_QUICKLOOK/*
done
is "$(cat $jobs/terra_quicklook_"$(date -u +%Y%m%dT%H)"0000_abc-3.txt)" TERRA_MODIS.20240105T235800.L2.SST.nc \
	'the waiting list of the tree, once in two runs'
run combiner --root tree --final-log tree/combiner/downloads/MODIS_TERRA_L2_SST_OBPG_QUICKLOOK/*
like "$stderr" 'combiner_wait_total: 1 - sst_wait_file: TERRA_MODIS.20240105T235800.L2.SST.nc \| threshold: 300 \| file_age: 0 - $' \
	'waiting in the final log'

run combiner -o json --json wait/*.nc oc/*.SST.nc
is "$status $(printf '%s\n' "$stdout" | "$python" -c '
import json, sys
for line in sys.stdin:
    j = json.loads(line)
    print(j["state"], j["light"], j["type"], j["decision"], len(j["inputs"]), len(j["outputs"]), j["bytes"] > 1000, sorted(j))')" \
	"0 done day refined combined 2 1 True ['age', 'bytes', 'decision', 'inputs', 'light', 'outputs', 'reason', 'seconds', 'state', 'type']
done day refined combined 1 1 True ['age', 'bytes', 'decision', 'inputs', 'light', 'outputs', 'reason', 'seconds', 'state', 'type']" '--json'
run combiner -n -o dry wait/*.nc oc/*.SST.nc
tab=$(printf '\t')
is "$status $(printf '%s\n' "$stdout" | sed 's/[0-9]* min/N min/')" "0 oc/AQUA_MODIS.20240209T000001.L2.SST.nc${tab}day${tab}refined${tab}N min${tab}SST4 not needed${tab}OC oc/AQUA_MODIS.20240209T000003.L2.OC.nc${tab}combine${tab}dry/refined_A20240209T000001.LAC_GSSTD.nc
wait/TERRA_MODIS.20240105T235800.L2.SST.nc${tab}day${tab}refined${tab}N min${tab}SST4 not needed${tab}OC missing${tab}combine${tab}dry/refined_T20240105T235800.LAC_GSSTD.nc" \
	'--dry-run explains'
[ ! -e dry ]
ok $? '... and does nothing'
run combiner -o max --max 1 in/*.SST.nc
is "$status $(printf '%s\n' "$stdout" | wc -l)" '0 2' '--max ends after a granule'
like "$stderr" '1 granules left because of --max 1' '... and tells how many are left'

run combiner -o max --max 1 in/*.SST.nc
is "$(printf '%s\n' "$stdout" | wc -l)" 4 '... a second run goes on from there'
run combiner --json -o wait.json -t quicklook -w 100000 wait/*.nc
like "$stdout" '"state":"waiting","reason":"wait/.*: waits for.*"light":"day","type":"quicklook","age":[0-9]+,"decision":"waiting"' 'JSON of one that waits'
mkdir mail
touch -d '+90 seconds' wait/*.nc
run combiner -n -o dry -t refined wait/*.nc
like "$stdout" '0 min.*combine' 'a file of a clock that goes ahead is of age 0'
touch -d '-300 minutes' wait/*.nc
run combiner -n --notify mail --waiting waits --failed failed --final-log -o dry -t quicklook -w 1000 wait/*.nc $tree/AQUA_MODIS.20240212T000001.L2.SST.nc
is "$status $(ls mail; ls waits failed dry 2>/dev/null)" '1 ' 'a dry run tells nobody and leaves nothing'
unlike "$stderr" final_log '... not even a log line'
run combiner --notify mail -o mail.out $tree/AQUA_MODIS.20240212T000001.L2.SST.nc
is "$status $(cat mail/* | grep -c 'AQUA_MODIS.20240212T000001.L2.SST.nc: no such file')" '1 1' '--notify tells of failures'

# -- usage

run combiner --max x
is "$status" 2 'not a number'
run combiner --compat --exact-attributes in/*.SST.nc
is "$status" 2 'contradicting options'
run combiner -d aqua -o other in/SNPP_VIIRS.20191231T235400.L2.SST.nc
is "$status" 1 'a file of another dataset'
small nrt aqua 20240213T000001 night --nrt
run combiner --root tree --quarantine bad -t refined nrt/*.SST.NRT.nc
is "$status $stdout$(ls bad 2>/dev/null)" '1 ' 'a file that says it is quicklook'
like "$stderr" 'SST.NRT.nc: says that it is quicklook, not refined$' '... is not made refined'
[ -e in/SNPP_VIIRS.20191231T235400.L2.SST.nc ]
ok $? '... stays'
run combiner -o none </dev/null
is "$status $stdout" '0 ' 'nothing to do'
done_testing
