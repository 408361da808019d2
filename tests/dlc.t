#!/bin/sh
# dlc: what is new is listed, announced and then remembered; what is no answer is an error. The examples of the
# specification first.
. "${0%/*}/lib.sh"
. "$top/tests/dlc-lib.sh"

now=2025-06-12T13:00:00Z
filter='AQUA_MODIS.2025*.nc'
state=tree/download-lists/state_files/modis_a.txt
places='--root tree --lists lists --announce queue --pending pending --prefix service-generate-sit'

# --- first run (5.1) ---------------------------------------------------------------------------------------------

example
# shellcheck disable=SC2086
ask -d aqua --now $now --filter "$filter" --final-log $places
is "$status" 0 'first run'
is "$(query)" '/api/file_search?dtype=L2&search=AQUA_MODIS.2025*.nc&sensor=aqua&std_only=1&results_as_file=1&addurl=1&cksum=1&psdate=2025-06-11&crdate=1' 'the request, in the order of the reference'
is "$stdout" "$example_lines" 'URL and checksum of the matching files, sorted'
is "$(cd lists/aqua && for f in *; do echo "$(stat -c %s "$f") ${f%_*}"; done)" \
	'126 modis_aqua_filelist.txt.daily_2025_161_date_2025_06_10
130 modis_aqua_filelist.txt.daily_2025_162_date_2025_06_11
390 modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12' 'a list a day, and their sizes'
is "$(cut -d / -f 6 lists/aqua/*_163_* | cut -d ' ' -f 1 | cut -d . -f 4 | tr '\n' ' ')" 'OC SST SST4 ' '... in order'
like "$(ls lists/aqua)" '_06_10_[0-9a-f]{8}$' '... with an id of 8 digits'
id=$(ls lists/aqua | head -n 1 | sed 's/.*_//')
is "$(cat $state)" "$example_lines" 'the state is the five lines'
is "$(stat -c %s $state)" 646 '... 646 bytes'
is "$(cat queue/*)" "{\"prefix\": \"service-generate-sit\", \"dataset\": \"aqua\", \"txt_list\": [\"modis_aqua_filelist.txt.daily_2025_161_date_2025_06_10_$id\", \"modis_aqua_filelist.txt.daily_2025_162_date_2025_06_11_$id\", \"modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12_$id\"]}" 'the message'
is "$(printf '%s\n' "$stderr" | grep final_log)" "download_list_creator_lambda - INFO : final_log: unique_id: $id - dataset: MODIS Aqua - number_downloads: 5 - processed: $(printf '%s\n' "$example_lines" | paste -s -d , | sed 's/,/, /g')" 'the final_log line'
is "$(grep -En '(search|filter).*20[0-9]{2}' "$top"/cmd/dlc/*.c "$top"/lib/remote/obpg.c "$top"/lib/granule/dataset.c)" '' 'no year is built in'

# --- one changed, one new, two seen, two gone (5.2) -----------------------------------------------------------------

body <<!
9a1f0c1d2e3f405162738495a6b7c8d9e0f10213  AQUA_MODIS.20250611T233501.L2.SST.NRT.nc
ffffffffffffffffffffffffffffffffffffffff  AQUA_MODIS.20250612T000000.L2.OC.NRT.nc
89abcdef0123456789abcdef0123456789abcdef  AQUA_MODIS.20250612T000000.L2.SST.NRT.nc
2222222222333333333344444444445555555555  AQUA_MODIS.20250612T000501.L2.SST.NRT.nc
!
rm -rf queue/* lists/*
echo '["a_1234", "b_1"]' >pending/1
printf 'Message-Id: 2\nMessage-Group: service-generate-sit-aqua\n\n["b_1"]\n' >pending/2
# shellcheck disable=SC2086
ask -d aqua --now $now $places
is "$status" 0 'second run'
is "$stdout" "$files/AQUA_MODIS.20250612T000000.L2.OC.NRT.nc ffffffffffffffffffffffffffffffffffffffff
$files/AQUA_MODIS.20250612T000501.L2.SST.NRT.nc 2222222222333333333344444444445555555555" 'the changed and the new file'
like "$stderr" '^dlc: MODIS Aqua: 1 new, 1 changed, 2 known$' '... are counted'
is "$(list_names)" 'modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12' 'one list'
id=$(ls lists/aqua | sed 's/.*_//')
is "$(cat queue/*)" "{\"prefix\": \"service-generate-sit\", \"dataset\": \"aqua\", \"txt_list\": [\"a_1234\", \"b_1\", \"modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12_$id\"]}" 'pending lists are announced with it, each once'
is "$(ls pending)" '' '... and no longer pending'
is "$(cut -d / -f 6 $state)" 'AQUA_MODIS.20250610T101000.L2.SST.nc 1111111111222222222233333333334444444444 2025-06-12
AQUA_MODIS.20250611T233501.L2.SST.NRT.nc 9a1f0c1d2e3f405162738495a6b7c8d9e0f10213
AQUA_MODIS.20250612T000000.L2.OC.NRT.nc ffffffffffffffffffffffffffffffffffffffff
AQUA_MODIS.20250612T000000.L2.SST.NRT.nc 89abcdef0123456789abcdef0123456789abcdef
AQUA_MODIS.20250612T000000.L2.SST4.NRT.nc 76543210fedcba9876543210fedcba9876543210 2025-06-12
AQUA_MODIS.20250612T000501.L2.SST.NRT.nc 2222222222333333333344444444445555555555' 'six files are known, two with the day they were missed'

# --- nothing new (5.3) -----------------------------------------------------------------------------------------------

before=$(stat -c '%i %Y' $state; ls queue lists/aqua)
# shellcheck disable=SC2086
ask -d aqua --now $now --final-log $places
is "$status:$stdout" 0: 'nothing new'
like "$stderr" '^dlc: No new downloads were found\.$' '... is said'
like "$stderr" 'final_log: unique_id: [0-9a-f]{8} - dataset: MODIS Aqua - number_downloads: 0$' '... and logged'
is "$(stat -c '%i %Y' $state; ls queue lists/aqua)" "$before" '... and touches nothing'
echo 'No Results Found' | body
# shellcheck disable=SC2086
ask -d aqua --now $now $places
is "$status:$stdout:$(stat -c '%i %Y' $state; ls queue lists/aqua)" "0::$before" 'an empty result'
printf 'No Results Found' | body
ask -d aqua --no-state
is "$status" 0 '... without a line end too'
echo '["only_1"]' >pending/3
rm -f queue/*
# shellcheck disable=SC2086
ask -d aqua --now $now $places
is "$(cat queue/*)" '{"prefix": "service-generate-sit", "dataset": "aqua", "txt_list": ["only_1"]}' 'pending lists are announced also then'

for what in 'status=503' 'status=500 type=text/html' 'status=206' 'status=429 after=0'; do
	how "$what"
	: >"$requests"
	# shellcheck disable=SC2086
	ask -d aqua --now $now --retries 2 $places
	is "$status:$stdout:$(lines "$requests")" 3::3 "$what: retries, then an error"
done
like "$stderr" "^dlc: $search: HTTP 429$" 'the error names URL and status'
ask -d aqua --no-state -v --retries 6 --retry-base 0.1
waits=$(printf '%s\n' "$stderr" | sed -n 's/.*again in \([0-9.]*\) s$/\1/p' | sort -n | tail -n 1)
is "$status $(awk -v w="$waits" 'BEGIN { print (w >= 0.1) }')" '3 1' 'Retry-After: 0 does not make it come back at once'
how 'status=404'
ask -d aqua --retries 0
is "$status:$stderr" "3:dlc: $search: HTTP 404" '404'
plainly

# --- range (5.4) -----------------------------------------------------------------------------------------------------

example
before=$(stat -c '%i %Y' $state)
rm -rf lists/* queue/*
ask -d aqua --from 2025-06-10 --to 2025-06-12 --filter "$filter" --root tree --lists lists --announce queue
is "$(query)" '/api/file_search?dtype=L2&search=AQUA_MODIS.2025*.nc&sensor=aqua&std_only=1&results_as_file=1&addurl=1&cksum=1&sdate=2025-06-10&edate=2025-06-12&crdate=1' 'a range is asked for'
is "$status:$stdout" "0:$example_lines" '... and all files are listed, known or not'
is "$(list_names | wc -l | tr -d ' ') $(listed)" "3 $example_lines" '... in three lists'
is "$(stat -c '%i %Y' $state)" "$before" '... and the state stays'
ask -d aqua --from 2025-06-10 --to 2025-06-12 --state $state
is "$status:$(printf '%s\n' "$stdout" | wc -l | tr -d ' '):$(stat -c '%i %Y' $state)" "0:1:$before" 'a state is looked at when it is named'

# pieces FROM TO: the days of the requests
pieces() {
	: >"$requests"
	ask -d aqua --from "$1" --to "$2"
	sed 's/.*sdate=\([0-9-]*\)&edate=\([0-9-]*\).*/\1...\2/' "$requests" | tr '\n' ' '
}
echo 'No Results Found' | body
is "$(pieces 2024-01-15 2024-03-05)" '2024-01-15...2024-01-31 2024-02-01...2024-02-29 2024-03-01...2024-03-05 ' 'a request a month'
is "$(pieces 2023-11-30 2024-02-10)" '2023-11-30...2023-11-30 2023-12-01...2023-12-31 2024-01-01...2024-01-31 2024-02-01...2024-02-10 ' '... over the year'
is "$(pieces 2024-02-10 2024-02-20)" '2024-02-10...2024-02-20 ' '... or one'
ask -d aqua --from 2016-05-10 --to 2016-03-04
is "$status" 2 'the end before the begin is wrong usage'

# --- NOAA-20, leap day and end of year (5.5) ---------------------------------------------------------------------------

fresh
body <<!
d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0  JPSS1_VIIRS.20240229T235400.L2.SST3.nc
c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0  JPSS1_VIIRS.20240229T235400.L2.SST.NRT.nc
e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0  JPSS1_VIIRS.20241231T000000.L2.SST.nc
b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0  JPSS1_VIIRS.20240229T235400.L2.OC.nc
!
ask -d jpss1 --now 2025-01-01 --root tree --lists lists
is "$status" 0 'NOAA-20'
is "$(query)" '/api/file_search?dtype=L2&search=JPSS1_VIIRS*L2*SST*&sensor_id=33&std_only=1&results_as_file=1&addurl=1&cksum=1&psdate=2024-12-31&crdate=1' '... is asked for by number'
is "$(cd lists/jpss1 && for f in *; do echo "${f%_*}: $(cut -d / -f 6 "$f" | tr '\n' ' ')"; done)" \
	'jpss1_filelist.txt.daily_2024_060_date_2024_02_29: JPSS1_VIIRS.20240229T235400.L2.SST.NRT.nc c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0 JPSS1_VIIRS.20240229T235400.L2.SST3.nc d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0 
jpss1_filelist.txt.daily_2024_366_date_2024_12_31: JPSS1_VIIRS.20241231T000000.L2.SST.nc e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0 ' '... lists of both days, without OC'
is "$(cd tree/download-lists/state_files && ls)" jpss1.txt '... its state'

# --- sorting, mixed naming, duplicates (5.6) -----------------------------------------------------------------------------

fresh
# Checksums of one digit, forty times.
awk '{ if (NF == 2) { c = substr($1, 1, 1); $1 = ""; for (i = 0; i < 40; i++) $1 = $1 c } print $1 "  " $2 }' >reply/body <<!
1111  V2016001001200.L2_SNPP_SST.nc
2222  V2016001001200.L2_SNPP_SST3.nc
3333  V2016001001200.L2_SNPP_OC.nc
4444  SNPP_VIIRS.20250612T001200.L2.SST.NRT.nc
4444  SNPP_VIIRS.20250612T001200.L2.SST.NRT.nc
5555  SNPP_VIIRS.20250612T001200.L2.SST3.NRT.nc
6666  SNPP_VIIRS.20250612T001200.L2.SST.nc
7777  SNPP_VIIRS.20250612T001200.L2.SST.nc
8888  SNPP_VIIRS.20250612T001200.L2.SST3.nc
SNPP_VIIRS.20250612T002400.L2.SST.nc
!
ask -d viirs --pattern 'SNPP_VIIRS.*SST.|SNPP_VIIRS.*SST3.|SNPP_SST' --root tree --lists lists
is "$status" 0 'a line without a checksum is passed over'
like "$stderr" '^dlc: answer: line 10: "SNPP_VIIRS.20250612T002400.L2.SST.nc": no SHA-1 checksum' '... named with its line'
like "$stderr" '^dlc: answer: line 7: SNPP_VIIRS.20250612T001200.L2.SST.nc has another checksum in line 8, which is taken$' 'two checksums of a file too'
is "$(cd lists/viirs && for f in *; do echo "${f%_*}: $(sed 's,.*getfile/,,' "$f" | awk '{ print $1, substr($2, 1, 1) }' | sed 's/.*L2[._]//; s/SNPP_//' | tr '\n' ';')"; done)" \
	'viirs_filelist.txt.daily_2016_001_date_2016_01_01: SST3.nc 2;SST.nc 1;
viirs_filelist.txt.daily_2025_163_date_2025_06_12: SST.NRT.nc 4;SST.nc 7;SST3.NRT.nc 5;SST3.nc 8;' '... the rest is listed in order, each file once'

# --- which names match (5.7) ----------------------------------------------------------------------------------------------

# matches DATASET PATTERN NAME...: those that are listed; an empty pattern is the dataset's own
matches() {
	dataset=$1 pattern=$2
	shift 2
	for name; do echo "0000000000000000000000000000000000000000 $name"; done >names
	run dlc -d "$dataset" ${pattern:+--pattern "$pattern"} --no-state --from-file names
	printf '%s\n' "$stdout" | sed 's,.*getfile/,,; s, .*,,'
}

aqua_names='AQUA_MODIS.20250612T000000.L2.SST.nc AQUA_MODIS.20250612T000000.L2.SST4.NRT.nc AQUA_MODIS.20250612T000000.L2.OC_BIO.nc
AQUA_MODIS.20250612T000000.L2.SST_TEST.nc AQUA_MODIS.20250612T000000.L2.IOP.nc AQUA_MODIS.20250612T000000.L2_LAC.OC.nc
A2025163000000.L2_LAC_SST.nc AQUA_MODIS.20250612.L3m.DAY.SST.sst.4km.nc'
viirs_names='SNPP_VIIRS.20250612T000000.L2.SST.nc SNPP_VIIRS.20250612T000000.L2.SST3.NRT.nc SNPP_VIIRS.20250612T000000.L2.OC.nc
SNPP_VIIRS.20250612T000000.L2.SST_TEST.nc SNPP_VIIRS.20250612T000000.L2.NSST.nc SNPP_VIIRS.20250612T000000.L2.SST
V2016001001200.L2_SNPP_SST.nc JPSS1_VIIRS.20250612T000000.L2.SST.nc'
# shellcheck disable=SC2086
is "$(matches aqua 'AQUA_MODIS.*L2.SST4.|AQUA_MODIS.*L2.OC.|AQUA_MODIS.*L2.SST.' $aqua_names)" 'AQUA_MODIS.20250612T000000.L2.OC_BIO.nc
AQUA_MODIS.20250612T000000.L2.SST.nc
AQUA_MODIS.20250612T000000.L2.SST4.NRT.nc
AQUA_MODIS.20250612T000000.L2.SST_TEST.nc' "the reference's pattern for Aqua"
# shellcheck disable=SC2086
is "$(matches viirs 'SNPP_VIIRS.*SST.|SNPP_VIIRS.*SST3.' $viirs_names)" 'SNPP_VIIRS.20250612T000000.L2.NSST.nc
SNPP_VIIRS.20250612T000000.L2.SST.nc
SNPP_VIIRS.20250612T000000.L2.SST3.NRT.nc
SNPP_VIIRS.20250612T000000.L2.SST_TEST.nc' '... and for Suomi-NPP'
# shellcheck disable=SC2086
is "$(matches aqua '' $aqua_names)" 'AQUA_MODIS.20250612T000000.L2.SST.nc
AQUA_MODIS.20250612T000000.L2.SST4.NRT.nc' "the dataset's own names are strict"
# shellcheck disable=SC2086
is "$(matches viirs '' $viirs_names)" 'SNPP_VIIRS.20250612T000000.L2.SST.nc
SNPP_VIIRS.20250612T000000.L2.SST3.NRT.nc' '... for VIIRS too'
is "$(matches jpss1 '^JPSS1.*\.nc$' JPSS1_VIIRS.20250612T000000.L2.SST.nc)" JPSS1_VIIRS.20250612T000000.L2.SST.nc 'anchors work'
echo '0000000000000000000000000000000000000000 TERRA_MODIS.20250612T000000.L2.SST.nc' >names
run dlc -q -d aqua --no-state --from-file names
is "$status:$stdout:$stderr" 0:: 'files of others are passed over'
example
ask -d aqua --no-state -t quicklook
is "$(printf '%s\n' "$stdout" | grep -c NRT) $(printf '%s\n' "$stdout" | grep -vc NRT)" '4 0' '-t quicklook'
ask -d MODIS_A --no-state -t refined
is "$stdout" "$(printf '%s\n' "$example_lines" | head -n 1)" '-t refined'

# --- what must fail (5.8) ---------------------------------------------------------------------------------------------------

fresh
for args in '--days abc' '--days -1' '--now yesterday' '--from 2025-06-10' '--from 2025-02-30 --to 2025-03-01' \
	'--from 2025-06-1 --to 2025-06-10' '--crdate maybe' '--pattern (' '--param x' '--no-state --state x' \
	'--announce queue' '--lists lists --pending pending' '--search-url http://example.com/api' '--search-url ftp://x/' \
	'--search-url https://u:p@example.com/' "--search-url $search?x=1" '--files-url https://example.com/x' '-t both' \
	'--state tree/' '--state gs://x/y' '--lists gs://x' '-o out' '--job x' 'file' \
	'--from-file none' '--from-file none --from 2025-06-10 --to 2025-06-10' '--lists l --announce sqs:x' \
	'--lists l --announce https://sqs.us-west-2.amazonaws.com/1/x' '--cacert none'; do
	: >"$requests"
	# shellcheck disable=SC2086
	run dlc -d aqua --root tree --search-url "$search" $args
	is "$status:$stdout:$(lines "$requests")" 2::0 "dlc $args is wrong usage"
done
like "$stderr" '^dlc: none: No such file' '... with a message'
run dlc -d aqua --prefix "it's"
is "$status" 2 'so is an apostrophe, which the reader of announcements cannot take'
run dlc -d aqua --lists l --announce sqs:x
is "$stderr" 'dlc: sqs:x: this build has no AWS queue yet' 'queues of AWS'
run dlc --search-url "$search"
is "$status" 2 'no dataset'
ask -d GOES
is "$status:${stderr%%?Try *}" '2:dlc: -d GOES: not a dataset (aqua, terra, viirs, jpss1)' 'an unknown dataset'
example
ask -d aqua --crdate true --no-state
is "$status:$(query | grep -c crdate=1)" 0:1 '--crdate true is yes'
ask -d aqua --crdate 0 --std-only no --param prod_id=sst --param 'x=a b&c' --sensor '' --sensor-id 7 --level L3m --no-state --now $now
is "$(query)" '/api/file_search?dtype=L3m&search=AQUA_MODIS.20*.nc&sensor_id=7&std_only=0&results_as_file=1&addurl=1&cksum=1&psdate=2025-06-11&prod_id=sst&x=a%20b%26c' 'other parameters'
ask -d aqua --no-state --days 0 --now $now
is "$(query | grep -o 'psdate=[0-9-]*')" psdate=2025-06-12 '--days 0 is today'
ask -d aqua --no-state --days 10 --now 2025-01-05
is "$(query | grep -o 'psdate=[0-9-]*')" psdate=2024-12-26 '--days 10'

printf '%s\n' "$example_lines" >state
sed -n 2p state >two
{ cat state; echo; sed 's/9a1f/ffff/' two; } >twice
cp twice state
ask -d aqua --state state
is "$status:$stdout" "0:$files/AQUA_MODIS.20250611T233501.L2.SST.NRT.nc 9a1f0c1d2e3f405162738495a6b7c8d9e0f10213" 'a file twice in the state: the last one counts'
like "$stderr" '^dlc: state: line 7: AQUA_MODIS.20250611T233501.L2.SST.NRT.nc is in line 2 too; the later line counts$' '... with a warning'
is "$(cat state)" "$example_lines" '... and the next state is clean'
{ cat reply/body; echo '3333333333333333333333333333333333333333  AQUA_MODIS.BADNAMET000000.L2.SST.nc'; } >bad
body <bad
ask -d aqua --no-state
is "$status:$stdout" "0:$example_lines" 'a name without a time costs its line'
like "$stderr" "^dlc: answer: line 7: AQUA_MODIS.BADNAMET000000.L2.SST.nc: not the name of a granule's file$" '... with a message'
run dlc -d aqua --no-state --search-url http://127.0.0.1:1/ --retries 2 --retry-base 0.01 --notify mail
is "$status:$stdout" 3: 'nobody there'
is "$(printf '%s\n' "$stderr" | grep -c 'trying again')" 2 '... after retries'
like "$(cat mail/*)" '^Subject: Generate Download List Creator Lambda Failure$' '... and operators are told'
like "$(cat mail/*)" '^http://127.0.0.1:1/: ' '... why'

# --- answers that are none ------------------------------------------------------------------------------------------------------

# refused WHY HOW: with this way of answering nothing is begun
refused() {
	how "$2"
	ask -d aqua --root tree --lists lists --announce queue --retries 1 --max-time 3
	is "$status:$stdout" 3: "$1"
	[ ! -e tree/download-lists/state_files/modis_a.txt ] && [ "$(find lists queue -type f 2>/dev/null)" = '' ]
	ok $? '... nothing is listed, announced or remembered'
}

fresh
example
refused 'cut' cut=200
like "$stderr" "^dlc: $search: " '... named'
refused 'reset' reset=200
refused 'broken off between chunks' chunkcut=200
refused 'cut where no length is told' 'close cut=200'
refused 'no answer in time' sleep=4
refused 'a redirect to another scheme' to=ftp://example.com/
refused 'a redirect to this machine without end' to=/api/file_search
printf '' | body
refused 'an empty answer' ''
like "$stderr" "^dlc: $search: empty answer$" '... named'
printf '\n\n  \n' | body
refused 'an answer of blank lines' ''
printf '<!DOCTYPE html>\n<html><body>Down for maintenance</body></html>\n' | body
refused 'a page as text' ''
like "$stderr" "^dlc: $search: a page for people instead of a list of files$" '... named'
echo '{"AQUA_MODIS.20250612T000000.L2.SST.nc": {"checksum": "00"}}' | body
refused 'JSON' ''
echo 'Internal error: database is locked' | body
refused 'an excuse' ''
like "$stderr" "^dlc: $search: not a list of files; it begins with \"Internal error: database is locked\"$" '... quoted'
head -c 100000 /dev/urandom | body
refused 'noise' ''
head -c 70000000 /dev/zero | tr '\0' 'x' | body
refused 'an answer without end' ''
like "$stderr" 'larger than 67108864 bytes' '... named'

# good NAME HOW: the answer is taken
good() {
	how "$2"
	ask -d aqua --no-state --retries 3
	is "$status:$stdout" "0:$example_lines" "$1"
}
example
good 'chunks' chunked
good 'no length, complete' close
good 'after two failures' 'status=502 times=2'
good 'called a page' 'type=text/html'
good 'after a cut' 'cut=300 times=1'
good 'after a reset' 'reset=300 times=1'
good 'by a redirect' 'to=/api/file_search?again times=1'
text=$(cat reply/body)
printf %s "$text" | body
good 'without the last line end' ''
how close
ask -d aqua --no-state --retries 0
is "$status" 3 '... but not where it may have been cut'
example
{ printf 'Your search found these files\n\n'; cat reply/body; } >heading
body <heading
good 'with a heading' ''
{ printf '\357\273\277'; sed 's/$/\r/' heading | sed 's/  /\t/'; } >crlf
sed 1,2d crlf >crlf2
{ printf '\357\273\277'; cat crlf2; } | body
good 'with CR LF, tabs and a byte order mark' ''
example
sed 's/\(.*\)  \(.*\)/"\1" "\2" more/' reply/body >quoted
body <quoted
good 'in quotes, with more columns' ''
sed "s,\"AQUA,\"$files/AQUA," quoted | body
good 'with URLs' ''
tr '[:lower:]' '[:upper:]' <heading | sed 's/\.NC/.nc/' >upper
sed 1,2d upper | body
good 'with checksums in capitals' ''

{
	example
	cat reply/body
	printf '4444444444444444444444444444444444444444  %s\n' https://example.com/cgi/getfile/AQUA_MODIS.20250613T000000.L2.SST.nc \
		../../etc/passwd.nc 'AQUA_MODIS.20250613T000000.L2.SST.nc;x' ''
	printf '444444444444444444444444444444444444444g  AQUA_MODIS.20250613T000000.L2.SST.nc\n'
	printf '4444444444444444444444444444444444444444  %4080s\n' .nc | tr ' ' x
	printf '4444444444444444444444444444444444444444  AQUA\000.nc\n'
} >mixed
body <mixed
how
ask -d aqua --no-state -v
is "$status:$stdout" "0:$example_lines" 'bad lines cost only themselves'
is "$(printf '%s\n' "$stderr" | grep -o '^dlc: answer: line [0-9]*: ' | tr '\n' ' ')" \
	'dlc: answer: line 8:  dlc: answer: line 9:  dlc: answer: line 10:  dlc: answer: line 11:  dlc: answer: line 12:  dlc: answer: line 13:  dlc: answer: line 7:  ' '... each is named under -v'
like "$stderr" 'line 7: https://example.com/cgi/getfile/.*: not a file of oceandata.*; and 6 more like it$' '... the first with the number of the others'
ask -d aqua --no-state --strict --notify mail2
is "$status:$stdout" "1:$example_lines" '... which are a failure with --strict'
like "$(cat mail2/*)" '^answer: line 7: .*; and 6 more like it' '... that operators are told'
{ cat reply/body; yes 'no file.nc' | head -n 1000; } >many
body <many
ask -d aqua --no-state
is "$status $(printf '%s\n' "$stderr" | grep -c ': line ') $(printf '%s\n' "$stderr" | grep -c '; and 1006 more like it$')" '0 1 1' \
	'very many bad lines are one warning'
run dlc -d aqua --no-state --from-file many
is "$status $(printf '%s\n' "$stderr" | grep -c ': line ') $(printf '%s\n' "$stderr" | grep 'more bad lines')" \
	'1 20 dlc: 987 more bad lines' '... in a list the first are named'

# --- lists from elsewhere ---------------------------------------------------------------------------------------------------------

fresh
{
	printf '\357\273\277%s/%s\t%s\r\n\r\n\n' "$files" AQUA_MODIS.20250612T000000.L2.SST.nc AAAAAAAAAAbbbbbbbbbbccccccccccdddddddddd
	printf 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd\t\tAQUA_MODIS.20250612T000000.L2.SST.nc\n'
	printf '%s 0000000000000000000000000000000000000000\n' AQUA_MODIS.20250612T000500.L2.SST.nc \
		http://example.com/AQUA_MODIS.20250612T000500.L2.SST.nc unknown.bin
	printf '%04097d\n' 0
	printf 'binary \001\002\n%s 1111111111111111111111111111111111111111' AQUA_MODIS.20250612T001000.L2.SST.nc
} >list
run dlc -d aqua --root tree --from-file list
is "$status" 1 'a bad list'
is "$stdout" "$files/AQUA_MODIS.20250612T000000.L2.SST.nc aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd
$files/AQUA_MODIS.20250612T000500.L2.SST.nc 0000000000000000000000000000000000000000
$files/AQUA_MODIS.20250612T001000.L2.SST.nc 1111111111111111111111111111111111111111" '... the good lines are done'
is "$(printf '%s\n' "$stderr" | grep -o 'list: line [0-9]*: ' | tr '\n' ' ')" 'list: line 6:  list: line 7:  list: line 8:  list: line 9:  ' '... the others are named'
is "$(lines $state)" 3 '... and the state has them'
run dlc -d aqua --root tree --from-file - <list
is "$status:$stdout" 1: 'the same list again, on standard input: all is known'
run dlc -d aqua --no-state --from-file - </dev/null
is "$status:$stdout" 0: 'an empty list'
printf '%s\0' "0000000000000000000000000000000000000000 AQUA_MODIS.20250612T000500.L2.SST.nc" | dlc -0 -q -d aqua --no-state --from-file - >out
is "$(tr '\0' '!' <out)" "$files/AQUA_MODIS.20250612T000500.L2.SST.nc 0000000000000000000000000000000000000000!" '-0'
run dlc -d aqua --no-state --from-file .
is "$status" 2 'a directory'

# --- state ----------------------------------------------------------------------------------------------------------------------------

fresh
example
printf '%s\n' "$example_lines" >good
{ sed -n 1,2p good; echo nonsense; printf 'http\000\n'; sed -n 3,5p good; printf 'https://x'; } >state
cp state damaged
ask -d aqua --state state
is "$status:$stdout" 0: 'a damaged state: what is readable is known'
like "$stderr" '^dlc: state: line 3: not a URL and a checksum; left out; and 2 more like it$' '... what is not is told'
ask -d aqua --state state --strict
is "$status:$stdout" 1: '... which is a failure with --strict'
ok "$(cmp -s state damaged; echo $?)" '... and it stays as it was, because nothing is new'
head -c 5000 /dev/urandom >state
cp state damaged
: >"$requests"
ask -d aqua --state state --lists lists
is "$status:$stdout:$(lines "$requests")" 2::0 'noise instead of a state: nothing is begun'
like "$stderr" '^dlc: state: [0-9]+ of [0-9]+ lines are unreadable; put it right or remove it$' '... and why'
ok "$(cmp -s state damaged; echo $?)" '... and it stays'
mkdir dir
ask -d aqua --state dir
is "$status" 2 'a directory as state'
: >state
ask -d aqua --state state
is "$status:$(cat state)" "0:$example_lines" 'an empty state'
sed 's/$/ 2025-06-01/' good >state
ask -d aqua --state state
is "$status:$stdout" 0: 'files that were missed are still known'
sed -n 1,3p reply/body >fewer
echo '5555555555555555555555555555555555555555  AQUA_MODIS.20250612T000501.L2.SST.NRT.nc' >>fewer
body <fewer
{ sed -n '1s/$/ 2025-05-20/p; 2,3p; 5s/$/ 2025-05-01/p' good; } >state
touch -d 2025-06-12T12:00Z state
ask -d aqua --state state --now $now
is "$(sed 's,.*L2.,,' state | cut -d ' ' -f 1,3 | tr '\n' ';')" 'SST.nc 2025-05-20;SST.NRT.nc;OC.NRT.nc;SST.NRT.nc;SST.NRT.nc;' 'files that were missed long ago are forgotten'
sed -n 1,3p good >state
touch -d 2025-06-12T12:00Z state
ask -d aqua --state state --now $now --keep 0
is "$(lines state)" 5 '--keep 0 keeps them for the window'

ask -d aqua --state state --now 2025-06-20
touch -d 2025-06-12T12:00Z state
ask -d aqua --state state --now 2025-06-20
is "$(query | grep -o 'psdate=[0-9-]*')" psdate=2025-06-11 'after an outage the window is wider'
like "$stderr" '^dlc: state: last changed 7 days ago; searching from 2025-06-11$' '... and it is said'
touch -d 2024-06-12T12:00Z state
ask -d aqua --state state --now 2025-06-20
is "$(query | grep -o 'psdate=[0-9-]*')" psdate=2025-05-21 '... up to thirty days'
touch -d 2025-06-19T12:00Z state
ask -d aqua --state state --now 2025-06-20
is "$(query | grep -o 'psdate=[0-9-]*')" psdate=2025-06-19 'normally it is not'

# --- nothing is touched ---------------------------------------------------------------------------------------------------------------------

fresh
example
mkdir pending
echo '["a_1"]' >pending/1
# shellcheck disable=SC2086
ask -n -d aqua $places
is "$status:$stdout" "0:$example_lines" 'a dry run prints what is new'
is "$(find tree lists queue pending -type f 2>/dev/null)" pending/1 '... and changes nothing'
like "$stderr" '^dlc: would store aqua/modis_aqua_filelist.txt.daily_2025_163_date_2025_06_12_[0-9a-f]{8}, 3 files$' '... but says what it would'
ask -d aqua --no-state
is "$status:$stdout:$(ls tree 2>/dev/null)" "0:$example_lines:" '--no-state'
ask -d aqua --root tree --json
is "$(printf '%s\n' "$stdout" | head -n 1 | sed 's/"seconds":[^,]*/"seconds":0/')" "{\"inputs\":[\"AQUA_MODIS.20250610T101000.L2.SST.nc\"],\"outputs\":[\"$files/AQUA_MODIS.20250610T101000.L2.SST.nc\"],\"state\":\"done\",\"reason\":null,\"seconds\":0,\"bytes\":0,\"sha1\":\"1111111111222222222233333333334444444444\",\"change\":\"new\",\"list\":null}" '--json'
fresh
dlc -q -d aqua --search-url "$search" --root tree >/dev/full 2>err
is "$?:$(lines $state)" 3:none 'lost output is not remembered'
printf 'x' >queue
ask -d aqua --root tree --lists lists --announce queue
is "$status:$stdout" 2: 'no queue'
rm queue
mkdir -p queue pending
printf '["good_1"]\n' >pending/1
printf 'not json\n' >pending/2
printf '["../../x", 3]\n' >pending/3
printf '["lists/aqua/x"]\n' >pending/6
printf '[%s]\n' "\"it's\"" >pending/4
printf 'a\000b' >pending/5
# shellcheck disable=SC2086
ask -d aqua $places
is "$status:$(printf '%s\n' "$stdout" | wc -l | tr -d ' ')" 0:5 'pending messages that are none are passed over'
like "$stderr" '^dlc: .*pending: message 2: not a JSON array of names of lists: not json; and 3 more like it$' '... with a warning'
is "$(cd pending && ls -p | tr '\n' ' '; ls rejected | tr '\n' ' ')" 'rejected/ 2 2.reason 3 3.reason 4 4.reason 5 5.reason 6 6.reason ' '... and put aside: also what partition would not take'
like "$(cat pending/rejected/2.reason)" '^not a JSON array' '... with the reason'
like "$(cat queue/*)" '"good_1"' '... the good one is announced'

before=$(date +%s%N)
# shellcheck disable=SC2086
ask -d aqua $places
is "$status:$stdout" 0: 'nothing pending and nothing new'
ok "$(test $(($(date +%s%N) - before)) -lt 900000000; echo $?)" '... takes no second of waiting'

# --- a real search ----------------------------------------------------------------------------------------------------------------------------

fresh
rm reply/body
for name in AQUA_MODIS.20250612T000000.L2.SST.nc AQUA_MODIS.20250613T000000.L2.OC.nc AQUA_MODIS.20250612T000000.L2.IOP.nc \
	TERRA_MODIS.20250612T000000.L2.SST.nc JPSS1_VIIRS.20250612T000000.L2.SST3.NRT.nc; do
	echo "$name" >archive/$name
done
touch -d 2025-06-14T01:00Z archive/AQUA*
found() {
	dlc -q --root tree --search-url "$search" "$@" >found
	cut -d / -f 6 found | cut -d ' ' -f 1
}
is "$(found -d aqua --now 2025-06-15)" 'AQUA_MODIS.20250612T000000.L2.SST.nc
AQUA_MODIS.20250613T000000.L2.OC.nc' 'files made since yesterday'
is "$(cat found)" "$host/cgi/getfile/AQUA_MODIS.20250612T000000.L2.SST.nc $(sha1sum <archive/AQUA_MODIS.20250612T000000.L2.SST.nc | cut -d ' ' -f 1)
$host/cgi/getfile/AQUA_MODIS.20250613T000000.L2.OC.nc $(sha1sum <archive/AQUA_MODIS.20250613T000000.L2.OC.nc | cut -d ' ' -f 1)" '... with their checksums'
is "$(found -d aqua --now 2025-06-17)" '' 'later there are none'
is "$(found -d aqua --from 2025-06-13 --to 2025-06-20)" AQUA_MODIS.20250613T000000.L2.OC.nc 'by the day of the data'
is "$(found -d terra)" TERRA_MODIS.20250612T000000.L2.SST.nc 'another dataset'
is "$(found -d jpss1)" JPSS1_VIIRS.20250612T000000.L2.SST3.NRT.nc 'and another'
is "$(found -d viirs)" '' 'one without files'
run "$python" -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode(), end="")' \
	"$host/cgi/getfile/TERRA_MODIS.20250612T000000.L2.SST.nc"
is "$stdout" TERRA_MODIS.20250612T000000.L2.SST.nc 'the files are served'

# --- the next program reads what this one prints -----------------------------------------------------------------------------------------------

if command -v downloader >/dev/null && [ -x "$BUILD/tests/mkgranule" ]; then
	rm archive/*
	mkgranule -d aqua --flag night --time 20250612T031001 --lines 4 --pixels 3 -o archive >made
	dlc -q -d aqua --root chain --search-url "$search" | downloader -q --root chain >got
	is "$(sed 's,.*/,,' got | sort)" "$(sed 's,.*/,,; s,\.NRT,,' made | sort)" 'dlc | downloader'
	is "$(dlc -q -d aqua --root chain --search-url "$search")" '' '... once'
else
	skip 2 'the downloader or mkgranule is not built'
fi

done_testing
