#!/bin/sh
# downloader: lists in, the tree out, what is skipped, what is refused; options, job lists, logs.
. "${0%/*}/lib.sh"
need ncgen
. "$top/tests/downloader-lib.sh"

fixtures
misbehave

# ---- the worked example: an array child with one missing file ----

is "$(sha1 "srv/$N1") $(sha1 "srv/$N2")" "$S1 $S2" 'the fixtures are those of the worked example'
mkdir lists
index=downloads_file_lists_AQUA_refined_2023_01_25_00_00_00_0_8720.json
list=aqua_refined_2023_01_25_00_00_00_0_1_8720.txt
echo '["aqua_refined_2023_01_25_00_00_00_0_0_8720.txt", "'$list'"]' >lists/$index
cat >lists/$list <<!
$H/cgi/getfile/$N1 $S1
$H/cgi/getfile/$N2 $S2

$H/cgi/getfile/AQUA_MODIS.20230124T999999.L2.SST.nc $S2
!
job() {
	env AWS_BATCH_JOB_ID=11111111-2222-3333-4444-555555555555:1 AWS_BATCH_JOB_ARRAY_INDEX="${i:-1}" \
	    AWS_BATCH_JOB_ATTEMPT="${attempt:-1}" downloader --root root --retry-base 0.01 -j 1 "$@" </dev/null
}
final="print_final_log - INFO : final_log: dataset: MODIS Aqua - job_id: 11111111-2222-3333-4444-555555555555:1 -\
 job_index: 1 - json_file: $index - txt_file: $list - number_downloads: 2 - number_failed_downloads: 1 -\
 processed: $H/cgi/getfile/$N1 $S1, $H/cgi/getfile/$N2 $S2 -\
 failed_downloads: AQUA_MODIS.20230124T999999.L2.SST.nc - "
start='startup_generic_downloader.csh - INFO:'
driver='generic_level2_downloader_driver_via_fork_historical - INFO :'

run job --job lists/$index
is "$status" 1 'an array child with one missing file'
is "$stdout" "root/${D}_REFINED/$N1
root/${D}_QUICKLOOK/$F2" 'the two others are in the tree, without .NRT'
is "$(tail -n 1 "$run_err")" "$final" 'the final line, to the byte'
is "$(sed 5q "$run_err")" "$start Dataset: MODIS Aqua
$start Job identifier: 11111111-2222-3333-4444-555555555555:1
$start Job index: 1
$start JSON file: $index
$start TXT file: $list" 'the five lines of the start'
is "$(grep Processed "$run_err")" "$driver Processed: $H/cgi/getfile/$N1 $S1
$driver Processed: $H/cgi/getfile/$N2 $S2" 'a line for each success'
is "$(grep Number "$run_err")" "generic_level2_downloader - INFO: Number of downloads: 2
generic_level2_downloader - INFO: Number of failed downloads: 1" 'the numbers'
like "$stderr" "^downloader: $list: line 4: AQUA_MODIS.20230124T999999.L2.SST.nc: not the name" 'the third has no valid time'
is "$(sha1 "root/${D}_REFINED/$N1") $(sha1 "root/${D}_QUICKLOOK/$F2")" "$S1 $S2" 'the contents are right'
is "$(find root -type f | wc -l)" 2 'nothing else is left in the tree'
is "$(left "root/$D/.hidden")" '' '... nor in the staging directory'
attempt=3 run job --job lists/$index
is "$status" 0 'on the last attempt the job ends well'
attempt=3 run job --job lists/$index --strict
is "$status" 1 '... not with --strict'
is "$(tail -n 1 "$run_err" | grep -o 'number_downloads: 2')" 'number_downloads: 2' 'what is there counts as processed'

i=7 run job --job lists/$index
is "$status" 2 'an index behind the end of the array is wrong usage'
run job --job lists/none.json
is "$status" 2 'so is a job list that is not there'
i=0 run job --job lists/$index
is "$status" 2 '... and a list that is not there'
like "$stderr" 'downloader: lists/aqua_refined_2023_01_25_00_00_00_0_0_8720.txt: No such file' '... which is named'
echo '["../'$list'"]' >lists/evil.json
i=0 run job --job lists/evil.json
is "$status" 2 'a list elsewhere is refused'
printf '\n\n' >lists/empty.txt
echo '["empty.txt"]' >lists/e.json
i=0 run job --job lists/e.json -d aqua
is "$status" 0 'an empty list is a success'
is "$(tail -n 1 "$run_err")" "print_final_log - INFO : final_log: dataset: MODIS Aqua - job_id:\
 11111111-2222-3333-4444-555555555555:1 - job_index: 0 - json_file: e.json - txt_file: empty.txt - " \
    '... with its final line'

# ---- there already ----

forget
touch -d '2001-02-03 04:05:06 UTC' "root/${D}_REFINED/$N1"
run downloader --root root --json "$H/ok/$N1 $S1"
is "$status $(asked .)" '0 0' 'what is there and verified costs no request'
like "$stdout" "^\{\"inputs\":\[\"$H/ok/$N1\"\],\"outputs\":\[\"root/${D}_REFINED/$N1\"\],\"state\":\"skipped\",\
\"reason\":null,\"seconds\":[0-9.e-]+,\"bytes\":184,\"url\":\"$H/ok/$N1\",\"class\":\"refined\",\"sha1\":\"$S1\",\"tries\":0\}\$" '--json says so'
is "$(stat -c %Y "root/${D}_REFINED/$N1")" 981173106 '... and its time of arrival stays'
run downloader --root root --force --json "$H/ok/$N1 $S1"
is "$(asked .)" 1 '--force fetches it again'
like "$stdout" '"state":"done".*"tries":1}$' '--json says that too'
run downloader -o o --json --retry-base 0.01 "$H/status-500/$N1?appkey=hush $S1"
like "$stdout" "^\{\"inputs\":\[\"$H/status-500/$N1\"\],\"outputs\":\[\],\"state\":\"failed\",\"reason\":\"$H/status-500/$N1: HTTP 500\"" '... and of a file that failed, why'
[ "$(stat -c %Y "root/${D}_REFINED/$N1")" -gt 1600000000 ]
ok $? 'a download has the time of its arrival, not the server'\''s'
echo damaged >"root/${D}_REFINED/$N1"
run downloader --root root "$H/ok/$N1 $S1"
is "$(sha1 "root/${D}_REFINED/$N1")" "$S1" 'a file of another digest is replaced'
run downloader --root root --retry-base 0.01 "$H/ok/$N1 $S2"
is "$status $(sha1 "root/${D}_REFINED/$N1")" "1 $S1" '... but only by one that verifies'
like "$stderr" "^downloader: $H/ok/$N1: wrong checksum: $S1, listed is $S2\$" '... and the message tells both'

# ---- lines ----

forget
rm -rf o
run downloader -o o <<!
# a comment
	
$H/ok/$N1	$(echo "$S1" | tr a-f A-F)
$H/ok/$N1 $S1
$H/ok/$N1 $S1
$H/ok/$N2?appkey=hush,$S2 more
!
is "$status" 0 'tab, comma, upper case, comment, blank line, third field, query'
is "$(printf '%s\n' "$stdout" | sort)" "o/$N1
o/$F2" 'duplicates are done once, -o is flat'
is "$(asked .)" 2 '... and asked for once'
is "$(asked 'appkey=hush')" 1 'the query is sent'
rm -rf o
run downloader -o o --json --final-log "$H/ok/$N2?appkey=hush $S2"
unlike "$stdout$stderr" hush '... and not shown'
rm -rf o
run downloader -o o --retry-base 0.01 -v "$H/status-500/$N2?appkey=hush $S2"
unlike "$stdout$stderr" hush '... not when it fails'

rm -rf o
printf '\357\273\277%s %s\r\n%s %s' "$H/ok/$N1" "$S1" "$H/ok/$N2" "$S2" >dos
run downloader -o o <dos
is "$status $(left o)" "0 $N1 $F2" 'byte order mark, CR LF, no newline at the end'
rm -rf o
printf '%s %s\0%s %s\0' "$H/ok/$N1" "$S1" "$H/ok/$N2" "$S2" >nul
run downloader -0 -j 1 -o o <nul
is "$status $(tr '\0' '|' <"$run_out")" "0 o/$N1|o/$F2|" '-0: NUL-separated both ways'
rm -rf o
run downloader -o o - <dos
is "$status $(left o)" "0 $N1 $F2" '- is standard input'
rm -rf o
run downloader -o o --no-checksum "$H/ok/$N1 $S2"
is "$status $(left o)" "0 $N1" '--no-checksum ignores the list'\''s'
like "$stderr" '^downloader: 1 files? came without a checksum' '... and says what that means'

rm -rf o
head -c 300 /dev/urandom | tr -d '\n' >binary
{
	echo "$H/ok/$N1 $S1"
	echo "$H/ok/$N1 123abc"
	echo "$H/ok/foo.nc $S1"
	echo "$H/ok/../$N1 $S1"
	echo "$H/ok/..%2f..%2f$N1 $S1"
	echo "../../$N1 $S1"
	echo "$H/ok/ $S1"
	echo "ftp://127.0.0.1/$N1 $S1"
	echo "http://user:hush@127.0.0.1/$N1 $S1"
	cat binary
	echo
	printf 'https://127.0.0.1/%05000d/%s\n' 0 "$N1"
	echo "https:///$N1 $S1"
	echo "$H/ok/SNPP_VIIRS.20230124T201200.L2.SST.nc $S1"
	echo "$H/ok/$N2 $S2"
} >bad
run downloader -d aqua -o o --failed failed <bad
is "$status" 1 'bad lines fail, the others are done'
is "$(left o)" "$N1 $F2" '... first and last'
like "$stderr" "^downloader: standard input: line 2: $N1: \"123abc\" is no checksum" 'a checksum of foreign length'
like "$stderr" '^downloader: standard input: line 3: foo.nc: not the name of an OBPG' 'a name of no known pattern'
like "$stderr" '^downloader: standard input: line 4: .*".." in it is refused' 'a path that climbs'
like "$stderr" '^downloader: standard input: line 5: ' '... encoded'
like "$stderr" '^downloader: standard input: line 6: .*".." in it is refused' '... in a bare name'
like "$stderr" '^downloader: standard input: line 7: .*no file name' 'no name'
like "$stderr" '^downloader: standard input: line 8: .*not an https URL' 'another scheme'
like "$stderr" '^downloader: standard input: line 9: .*password' 'credentials in a URL'
unlike "$stderr" hush '... which are not shown'
like "$stderr" '^downloader: standard input: line 10: .*control characters' 'binary rubbish'
like "$stderr" '^downloader: standard input: line 11: .*longer than 4096' 'a line that is too long'
like "$stderr" '^downloader: standard input: line 12: ' 'no host'
like "$stderr" '^downloader: standard input: line 13: SNPP_VIIRS.* not a file of aqua' 'a file of another dataset than -d'
is "$(wc -l <failed)" 12 '--failed has them'
is "$(sed -n 1p failed)" "$H/ok/$N1 123abc" '... as they were'

printf '%s\0%s\n%5000s\n' "$H/ok/$N1 " "$S1" x | tr ' ' y >bad
run downloader -o o --failed failed <bad
sed -n 1p bad >line
sed -n 1p failed | cmp line -
ok $? '... with a NUL in it'
sed -n 2p failed >again
run downloader -o o --failed failed <again
is "$status $(cmp again failed) $(($(wc -c <again) > 4097))" '1  1' '... and the begin of one that is too long, which stays so'

# whatever the program: a list that is none
"$python" -c '
import random, sys
random.seed(1)
sys.stdout.buffer.write(random.randbytes(100000))' >random
for p in downloader "combiner --root tree" "processor --root tree" "uploader --to to --root tree" \
	"partition -o o --engine none" "dlc -d aqua --no-state --from-file random"; do
	run $p <random
	is "$status $(printf '%s\n' "$stderr" | grep -c control)" '1 20' "${p%% *}: twenty lines of a binary file are named"
	like "$stderr" "^${p%% *}: [34][0-9][0-9] more bad lines" '... and the others counted'
done

run downloader -d viirs -o o --failed failed "  http://example.org/$N1	$S1 "
is "$(cat failed)" "https://example.org/$N1	$S1" '... with https and without blanks around them'

# ---- two lines for one final name: the last counts, and no name is printed twice ----

V=AQUA_MODIS.20230124T202000.L2.SST.nc
cdl "$V" R2022.1 >v.cdl
ncgen -k classic -o "srv/$V" v.cdl
SV=$(sha1 "srv/$V")
two() {
	rm -rf o root
	forget
	run downloader "$@" --failed failed <two
}
printf '%s\n' "$H/ok/$N2 $S2" "$H/ok/$V $SV" >two
two -o o
is "$status $stdout $(sha1 "o/$V")" "1 o/$V $SV" 'N.NRT.nc and N.nc with -o'
like "$stderr" "^downloader: $H/ok/$N2: a later line of the list is about $V, too: the last one counts\$" '... the other failed'
is "$(cat failed)" "$H/ok/$N2 $S2" '... and is kept'
two -o o -j 1
is "$status $stdout $(sha1 "o/$V")" "1 o/$V $SV" '... with -j 1'
printf '%s\n' "$H/ok/$V $SV" "$H/ok/$N2 $S2" >two
two -o o --json
is "$status $(printf '%s\n' "$stdout" | grep -c "o/$V") $(sha1 "o/$V")" "1 1 $S2" '... the other way round, with --json'
two --root root
is "$status $(printf '%s\n' "$stdout" | sort)" "0 root/${D}_QUICKLOOK/$V
root/${D}_REFINED/$V" 'in the tree they are two files'
printf '%s\n' "$H/ok/$V $S1" "$H/slow-9/$V $SV" "$H/ok/$V?x $SV" >two
two --root root --retry-base 0.01
is "$status $stdout $(sha1 "root/${D}_REFINED/$V")" "1 root/${D}_REFINED/$V $SV" 'two checksums, and one of them from two places'
is "$(cat failed)" "$H/ok/$V $S1" '... one failed, the other two are one'
mkfifo late
(echo "$H/ok/$N2 $S2" && sleep 1 && echo "$H/ok/$V $SV") >late &
rm -rf o
run downloader -o o <late
is "$status $stdout $(sha1 "o/$V")" "1 o/$V $SV" 'the second comes when the first is done: it replaces it ...'
like "$stderr" "^downloader: $H/ok/$V: o/$V was made of another line of the list; this one, the last, has replaced it" \
	'... which is said, and the name is not printed again'

# ---- what becomes of netCDF ----

rm -rf o
echo 'not netCDF' >"srv/AQUA_MODIS.20230124T210000.L2.SST.nc"
big AQUA_MODIS.20230124T210500.L2.SST.nc 100
cp srv/AQUA_MODIS.20230124T210500.L2.SST.nc whole.nc
truncate -s 50000 srv/AQUA_MODIS.20230124T210500.L2.SST.nc
head -c 180 "srv/$N1" >/dev/null
ncgen -k classic -o srv/AQUA_MODIS.20230124T211000.L2.SST.nc big.cdl
truncate -s 50000 srv/AQUA_MODIS.20230124T211000.L2.SST.nc
printf '%s\n' "$H/ok/AQUA_MODIS.20230124T210000.L2.SST.nc" "$H/ok/AQUA_MODIS.20230124T210500.L2.SST.nc" \
    "$H/ok/AQUA_MODIS.20230124T211000.L2.SST.nc" "$H/ok/$N1" >list
run downloader -o o --retry-base 0.01 --failed failed <list
is "$status $(left o)" "1 $N1" 'without a checksum: only what is netCDF gets a name'
like "$stderr" '^downloader: AQUA_MODIS.20230124T210000.L2.SST.nc: not a netCDF file$' 'not netCDF'
like "$stderr" '^downloader: AQUA_MODIS.20230124T210500.L2.SST.nc: damaged netCDF file' 'truncated HDF5'
like "$stderr" '^downloader: AQUA_MODIS.20230124T211000.L2.SST.nc: truncated netCDF file$' 'truncated classic netCDF'
is "$(sort failed)" "$(sed '$d' list)" '--failed has the three lines'
run downloader -o o --retry-base 0.01 "$H/ok/AQUA_MODIS.20230124T210000.L2.SST.nc $(sha1 srv/AQUA_MODIS.20230124T210000.L2.SST.nc)"
is "$status" 1 'a right checksum does not make netCDF of it'
run downloader --failed failed -o o "$H/ok/$N1 $S1"
is "$(wc -c <failed)" 0 'an earlier --failed list is replaced by an empty one'

# without a checksum the file is opened in a process of its own
rm -rf o
B=AQUA_MODIS.20230124T213000.L2.SST.nc
big $B 10
printf '%s\n' "$H/ok/$B" "$H/ok/$N1" >list
# shellcheck disable=SC2046
if compile -shared -fPIC $(pkg-config --cflags hdf5 2>/dev/null || echo -I/usr/include/hdf5/serial) -o crash.so \
    "$top/tests/data/crash.c" 2>/dev/null && ! nm "$BINDIR/downloader" | grep -q __asan; then
	for how in 'segv killed by signal 11' 'abort killed by signal 6' 'grow damaged netCDF file'; do
		rm -rf o
		CRASH=${how%% *} run env LD_PRELOAD="$work/crash.so" downloader -o o --retries 0 <list
		is "$status $stdout $(left o)" "1 o/$N1 $N1" "${how%% *} in the library: one fails, the other is done"
		like "$stderr" "^downloader: $B: ${how#* }" '... is said'
	done
	CRASH=segv run env LD_PRELOAD="$work/crash.so" downloader -o o "$H/ok/$N1 $S1"
	is "$status" 0 'with a checksum it is not'
else
	skip 7 'the replacement of H5Fopen cannot be built, or preloaded'
fi
if "$python" -c 'import h5py' 2>/dev/null; then
	"$python" -c 'import h5py, sys
h5py.File(sys.argv[1], "r+")["a"] = h5py.SoftLink("/")' "srv/$B" 2>/dev/null || "$python" -c 'import h5py, sys
h5py.File(sys.argv[1], "r+")["b"] = h5py.SoftLink("/")' "srv/$B"
	run timeout 60 downloader -o o --retries 0 "$H/ok/$B"
	is "$status" 1 'a file without end'
	like "$stderr" "^downloader: $B: .*soft link" '... is refused by its name'
else
	skip 2 'no h5py'
fi

class() {
	cdl "$1" "$2" | sed "${4:-}" >c.cdl
	ncgen -k "${kind:-nc4}" -o "srv/$3" c.cdl
	rm -rf root
	run downloader --root root "$H/ok/$3 $(sha1 "srv/$3")"
}
class "$N1" R2022.0QL "$N1"
is "$stdout" "root/${D}_QUICKLOOK/$N1" 'QL in processing_version is quicklook'
like "$stderr" 'quicklook by its attributes, refined by its name' '... and a name that disagrees gets a remark'
class "$N2" R2022.0 "$N2"
is "$stdout" "root/${D}_QUICKLOOK/$F2" '.NRT in product_name is quicklook'
is "$stderr" '' '... as the name says'
class "$N1" R2022.0ql "$N1"
is "$stdout" "root/${D}_REFINED/$N1" 'ql is not QL'
class "$N1" R2022.0 "$N2"
is "$stdout" "root/${D}_REFINED/$F2" 'listed as .NRT, but refined'
class "$N2" R2022.0 "$N2" '/processing_version/d'
is "$stdout" "root/${D}_QUICKLOOK/$F2" 'one attribute is enough'
class x x "$N2" '/processing_version/d; /product_name/d'
is "$stdout" "root/${D}_QUICKLOOK/$F2" 'without both the name decides'
like "$stderr" 'neither processing_version nor product_name' '... with a remark'
class "$N1" R2022.0QL "$N1" 's/:p/string :p/'
is "$stdout" "root/${D}_QUICKLOOK/$N1" 'attributes of type string'
kind=classic
class "$N1" R2022.0QL "$N1"
is "$stdout" "root/${D}_QUICKLOOK/$N1" 'a classic file'
class "$(printf '%02000d' 0).NRT" R2022.0 "$N1"
is "$stdout" "root/${D}_QUICKLOOK/$N1" 'an attribute of 2,000 bytes'
kind=nc4
class "$(printf '%02000d' 0).NRT" R2022.0 "$N1"
is "$stdout" "root/${D}_QUICKLOOK/$N1" '... of netCDF-4'
fixtures

# ---- other options ----

rm -rf o root
forget
run downloader -n --root root "$H/ok/$N1 $S1" "$H/ok/$N2 $S2"
is "$status $stdout" '0 ' '-n prints no results'
is "$stderr" "downloader: $H/ok/$N1 -> root/${D}_QUICKLOOK/$N1
downloader: $H/ok/$N1 -> root/${D}_REFINED/$N1
downloader: $H/ok/$N2 -> root/${D}_QUICKLOOK/$F2
downloader: $H/ok/$N2 -> root/${D}_REFINED/$F2" '... but what it would do'
[ "$(asked .)" = 0 ] && [ ! -e root ]
ok $? '... and touches nothing'
run downloader --max 1 -o o <dos
is "$status $(left o)" "0 $N1" '--max 1: one file'
is "$stderr" 'downloader: 1 lines were not attempted' '... and the rest is counted'
run downloader -o notified --notify notes --retry-base 0.01 "$H/ok/foo.nc" "$H/status-500/$N1 $S1"
is "$(cat notes/* | grep -c 'foo.nc\|HTTP 500')" 2 '--notify tells operators, once a run'
run downloader --max xx -o o <dos
is "$status" 2 '--max xx is wrong usage'
run downloader -j 17 -o o <dos
is "$status" 2 '-j 17 too'
run downloader -d aquarius -o o <dos
is "$status" 2 'an unknown dataset too'
run downloader --cacert none.pem -o o <dos
is "$status" 2 'a missing --cacert too'
run downloader --job lists/$index extra
is "$status" 2 'arguments beside --job too'
run downloader -o o </dev/null
is "$status $stdout$stderr" '0 ' 'nothing to do is done'

rm -rf o
forget
run downloader -j 4 --min-interval 0.5 -o o <dos
is "$("$python" - <<'!'
import json
t = [json.loads(line)["time"] for line in open("requests")]
print(len(t), t[1] - t[0] > 0.3)
!
)" '2 True' '--min-interval paces requests'

run downloader -o /dev/null/x "$H/ok/$N1 $S1"
is "$status" 3 'an impossible directory is a failure of the surroundings'
mkdir readonly
chmod 555 readonly
if [ "$(id -u)" != 0 ]; then
	run downloader -o readonly "$H/ok/$N1 $S1"
	is "$status" 3 'an unwritable directory too'
else
	chattr +i readonly 2>/dev/null || mount --bind -r . readonly 2>/dev/null
	if ! touch readonly/x 2>/dev/null; then
		forget
		run downloader -o readonly "$H/ok/$N1 $S1"
		is "$status $(asked .)" '3 0' 'an unwritable directory too, before any request'
	else
		skip 1 'root may write everywhere here'
	fi
	chattr -i readonly 2>/dev/null || umount readonly 2>/dev/null
fi

# ---- many ----

mkdir -p many
awk -v url="$H/ok" -v sum="$S1" 'BEGIN {
	for (i = 0; i < 10000; i++)
		printf "%s/AQUA_MODIS.2023%02d%02dT%02d%02d00.L2.SST.nc %s\n", url, i / 6720 + 1, i / 240 % 28 + 1,
		    i / 10 % 24, i % 10 * 5, sum
}' >many.list
sed 's,.*/\(.*\) .*,\1,; 9990q' many.list | "$python" -c '
import os, sys
for line in sys.stdin:
    os.link(sys.argv[1], "many/" + line.strip())' "srv/$N1"
forget
run downloader -o many --retry-base 0.001 <many.list
is "$status $(printf '%s\n' "$stdout" | wc -l)" '1 9990' 'a list of 10,000 lines'
is "$(asked .)" 30 '... of which 10 were not there, and not on the server'

# A slow writer: the first file is done before the second line comes.
mkfifo pipe
rm -rf o
downloader -o o <pipe >out &
reader=$!
exec 9>pipe
echo "$H/ok/$N1 $S1" >&9
wait_for test -s out
is "$(cat out)" "o/$N1" 'a result is printed while the list is still being written'
printf '%s' "$H/ok/$N2" >&9
sleep 0.2
echo " $S2" >&9
wait_for test -e "o/$F2"
ok $? '... also when a line comes in pieces'
exec 9>&-
wait $reader
is "$?" 0 'the end of the list ends the run'

rm -rf o
downloader -o o <dos | true
ok 0 'a reader that has gone does no harm'
run sh -c "downloader -o o2 <dos >/dev/full"
is "$status" 3 'results that cannot be printed are a failure'
done_testing
