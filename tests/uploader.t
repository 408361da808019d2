#!/bin/sh
# uploader: granules go into a store and are announced, once; what fails is named and loses nothing else.
. "${0%/*}/lib.sh"

night=20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0
day=20240215123500-JPL-L2P_GHRSST-SSTskin-MODIS_A-D-v02.0-fv01.0
list=processor_timestamp_list_AQUA_quicklook_2024_02_15_14_05_09_0_4821.json
core=root/processor/output/MODIS_L2P_CORE_NETCDF
dir=$core/MODIS_A/2024/46

# granule PATH TEXT: a granule and its checksum file
granule() {
	mkdir -p "$(dirname "$1")"
	printf '%s\n' "$2" >"$1"
	printf '%s  %s\n' "$(md5 "$1")" "${1##*/}" >"$1.md5"
}

# The two granules of the worked example, and the lists of their job.
example() {
	rm -rf root store topic mail
	granule "$dir/$night.nc" 'night granule'
	granule "$dir/$day.nc" 'day granule'
	mkdir -p root/processor/input root/combiner/downloads
	echo '[["20240215T124000","20240215T123500"]]' >"root/processor/input/$list"
	cat >root/combiner/downloads/combiner_file_lists_AQUA_quicklook_2024_02_15_14_05_09_0_4821.json <<-!
	[["AQUA_MODIS.20240215T124000.L2.SST.nc", "AQUA_MODIS.20240215T124000.L2.SST4.nc",
	  "AQUA_MODIS.20240215T123500.L2.SST.nc", "AQUA_MODIS.20240215T123500.L2.SST4.nc",
	  "AQUA_MODIS.20240215T123501.L2.OC.nc"]]
	!
}

# job ARG...: the worked example as a job
job() {
	run env AWS_BATCH_JOB_ID=f1d7c0de-0000-4000-8000-000000000001:0 AWS_BATCH_JQ_NAME=service-generate-ops-aqua \
		uploader --to store --root root --job "root/processor/input/$list" --prefix service-generate-ops -j 1 "$@"
}

# names DIR: what is in it, hidden files too, one line
names() {
	(cd "$1" 2>/dev/null && find . -type f | sed 's,^\./,,' | sort | tr '\n' ' ')
}

count() {
	find "$1" -type f 2>/dev/null | wc -l | tr -d ' '
}

url="file://$work/store/aqua"
final_start='run_uploader - INFO : final_log: dataset: MODIS Aqua - processing_type: QUICKLOOK - job_id: f1d7c0de-0000-4000-8000-000000000001:0 - job_index: 0 - json_file: '$list
final_end="processed: $night.nc, $day.nc - provenance: $night.nc | AQUA_MODIS.20240215T124000.L2.SST.nc; AQUA_MODIS.20240215T124000.L2.SST4.nc, $day.nc | AQUA_MODIS.20240215T123500.L2.SST.nc; AQUA_MODIS.20240215T123500.L2.SST4.nc"

final_line() {
	printf '%s\n' "$stderr" | grep final_log:
}

# --- the worked example ------------------------------------------------------------------------------------------

example
is "$(cd "$dir" && stat -c %s $night.nc $night.nc.md5 $day.nc $day.nc.md5 | tr '\n' ' ')" '14 98 12 98 ' 'example: sizes'
is "$(md5 $dir/$night.nc) $(md5 $dir/$night.nc.md5)" \
	'ade639529468d60987bd541cbfd3798b d44ecf6099dec7cc3cab826973cd9ed5' '... digests of the night granule'
is "$(md5 $dir/$day.nc) $(md5 $dir/$day.nc.md5)" \
	'c6a5ab973ef1545227a60dead1b90f1c 3b93df34ebd02d3af7c4ad71fa468823' '... and of the day granule'
job --announce topic
is "$status" 0 'job: done'
is "$stdout" "$url/$night.nc
$url/$day.nc" 'both URLs, in the order of the list'
ok "$(cmp -s $dir/$night.nc store/aqua/$night.nc && cmp -s $dir/$night.nc.md5 store/aqua/$night.nc.md5 &&
	cmp -s $dir/$day.nc store/aqua/$day.nc && cmp -s $dir/$day.nc.md5 store/aqua/$day.nc.md5; echo $?)" 'both pairs are stored'
is "$(count store)" 4 'and nothing else'
is "$(printf '%s\n' "$stderr" | sed -n 's,^Uploader - INFO : File uploaded: .*/,,p' | tr '\n' ' ')" \
	"$night.nc. $night.nc.md5. $day.nc. $day.nc.md5. " 'granule, sidecar, granule, sidecar'
is "$(count topic)" 2 'two messages'
message=$(cat topic/$night-ade639529468d60987bd541cbfd3798b-*)
is "$(printf '%s' "$message" | sed "s,file://$work/store/,s3://service-generate-ops-l2p-granules/,g; s/\"submissionTime\": \"[^\"]*\"/\"submissionTime\": \"TIME\"/")" \
	"{\"version\": \"1.4\", \"provider\": \"NASA/JPL/PO.DAAC\", \"collection\": \"MODIS_A-JPL-L2P-v2019.0\", \"submissionTime\": \"TIME\", \"identifier\": \"20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0\", \"product\": {\"name\": \"20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0\", \"files\": [{\"uri\": \"s3://service-generate-ops-l2p-granules/aqua/20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc\", \"checksum\": \"ade639529468d60987bd541cbfd3798b\", \"size\": 14, \"type\": \"data\", \"name\": \"20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc\", \"checksumType\": \"md5\"}, {\"uri\": \"s3://service-generate-ops-l2p-granules/aqua/20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc.md5\", \"checksum\": \"d44ecf6099dec7cc3cab826973cd9ed5\", \"size\": 98, \"type\": \"metadata\", \"name\": \"20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc.md5\", \"checksumType\": \"md5\"}], \"dataVersion\": \"2019.0\"}, \"trace\": \"service-generate-ops\"}" \
	'the message, byte by byte'
like "$message" '"submissionTime": "20[0-9-]*T[0-9:]*\.[0-9]{6}Z"' '... its time in UTC'
is "$(final_line)" "$final_start - number_uploaded: 2 - $final_end" 'the final_log line'
for line in 'run_uploader - INFO : Job identifier: f1d7c0de-0000-4000-8000-000000000001:0' \
	'run_uploader - INFO : Job index: 0' "run_uploader - INFO : JSON file: $list" \
	'run_uploader - INFO : Dataset: MODIS Aqua' 'run_uploader - INFO : Processing type: QUICKLOOK' \
	"Uploader - INFO : Located Night File: $dir/$night.nc" "Uploader - INFO : Located Day File: $dir/$day.nc" \
	"Uploader - INFO : Processed: $day.nc" 'Uploader - INFO : Number of granules uploaded: 2' \
	"Uploader - INFO : $day message published to SNS Topic: $work/topic" \
	"Uploader - INFO : Provenance: $night.nc | AQUA_MODIS.20240215T124000.L2.SST.nc, AQUA_MODIS.20240215T124000.L2.SST4.nc"
do
	printf '%s\n' "$stderr" | grep -qxF -e "$line"
	ok $? "log: $(printf '%.50s' "$line")"
done
like "$stderr" '^run_uploader - INFO : Total execution time: 0:00:[0-9]{2}\.[0-9]{6}$' 'log: the time it took'

if command -v strace >/dev/null; then
	example
	# Without prctl the program stays readable for strace, which need not be root then.
	strace -f -e trace=rename,prctl -e inject=prctl:retval=0 -o trace \
		uploader --to store --announce topic -j 1 $dir/$night.nc >/dev/null 2>&1
	is "$(sed -n 's/.*rename(.*"\([^"]*\)") *= 0.*/\1/p' trace | sed "s,.*/,,; s/-ade6.*/ message/" | tr '\n' ' ')" \
		"$night.nc $night.nc.md5 $night message .$night.nc.announced " 'stored, then announced, then recorded'
else
	skip 1 'no strace'
fi

# --- again ---------------------------------------------------------------------------------------------------------

example
uploader --to store --announce topic $dir/$night.nc $dir/$day.nc >first
before=$(find store topic root -type f -exec stat -c '%n %i %Y' {} + | sort)
run uploader --to store --announce topic $dir/$night.nc $dir/$day.nc
is "$status" 0 'a second run'
is "$(printf '%s\n' "$stdout" | sort)" "$(sort first)" '... prints the same URLs'
is "$(find store topic root -type f -exec stat -c '%n %i %Y' {} + | sort)" "$before" '... and touches nothing'
is "$stderr" '' '... silently'
job --announce topic
like "$(final_line)" ' number_uploaded: 0 - provenance: ' 'a job counts what it stored itself'
rm -r store
run uploader --to store --announce topic $dir/$night.nc
is "$status:$(count store)" 0:0 'what was announced and is ingested and deleted is not stored again'
run uploader --to store --announce topic --again $dir/$night.nc
is "$status:$stdout" "0:$url/$night.nc" '--again'
is "$(count store) $(count topic)" '2 3' '... stores and announces again'
run uploader --to other --announce topic $dir/$night.nc
is "$(count topic)" 4 'another store is another announcement'
run uploader --to store --announce topic2 $dir/$night.nc
is "$(count topic2)" 1 'another topic too'
run uploader --to store --announce ./topic2/ $dir/$night.nc
is "$(count topic2)" 1 '... but not another spelling of it'
granule $dir/$night.nc 'night granule, processed again'
run uploader --to store --announce topic $dir/$night.nc
is "$(count topic):$(cat store/aqua/$night.nc)" '5:night granule, processed again' 'a new version is stored and announced'
rm $dir/.$night.nc.announced
run uploader --to store --announce topic $dir/$night.nc
is "$(count topic):$(names $dir)" "5:.$day.nc.announced .$night.nc.announced $day.nc $day.nc.md5 $night.nc $night.nc.md5 " \
	'a lost journal is made again, the topic knows the message'

# --- what goes in and what comes out -------------------------------------------------------------------------------

example
run sh -c "printf '%s\n' $dir/$night.nc '' $dir/$day.nc | uploader --to store --announce topic -j 1"
is "$status:$stdout" "0:$url/$night.nc
$url/$day.nc" 'a list on standard input'
example
printf '%s\000' $dir/$night.nc $dir/$day.nc >in
uploader -0 --to store -j 1 <in >out 2>/dev/null
is "$(tr '\000' '|' <out)" "$url/$night.nc|$url/$day.nc|" '-0: NUL in both directions'
example
run uploader --to store $dir/$night.nc
is "$status:$stdout:$stderr" "0:$url/$night.nc:uploader: nothing was announced; --announce does that" 'without --announce'
is "$(names $dir)" "$day.nc $day.nc.md5 $night.nc $night.nc.md5 " '... no journal is kept'
run uploader --to store --announce none $dir/$night.nc
is "$status:$stdout" "0:$url/$night.nc" '--announce none is the same'
example
job --announce none
is "$status:$(count store):$(final_line)" "0:4:$final_start - number_uploaded: 2 - $final_end" 'the job without announcements'
like "$stderr" '^Uploader - INFO : CNM message was not sent and L2P granules will not be ingested\.$' '... says so'
example
run uploader --to store --announce - -j 1 $dir/$night.nc $dir/$day.nc
is "$(printf '%s\n' "$stdout" | sed -n 's/.*"identifier": "\([^"]*\)".*/\1/p' | tr '\n' ' ')" "$night $day " '--announce -: messages'
is "$(printf '%s\n' "$stdout" | wc -l | tr -d ' ')" 2 '... and no URLs'
run uploader --to store --announce - $dir/$night.nc
is "$status:$stdout" 0: '... once'
run uploader --to store --announce - --cnm-legacy-time --again $dir/$night.nc
like "$stdout" '"submissionTime": "[^"]*\.[0-9]{6}"' '--cnm-legacy-time: no Z'

example
run uploader --to store --announce topic -n -j 1 $dir/$night.nc $dir/none.nc
is "$status" 1 '-n sees what would fail'
is "$(printf '%s\n' "$stdout" | cut -f 1)" "aqua/$night.nc" '... prints keys'
like "$(printf '%s\n' "$stdout" | cut -f 2)" '^\{"version": "1.4".*\}$' '... and messages'
is "$(count store) $(count topic) $(names $dir)" "0 0 $day.nc $day.nc.md5 $night.nc $night.nc.md5 " '... and does nothing'
ok "$(test ! -e store && test ! -e topic; echo $?)" '... at all'
uploader --to store --announce topic $dir/$night.nc >/dev/null
run uploader --to store --announce topic -n $dir/$night.nc $dir/$day.nc
is "$(printf '%s\n' "$stdout" | cut -f 1)" "aqua/$day.nc" '-n leaves out what is done'

example
run uploader --to store --announce topic --json -j 1 $dir/$night.nc $dir/none.nc
is "$(printf '%s\n' "$stdout" | "$python" -c '
import json, sys
for line in sys.stdin:
    o = json.loads(line)
    print(len(o["inputs"]), [u.rsplit("/", 1)[1][-8:] for u in o["outputs"]], o["state"], o.get("reason"), o["bytes"], o["seconds"] >= 0)
')" "2 ['v01.0.nc', '0.nc.md5'] done None 112 True
2 [] failed none.nc: not the name of an L2P granule 0 True" '--json'
run uploader --to unnamed --json -j 1 "$(printf 'a\377.nc')" $dir/$night.nc
is "$status $(names unnamed/aqua)" "1 $night.nc $night.nc.md5 " '... a name that JSON cannot express stops nothing'

# --- job mode ------------------------------------------------------------------------------------------------------

example
echo '[["20200101T000000"], ["20240215124000", "20240215123500", "20240215T123501"]]' >times.json
run env GENERATE_ROOT=root AWS_BATCH_JOB_ARRAY_INDEX=1 uploader --to store --job times.json -d aqua -t quicklook -j 1
is "$status:$stdout" "0:$url/$night.nc
$url/$day.nc" 'times without T, index and root from the environment, -d and -t'
like "$stderr" '^uploader: no provenance: ' 'provenance is best effort'
like "$(final_line)" "number_uploaded: 2 - processed: $night.nc, $day.nc - not_found: 1$" 'times without granules are counted'
unlike "$stderr" 'ERROR' '... and are no error'
run uploader --to store --job times.json --index 0 --root root -d aqua -t quicklook
is "$status:$stdout" 0: 'nothing to do is done'
like "$stderr" 'Did not locate any L2P granules\.' '... and said'
run uploader --to store --job times.json --root root
is "$status" 2 'dataset and type must be known'
run uploader --to store --job times.json --index 7 --root root -d aqua -t quicklook
is "$status" 2 'no such element'
run uploader --to store --job none.json --root root -d aqua -t quicklook
is "$status" 2 'no such list'
echo '[["20240215T124000", "yesterday"]]' >bad.json
run uploader --to store2 --job bad.json --root root -d aqua -t quicklook
is "$status:$(count store2)" 2:0 'a list with a bad time: nothing is done'

# --- failures ------------------------------------------------------------------------------------------------------

example
rm $dir/$night.nc.md5
job --announce topic --notify mail --failed failed
is "$status" 1 'no checksum file: one of two failed'
is "$stdout" "$url/$day.nc" '... the other is done'
like "$stderr" "^uploader: $dir/$night.nc: no checksum file $night.nc.md5 beside it\$" '... its name and reason'
like "$stderr" "^Uploader - ERROR : Missing checksum file: $dir/$night.nc\$" '... in the log too'
is "$(count store) $(count topic)" '2 1' '... nothing of it is stored or announced'
is "$(cat failed)" "$dir/$night.nc" '--failed has its name'
like "$(final_line)" " number_uploaded: 1 - processed: $day.nc - provenance: $day.nc \| [^,]* - number_failed: 1\$" 'the final_log line comes nevertheless'
is "$(cat mail/* | sed 's/failures for [0-9: -]*/failures for TIME/')" "Subject: Generate workflow error: UPLOADER error

Uploader AWS Batch job L2P granule failures for TIME.

JOB INFORMATION:
Job Identifier: f1d7c0de-0000-4000-8000-000000000001:0
Job Queue: service-generate-ops-aqua

ERROR INFORMATION:
The following L2P granule files are missing checksums...
$dir/$night.nc

Please follow these steps to diagnose the error: https://wiki.jpl.nasa.gov/pages/viewpage.action?pageId=771470900#GenerateCloudErrorDetection&Recovery-AWSBatchJobFailures" \
	'operators get a message'
rm $dir/$day.nc.md5
rm -r mail store
export GENERATE_HELP_URL=
job --announce topic --notify mail
is "$status:$stdout" 1: 'no checksum files at all: an error'
is "$(grep -c "^$dir/" mail/*)" 2 '... of both'
unlike "$(cat mail/*)" 'steps to diagnose' 'an empty help URL leaves the line out'
unset GENERATE_HELP_URL
example
rm $dir/$night.nc.md5
run env AWS_BATCH_JOB_ATTEMPT=3 uploader --to store --root root --job "root/processor/input/$list"
is "$status" 0 'on the last attempt the good ones count'
run env AWS_BATCH_JOB_ATTEMPT=3 uploader --to store --root root --job "root/processor/input/$list" --strict
is "$status" 1 '... not with --strict'

example
: >topic
job --announce topic --notify mail
is "$status:$(count store)" 2:0 'a topic that is a file: nothing is done'
rm topic
mkdir topic
chmod 0 topic
mkdir -p "topic/$night-ade639529468d60987bd541cbfd3798b-$(printf %s "$url/$night.nc" | md5sum | cut -c 1-8)" \
	"topic/$day-c6a5ab973ef1545227a60dead1b90f1c-$(printf %s "$url/$day.nc" | md5sum | cut -c 1-8)" 2>/dev/null
job --announce topic --notify mail
isnt "$status" 0 'announcements refused'
is "$stdout" '' '... nothing is printed'
is "$(count store)" 4 '... although both are stored'
is "$(sed -n '/^ERROR/,/^$/p' mail/*)" "ERROR INFORMATION:
The following L2P granule NetCDF and checksum files failed to be published to the Cumulus Topic...
$night
$day" '... operators read their names'
like "$(final_line)" ' number_uploaded: 2 - .* - number_failed: 2$' '... and the final_log line comes'
is "$(find $dir -name '.*')" '' '... no journal says they were announced'
chmod 755 topic
rmdir topic/* 2>/dev/null
job --announce topic
is "$status:$(count topic)" 0:2 'the next run announces them'

# bad NAME ERE: the night granule of the example fails for the reason, nothing of it is stored; the day granule is done
bad() {
	run uploader --to store --announce topic --failed failed -j 1 $dir/$night.nc $dir/$day.nc
	is "$status:$stdout" "1:$url/$day.nc" "$1: one failed, the other is done"
	like "$stderr" "$2" '... for this reason'
	is "$(printf '%s\n' "$stderr" | wc -l | tr -d ' ') $(names store/aqua) $(count topic) $(cat failed)" \
		"1 $day.nc $day.nc.md5  1 $dir/$night.nc" '... in one line; nothing of it is stored or announced'
	example
}
example
printf 'x' >>$dir/$night.nc
bad 'a damaged granule' "^uploader: $dir/$night.nc: its MD5 is [0-9a-f]{32}, not ade639529468d60987bd541cbfd3798b\$"
sed -i "s/$night/$day/" $dir/$night.nc.md5
bad 'a sidecar of another granule' "^uploader: $dir/$night.nc.md5: names another file\$"
: >$dir/$night.nc.md5
bad 'an empty sidecar' "^uploader: $dir/$night.nc.md5: not a checksum line"
tr a-f A-F <$dir/$night.nc.md5 >x && mv x $dir/$night.nc.md5
bad 'upper case in a sidecar' "^uploader: $dir/$night.nc.md5: not a checksum line"
cat $dir/$day.nc.md5 >>$dir/$night.nc.md5
bad 'two lines in a sidecar' "^uploader: $dir/$night.nc.md5: not a checksum line"
head -c 5000 /dev/zero >$dir/$night.nc.md5
bad 'zeros for a sidecar' "^uploader: $dir/$night.nc.md5: "
rm $dir/$night.nc
bad 'a granule that is gone' "^uploader: $dir/$night.nc: No such file or directory\$"
rm $dir/$night.nc && mkdir $dir/$night.nc
bad 'a directory' "^uploader: $dir/$night.nc: not a regular file\$"

uploader --to store --announce topic $dir/$night.nc >/dev/null
printf 'x' >>$dir/$night.nc
run uploader --to store --announce topic $dir/$night.nc
is "$status:$stdout" 1: 'damage after the announcement is noticed'
run uploader --to store $dir/$night.nc
is "$status:$(cat store/aqua/$night.nc)" '1:night granule' '... and does not reach the store'

example
run uploader --to store x.nc $dir/$night.nc.md5 20240230124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc \
	$dir/20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_B-N-v02.0-fv01.0.nc A2024.nc $dir/$night.nc
is "$status:$stdout" "1:$url/$night.nc" 'names that are no granules'
is "$(printf '%s\n' "$stderr" | grep -c ': not the name of an L2P granule$')" 5 '... are named'
run uploader -q --to store -d terra $dir/$night.nc
is "$status:$stderr" "1:uploader: $dir/$night.nc: not a granule of terra" '-d: only that dataset'
run uploader --to store -t refined $dir/$night.nc
is "$status:$stderr" "1:uploader: $dir/$night.nc: is quicklook by its directory, not refined" '-t: only that type'

# --- places and usage ----------------------------------------------------------------------------------------------

example
: >file
# usage STATUS ERE NAME ARG...: the status, a message, nothing on standard output and nothing stored
usage() {
	want=$1 reason=$2 name=$3
	shift 3
	run uploader "$@"
	is "$status:$stdout:$(count store)" "$want::0" "$name"
	like "$stderr" "$reason" '... and why'
}
usage 2 'this build has no AWS store yet' 'a bucket' --to s3://bucket/aqua/ $dir/$night.nc
usage 2 'this build has no AWS topic yet' 'an SNS topic' --to store --announce arn:aws:sns:us-west-2:111122223333:x $dir/$night.nc
usage 2 'gs://bucket: not a store' 'another kind of URL' --to gs://bucket $dir/$night.nc
usage 2 'arn:aws:sqs:.*: not a topic' 'another kind of ARN' --to store --announce arn:aws:sqs:us-west-2:1:x $dir/$night.nc
usage 2 'file: .*[Nn]ot a directory' 'a file as store' --to file $dir/$night.nc
usage 2 'file: .*[Nn]ot a directory' 'a file as topic' --to store --announce file $dir/$night.nc
usage 2 "'': not a store" 'no text as store' --to '' $dir/$night.nc
usage 2 '--notify -' 'operators on standard output' --to store --notify - $dir/$night.nc
usage 3 '/dev/pts/store: cannot create directory' 'a store that cannot be made' --to /dev/pts/store $dir/$night.nc
usage 2 '--to is missing' 'no store' $dir/$night.nc
usage 2 'not a dataset' 'no such dataset' --to store -d goes $dir/$night.nc
usage 2 'neither quicklook nor refined' 'no such type' --to store -t late $dir/$night.nc
usage 2 'both want standard output' 'messages and JSON' --to store --announce - --json $dir/$night.nc
usage 2 'invalid option' '-o' --to store -o x $dir/$night.nc
usage 2 'on the command line' 'a job and granules' --to store --job "root/processor/input/$list" $dir/$night.nc
usage 2 'a b: not a prefix' 'a prefix with blanks' --to store --prefix 'a b' $dir/$night.nc
usage 2 'uploader --help' 'an unknown option' --to store --sideways $dir/$night.nc
usage 3 'cannot create' 'a list of failures that cannot be made' --to store --failed /dev/pts/x/failed $dir/$night.nc
run uploader --help
is "$status" 0 '--help'
like "$stdout" '--announce TOPIC' '... tells the options'
run uploader --version
like "$stdout" '^uploader \(generate\) ' '--version'

example
uploader --to store --notify /dev/pts/mail $dir/$night.nc x.nc >out 2>err
is "$?:$(cat out)" "1:$url/$night.nc" 'a message to operators that cannot be sent'
like "$(cat err)" '^uploader: /dev/pts/mail' '... is a warning'
example
uploader --to store --announce topic $dir/$night.nc >/dev/full 2>err
is "$?" 3 'lost standard output'
like "$(cat err)" 'standard output: No space left on device' '... is an error'

# --- many ----------------------------------------------------------------------------------------------------------

example
for i in 10 11 12 13 14 15 16 17 18 19; do
	for k in 0 1 2 3; do
		granule "product/202402151240$i-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-D-v02.0-fv01.0.nc" "granule $i"
		granule "product/202402151${k}40$i-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc" "granule $k $i"
	done
done
ls product/*.nc >many
for i in 1 2 3 4; do
	uploader --to store --announce topic <many >out.$i 2>err.$i &
	eval "p$i=$!"
done
codes=
for i in 1 2 3 4; do
	eval "wait \$p$i"
	codes="$codes $?"
done
is "$codes" ' 0 0 0 0' 'four runs at once'
is "$(cat err.1 err.2 err.3 err.4)" '' '... without a word'
is "$(sort out.1 out.2 out.3 out.4 | uniq -c | awk '{ print $1 }' | sort -u)" 4 '... print every URL'
is "$(count store) $(count topic)" '100 50' '... store and announce each granule once'
is "$(find store topic product -name '.*.part')" '' '... and leave nothing over'
rm -r store
for i in 1 2 3; do
	uploader --to store --announce - <many >out.$i 2>err.$i &
	eval "p$i=$!"
done
eval 'wait $p1; wait $p2; wait $p3'
is "$(cat out.1 out.2 out.3 | grep -c '^{.*}$') $(cat out.1 out.2 out.3 | sort -u | wc -l | tr -d ' ')" '50 50' \
	'three that print messages print each once'

done_testing
