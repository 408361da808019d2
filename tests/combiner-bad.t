#!/bin/sh
# combiner: bad input of every kind, and what becomes of it
. "${0%/*}/lib.sh"
need py:netCDF4

l2() { "$python" "$top/tests/combiner.py" "$@"; }

small() {
	_dir=$1 _ds=$2 _time=$3 _flag=$4
	shift 4
	mkgranule -d "$_ds" -o "$_dir" --time "$_time" --flag "$_flag" --lines 4 --pixels 3 "$@" >/dev/null
}

small good aqua 20240105T000000 night
small good aqua 20240106T000000 day
night=AQUA_MODIS.20240105T000000.L2
day=AQUA_MODIS.20240106T000000.L2
n=0

# fresh - new copies of the good files in the tree; $in, $out, $quarantine
fresh() {
	rm -rf tree
	in=tree/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_REFINED
	out=tree/processor/input/AQUA_REFINED
	quarantine=tree/processor/input/quarantine
	mkdir -p $in
	cp good/* $in
}

# bad_sst MESSAGE CODE - an SST file changed by CODE is refused, quarantined with MESSAGE; others are done
bad_sst() {
	fresh
	l2 edit $in/$night.SST.nc "$2"
	run combiner --root tree $in/$night.SST.nc $in/$day.SST.nc
	is "$status $stdout" "1 $out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc" "$1"
	like "$stderr" "^combiner: $in/$night.SST.nc: $1" '... is said'
	is "$(ls $quarantine)" "$night.SST.nc
$night.SST.nc.reason" '... quarantined'
	like "$(cat $quarantine/*.reason)" "$1" '... with the reason'
	n=$((n + 1))
}

bad_sst 'geophysical_data/bias_sst: no such variable' "drop('bias_sst')"
bad_sst 'geophysical_data/l2_flags: no such variable' "drop('geophysical_data')"
bad_sst 'no group scan_line_attributes' "drop('scan_line_attributes')"
bad_sst 'geophysical_data/sst: is float, not short' "retype('sst', 'f4')"
bad_sst 'navigation_data/latitude: is double, not float' "retype('latitude', 'f8')"
bad_sst 'attribute instrument: OLCI is not MODIS' "d.instrument = 'OLCI'"
bad_sst 'attribute startDirection: Unknown is neither' "d.startDirection = 'Unknown'"
bad_sst 'attribute day_night_flag: Unknown is neither' "d.day_night_flag = 'Unknown'"
bad_sst 'attribute day_night_flag: missing' "d.delncattr('day_night_flag')"
bad_sst 'attribute time_coverage_end: missing' "d.delncattr('time_coverage_end')"
bad_sst 'attribute time_coverage_start: not a time: yesterday' "d.time_coverage_start = 'yesterday'"
bad_sst 'time_coverage_end is before time_coverage_start' "d.time_coverage_end = '1970-01-01T00:00:00.000Z'"
bad_sst 'attribute northernmost_latitude: 90.1 is not within' "d.northernmost_latitude = np.float32(90.1)"
bad_sst 'attribute westernmost_longitude: missing' "d.delncattr('westernmost_longitude')"
bad_sst 'attribute easternmost_longitude: nan is not within' "d.easternmost_longitude = np.float32(np.nan)"
bad_sst 'southernmost_latitude .* is north of' "d.southernmost_latitude = np.float32(89)"
bad_sst 'geophysical_data/l2_flags: 4 x 3, not 5 x 3' "d.scan_control_points = np.int32(5)"
bad_sst 'no usable dimension number_of_lines' "d.scan_control_points = np.int32(-1)"

# files that are not what they are called
for kind in text empty cut1 cut2 cut3 damaged; do
	fresh
	f=$in/$night.SST.nc
	size=$(stat -c %s $f)
	case $kind in
	text) echo '<html>log in</html>' >$f ;;
	empty) : >$f ;;
	cut1) truncate -s 8 $f ;;
	cut2) truncate -s $((size / 2)) $f ;;
	cut3) truncate -s $((size - 1)) $f ;;
	damaged)
		"$python" - $f <<'!'
import sys, h5py
with h5py.File(sys.argv[1]) as h:
    where = h["geophysical_data/sst"].id.get_chunk_info(0)
with open(sys.argv[1], "r+b") as f:
    f.seek(where.byte_offset + where.size // 2)
    f.write(b"\xff\xff\xff\xff")
!
		;;
	esac
	run combiner --root tree $in/*.SST.nc
	is "$status $(printf '%s\n' "$stdout" | grep -c .)" '1 1' "$kind"
	like "$stderr" "^combiner: $f: ..*" '... is named'
	is "$(ls $quarantine)" "$night.SST.nc
$night.SST.nc.reason" '... and quarantined'
	is "$(find tree -name '.*.part')" '' '... and nothing half made is left'
done

# bad_companion SUITE MESSAGE CODE - the companion is quarantined, the granule made without it
bad_companion() {
	fresh
	case $1 in
	OC) base=$day target=$out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc ;;
	*) base=$night target=$out/2024/5/refined_A20240105T000000.LAC_GSSTN.nc ;;
	esac
	l2 edit "$in/$base.$1.nc" "$3"
	run combiner --root tree $in/$base.SST.nc
	is "$status $stdout" "1 $target" "$1: $2"
	like "$stderr" "^combiner: $in/$base.$1.nc: $2" '... is said'
	is "$(ls $quarantine)" "$base.$1.nc
$base.$1.nc.reason" '... quarantined'
	is "$(l2 data "$target" $in/$base.SST.nc | wc -w)" 8 '... and left out'
}

bad_companion SST4 'geophysical_data/sst4: 3 x 3, not 4 x 3' 'resize(3, 3)'
bad_companion SST4 'geophysical_data/sst4: 4 x 5, not 4 x 3' 'resize(4, 5)'
bad_companion SST4 'geophysical_data/qual_sst4: no such variable' "drop('qual_sst4')"
bad_companion SST4 'geophysical_data/stdv_sst4: is int, not short' "retype('stdv_sst4', 'i4')"
bad_companion SST4 'last line at' "scan['msec'][-1] += 5000"
bad_companion SST4 'first left corner at' "nav['latitude'][0, 0] += 1"
bad_companion OC 'geophysical_data/chlor_a: 6 x 3, not 4 x 3' 'resize(6, 3)'
bad_companion OC 'geophysical_data/Kd_490: no such variable' "drop('Kd_490')"
bad_companion OC 'last right corner at' "nav['longitude'][-1, -1] += 1"

fresh
echo garbage >$in/$night.SST4.nc
run combiner --root tree --json $in/$night.SST.nc
is "$status $(ls $quarantine | head -n 1)" "1 $night.SST4.nc" 'a companion that is not netCDF'
like "$stdout" '"reason":".*SST4.nc: not a netCDF-4 file".*"decision":"combined"' '... is the reason in JSON'
fresh
cp good/$night.SST.nc $in/$night.SST4.nc
run combiner --root tree -w 100000 $in/$night.SST.nc
is "$status $stdout" '1 ' 'an SST file under the name of SST4; the granule waits for a better one'
is "$(cat tree/combiner/jobs/aqua_refined_*.txt)" $night.SST.nc '... and is listed'

# the same without a tree: bad files stay where they are
run combiner -o flat good/$night.SST.nc
cp -r good adhoc
l2 edit adhoc/$night.SST4.nc "drop('sst4')"
echo x >adhoc/$day.SST.nc
run combiner -o flat2 adhoc/*.nc
is "$status $stdout" '1 flat2/refined_A20240105T000000.LAC_GSSTN.nc' 'outside the tree'
is "$(ls adhoc)" "$(ls good)" '... nothing is moved'
is "$(printf '%s\n' "$stderr" | grep -c 'no such variable')" 1 '... and each failure said once'
run combiner -o flat3 --quarantine bad adhoc/*.nc
is "$(ls bad)" "$night.SST4.nc
$night.SST4.nc.reason
$day.SST.nc
$day.SST.nc.reason" '... unless there is a --quarantine'

# the reference's way: SST4 fails the granule, OC is used as far as possible
compat() {
	fresh
	l2 edit "$in/$1.nc" "$2"
	run combiner --compat --root tree $in/"${1%.*}".SST.nc
}

compat $night.SST4 'resize(3, 3)'
is "$status $stdout" '1 ' '--compat: too small an SST4 file fails the granule'
is "$(cd $quarantine && ls ./*.nc)" "./$night.SST.nc
./$night.SST4.nc" '... both are quarantined'
compat $night.SST4 "drop('bias_sst4')"
is "$status $stdout" '1 ' '--compat: so does a missing variable'
compat $night.SST4 'resize(6, 3)'
is "$status $stdout" '1 ' '--compat: one whose quality is too large too'
compat $day.OC 'resize(6, 3)'
is "$status $stdout" "0 $out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc" '--compat: OC too large'
is "$(l2 var $out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc K_490 | tail -n 1 | tr ' ' '\n' | sort -u)" -32767 \
	'... is defined, all fill'
compat $day.OC 'resize(3, 3)'
is "$status $(l2 data $out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc $in/$day.SST.nc | wc -w)" '0 8' '--compat: OC too small'
compat $day.OC "drop('chlor_a')"
is "$status $(l2 data $out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc $in/$day.SST.nc $in/$day.OC.nc | wc -w)" '0 9' \
	'--compat: chlor_a missing'
small mixed aqua 20240107T000000 mixed
l2 edit mixed/*.SST4.nc 'resize(3, 3)'
run combiner --compat -o mixed.out mixed/*.SST.nc
is "$status $stdout" '1 mixed.out/refined_A20240107T000000.LAC_GSSTD.nc' '--compat: the passes of a mixed granule are independent'

# single lines
mkgranule -d aqua -o one --time 20240108T000000 --flag night --lines 1 --pixels 3 >/dev/null
l2 edit one/*.SST.nc "d.time_coverage_end = d.time_coverage_start; d.endDirection = d.startDirection = 'Ascending'"
run combiner -o one.out one/*.SST.nc
is "$status $stdout" '0 one.out/refined_A20240108T000000.LAC_GSSTN.nc' 'a single line is enough'
run combiner --compat -o one.compat one/*.SST.nc
is "$status" 1 '... not for the reference'
small l9 viirs 20240109T000000 day
l2 edit l9/*.SST.nc "scan['year'][0] = -32767; scan['day'][0] = -32767"
run combiner -o l9.out l9/*.SST.nc
like "$status $(l2 atts l9.out/*.nc | tr '\n' ' ')" '^0 .*Start_Year 2024 Start_Day 9' 'a first line without a date'
run combiner --compat -o l9.compat l9/*.SST.nc
is "$status" 1 '... fails in the reference'

# lists
fresh
long=$(printf '%5000s' x | tr ' ' y)
printf '%s\n' "$long" '../../etc/passwd' "$in/../../$night.SST.nc" 'AQUA_MODIS.20240105T000000.L2.IOP.nc' \
	'AQUA_MODIS.20249905T000000.L2.SST.nc' "$in/$day.SST.nc" >list
printf 'bin\001ary\n' >>list
run combiner --root tree <list
is "$status $stdout" "1 $out/2024/6/refined_A20240106T000000.LAC_GSSTD.nc" 'a bad list: what is good is done'
like "$stderr" 'line 1: longer than 4096 bytes' 'a line too long'
like "$stderr" 'passwd: not the name of an OBPG' 'a name outside the patterns'
like "$stderr" 'AQUA_MODIS.20240105T000000.L2.SST.nc: no such file' 'a file that is not there'
like "$stderr" 'L2.IOP.nc: not the name' 'another suite'
like "$stderr" 'AQUA_MODIS.20249905T000000.L2.SST.nc: not the name' 'no such day'
like "$stderr" 'line 7: control characters' 'binary'
head -c 100000 /dev/urandom >random
run combiner --root tree <random
is "$stdout" '' 'a random list makes nothing'
mkdir $in/AQUA_MODIS.20240110T000000.L2.SST.nc
run combiner --root tree $in/AQUA_MODIS.20240110T000000.L2.SST.nc
is "$status" 1 'a directory of that name'

# where nothing can be written
: >file
run combiner -o file/sub $in/$day.SST.nc
is "$status $stdout" '3 ' 'an output directory that cannot be made'
like "$stderr" 'combiner: file/sub' '... is named'
[ -e $in/$day.SST.nc ] && [ ! -e $quarantine ]
ok $? '... and the input is not to blame'
mkdir -p taken/refined_A20240106T000000.LAC_GSSTD.nc
run combiner -o taken $in/$day.SST.nc
is "$status $stdout" '3 ' 'a directory where the file belongs'
[ -e $in/$day.SST.nc ] && [ ! -e $quarantine ]
ok $? '... neither'
run sh -c "combiner -o closed $in/$day.SST.nc >/dev/full"
is "$status" 3 'nobody to print to'
done_testing
