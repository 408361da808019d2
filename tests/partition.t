#!/bin/sh
# partition: granules, tokens, work files, plans, jobs.
. "${0%/*}/lib.sh"
. "$top/tests/partition-lib.sh"

tab=$(printf '\t')
cr=$(printf '\r')

# --- the example of the reference, byte for byte ---

terra_tree tree
export GENERATE_TOKENS=terra=4,floating=1,aqua=4
run partition --root tree --engine none --tokens tree/tokens --uid 8720 --time 2023_05_12_18_57_02 "$data/terra.list"
is "$status" 0 'the terra example'
is "$(golden tree)" '' '... all 22 work files are byte for byte those of the reference'
is "$(find tree/downloader/lists tree/combiner/downloads tree/processor/input -type f | wc -l | tr -d ' ')" 23 \
	'... and there are no others'
like "$stdout" "^plan${tab}$work/tree/partition/plan_TERRA_2023_05_12_18_57_02_8720.json\$" '... the plan is named'
is "$(printf '%s\n' "$stdout" | grep -c "^job${tab}")" 17 '... and its jobs'
is "$(free tree terra) $(free tree floating)" '0 0' '... all tokens are taken'
is "$(held tree terra-8720-ql) $(held tree terra-8720-r) $(held tree terra-8720-floating)" '2 2 1' '... and divided'
is "$(ls tree/combiner/jobs)" '' '... the waiting list is gone'
is "$(find tree -name '.*.part' -o -name '.*.tmp')" '' '... nothing is left over'

terra_tree tree
sort -R --random-source="$data/terra.list" "$data/terra.list" >shuffled
run partition --root tree --engine none --tokens none: --arrays 5 --uid 8720 --time 2023_05_12_18_57_02 shuffled
is "$status $(golden tree)" '0 ' 'the order of the list does not matter, and five tokens of one kind do as well'
terra_tree tree
awk 'NR % 2' "$data/terra.list" >odd
awk 'NR % 2 == 0' "$data/terra.list" >even
run partition --root tree --engine none --tokens none: --arrays 5 --uid 8720 --time 2023_05_12_18_57_02 odd - <even
is "$status $(golden tree)" '0 ' 'lists come from arguments and standard input'

# --- matching by minute, late partners, waiting granules ---

mkdir -p t3/combiner/jobs t3/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_QUICKLOOK
: >t3/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_QUICKLOOK/AQUA_MODIS.20240102T002501.L2.SST.nc
printf 'AQUA_MODIS.%s.L2.SST.nc\n' 20240102T000501 20240102T001001 >t3/combiner/jobs/aqua_quicklook_20240102T030000_x.txt
echo 'combiner 1' >t3/combiner/jobs/modis_level2_combiner_historical_AQUA_QUICKLOOK_17_job_is_running.txt
{
	line AQUA_MODIS 20240102T001001 SST.NRT 1
	line AQUA_MODIS 20240102T001000 OC.NRT 2
	line AQUA_MODIS 20240102T002001 SST.NRT 3
	line AQUA_MODIS 20240102T002001 SST4.NRT 4
	line AQUA_MODIS 20240102T002501 SST4.NRT 5
	line AQUA_MODIS 20240102T003001 OC.NRT 6
} >aqua.list
GENERATE_TOKENS=aqua=4,floating=0 run partition --root t3 --engine none --tokens t3/tokens --uid 1234 \
	--time 2024_01_02_03_04_05 --final-log aqua.list
is "$status" 0 'four quicklook granules under four tokens'
list() {
	sed 's/.* 0*//' "t3/downloader/lists/aqua_$1_2024_01_02_03_04_05_$2_1234.txt" | paste -sd ' ' -
}
index() {
	tr -d ' ["\n]' <"t3/$1_AQUA_quicklook_2024_01_02_03_04_05_$2_1234.json" | sed 's/AQUA_MODIS.20240102T//g; s/.L2//g'
}
is "$(list quicklook 0_0) | $(list quicklook 1_0) | $(list quicklook 2_0) | $(list unmatched 0)" '3 4 | 1 2 | 5 | 6' \
	'... each download is where it belongs'
is "$(index combiner/downloads/combiner_file_lists 0) $(index combiner/downloads/combiner_file_lists 1)" \
	'002001.SST.nc,002001.SST4.nc 001001.SST.nc,001000.OC.nc' '... with SST4 of the same second, OC of the same minute'
is "$(index combiner/downloads/combiner_file_lists 2) $(index combiner/downloads/combiner_file_lists 3)" \
	'002501.SST.nc,002501.SST4.nc 000501.SST.nc' '... the late partner of a file on disk, and the granule that waited'
is "$(index processor/input/processor_timestamp_list 1)" 20240102T001001 '... times are those of SST files only'
is "$(ls t3/downloader/lists/downloads_file_lists_AQUA_quicklook_*_3_* 2>/dev/null)" '' '... no downloader without downloads'
is "$(ls t3/combiner/jobs)" modis_level2_combiner_historical_AQUA_QUICKLOOK_17_job_is_running.txt \
	'... the waiting list is gone, the marker of a combiner is not'
is "$(held t3 aqua-1234-ql) $(free t3 aqua)" '4 0' '... four tokens'
like "$stderr" ' - combiner_wait_total: 2 - ' '... both names had waited'

# What is no list, in its place, and a list whose name is no text.
rm -rf t3
mkdir -p t3/combiner/jobs/aqua_quicklook_dir
ln -s /etc/passwd t3/combiner/jobs/aqua_quicklook_link.txt
echo AQUA_MODIS.20240102T000501.L2.SST.nc >t3/combiner/jobs/aqua_quicklook_20240102T030000_x.txt
odd=$(printf 'odd\377.list')
cp aqua.list "$odd"
run partition --root t3 --engine none --tokens none: --uid 1234 "$odd"
is "$status $(printf '%s\n' "$stderr" | grep -c 'not a regular file$')" '1 2' 'a directory and a link among the waiting lists are named'
is "$(ls t3/combiner/jobs)" 'aqua_quicklook_dir
aqua_quicklook_link.txt' '... and left there; the list is taken'
like "$(cat t3/partition/plan_*.json)" '"odd[?].list"' '... and a list with an odd name, which is in the plan'
printf '%s\n' '{"prefix": "a", "dataset": "aqua", "txt_list": ["a\nb"]}' >ev
run partition --root t3 --engine none --lists . --event ev
is "$status" 2 'a message with a control character in a name'
like "$stderr" 'txt_list: "a[?]b" is not the name of a list' '... is none'

rm -rf t
mkdir -p t/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_REFINED
cd t/combiner/downloads/MODIS_AQUA_L2_SST_OBPG_REFINED || exit 1
touch AQUA_MODIS.20240102T001001.L2.SST.nc AQUA_MODIS.20240102T002001.L2.SST.nc AQUA_MODIS.20240102T002030.L2.SST.nc \
	AQUA_MODIS.20240102T003001.L2.SST.NRT.nc AQUA_MODIS.20240102T003001.L2.SST4.nc
cd "$work" || exit 1
{
	line AQUA_MODIS 20240102T001000 OC 1
	line AQUA_MODIS 20240102T002000 OC 2
	line AQUA_MODIS 20240102T003001 OC 3
	line AQUA_MODIS 20240102T001001 SST4.NRT 4
} >late
run partition --root t --engine none --tokens none: --uid 1234 --time 2024_01_02_03_04_05 late
is "$(sed 's/.* 0*//' t/downloader/lists/aqua_refined_*.txt | paste -sd ' ' -) | $(sed 's/.* 0*//' \
	t/downloader/lists/aqua_unmatched_*.txt | paste -sd ' ' -)" '1 | 3 2 4' \
	'a late OC of another second is taken when one SST file has its minute, and only of its own type'

# --- the final log ---

mkdir -p t6/combiner/jobs
echo AQUA_MODIS.20240102T000501.L2.SST.nc >t6/combiner/jobs/aqua_quicklook_20240102T030000_x.txt
{
	line AQUA_MODIS 20240102T001001 SST.NRT 1
	line AQUA_MODIS 20240102T001001 OC.NRT 2
} >two.list
GENERATE_TOKENS=aqua=13,floating=1 run partition --root t6 --engine none --tokens t6/tokens --uid 5185 --final-log two.list
is "$(printf '%s\n' "$stderr" | grep final_log)" "partition_and_submit - INFO : final_log: unique_id: 5185 - dataset: \
MODIS Aqua - number_downloads: 2 - number_licenses: 14 - combiner_wait_total: 1 - processed: \
$at/AQUA_MODIS.20240102T001001.L2.SST.NRT.nc $(printf %040d 1), $at/AQUA_MODIS.20240102T001001.L2.OC.NRT.nc $(printf %040d 2) - \
combiner_sst_wait: AQUA_MODIS.20240102T000501.L2.SST.nc" 'the final_log line'
is "$(free t6 aqua) $(free t6 floating) $(held t6 aqua-5185-ql)" '11 1 2' 'no token is held without an array'

# A refined granule waits too where the combiner is told to (-w).
mkdir -p t8/combiner/jobs
echo AQUA_MODIS.20240102T000501.L2.SST.nc >t8/combiner/jobs/aqua_refined_20240102T030000_x.txt
GENERATE_TOKENS=aqua=13,floating=1 run partition --root t8 --engine none --tokens t8/tokens -t quicklook two.list
is "$status $(ls t8/combiner/jobs)" '0 aqua_refined_20240102T030000_x.txt' 'a refined granule waits for refined runs'
GENERATE_TOKENS=aqua=13,floating=1 run partition --root t8 --engine none --tokens t8/tokens two.list
is "$status $(ls t8/combiner/jobs)" '0 ' '... or those of both types'
like "$(cat t8/combiner/downloads/combiner_file_lists_AQUA_refined_*.json)" AQUA_MODIS.20240102T000501.L2.SST.nc \
	'... and is in a job then'

# --- cutting: 17 granules of each type under four tokens and the floating one, jobs of five ---

"$python" - >cut.list <<'!'
at = 'https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/AQUA_MODIS.'
def put(day, text, nrt):
    for granule in text.split(','):
        time, *suites = granule.split()
        for s in suites:
            print(f'{at}{day}T{time}.L2.{s}{nrt}.nc {1:040}')
put('20230124', '213501 SST OC,213001 SST OC,212501 SST OC,212001 SST OC,211500 SST OC,211000 SST OC,210500 SST OC,'
    '210000 SST OC,205501 SST SST4 OC,205001 SST SST4 OC,204501 SST SST4,204001 SST SST4,203501 SST SST4,203001 SST SST4,'
    '202500 SST SST4,202000 SST SST4,201500 SST SST4', '.NRT')
put('20220605', '012001 SST OC,011501 SST OC,011001 SST OC,010501 SST OC,010001 SST SST4 OC,005501 SST SST4 OC,'
    '005001 SST SST4,004500 SST SST4,004000 SST SST4,003500 SST SST4,003001 SST SST4,002501 SST SST4,002001 SST SST4,'
    '001501 SST SST4,001001 SST SST4 OC,000501 SST OC,000001 SST OC', '')
put('20230125', '000001 SST4,000501 SST4,001001 OC,001001 SST4,003500 OC,005001 OC,024001 SST4', '.NRT')
!
GENERATE_TOKENS=aqua=4,floating=1 run partition --root t7 --engine none --tokens t7/tokens --batch-size 5 --uid 1234 \
	--time 2024_01_02_03_04_05 cut.list
is "$status $(free t7 aqua) $(free t7 floating)" '0 0 0' 'the cutting example'
"$python" - >cuts <<'!'
import glob, json
for f in sorted(glob.glob('t7/combiner/downloads/*.json')):
    jobs = [[n.split('.')[1][9:] + n.split('.')[3] for n in job] for job in json.load(open(f))]
    print(f.split('_')[4], f.split('_')[-2], '; '.join('%s-%s (%d, %d)' % (
        [n for n in j if n.endswith('SST')][0][:6], [n for n in j if n.endswith('SST')][-1][:6],
        len([n for n in j if n.endswith('SST')]), len(j)) for j in jobs))
for f in sorted(glob.glob('t7/downloader/lists/aqua_unmatched_*.txt')):
    print('unmatched', f.split('_')[-2], ', '.join(l.split('.')[-5][9:] + ' ' + l.split('.')[-3] for l in open(f)))
!
is "$(cat cuts)" 'quicklook 0 213501-212501 (3, 6); 212001-211000 (3, 6)
quicklook 1 210500-205501 (3, 7); 205001-204001 (3, 7)
quicklook 2 203501-201500 (5, 10)
refined 0 012001-010001 (5, 11); 005501-004000 (4, 9)
refined 1 003500-002001 (4, 8); 001501-000001 (4, 9)
unmatched 0 024001 SST4, 005001 OC, 003500 OC, 001001 SST4
unmatched 1 001001 OC, 000501 SST4, 000001 SST4' '... arrays, jobs and groups are those of the reference'

# --- what AWS Batch gets ---

cat >config.py <<'!'
import json
D = {'aqua': 'MODIS_A', 'terra': 'MODIS_T', 'viirs': 'VIIRS', 'jpss1': 'JPSS1'}
o = {}
def put(key, share, *command):
    o[key] = {'cpu': '1', 'memory': '2048', 'share_identifier': share, 'command': list(command)}
for d, t in D.items():
    down = ['/data/lists', 'input_list', '-235', 'L2', 'SPACE', t, '/data/output', '2000', '1', 'no', 'yes']
    for p in ('quicklook', 'refined'):
        s = 'generate' + d + p
        put(f'downloader_{d}_{p}', s, *down)
        put(f'combiner_{d}_{p}', s, '300', '0' if p == 'refined' or d == 'aqua' else '300', 'yes', t, p.upper(), '-235',
            'input_list')
        put(f'processor_{d}_{p}', s, '300', 'yes', t, p.upper(), 'no', '-235', 'input_list')
        put(f'uploader_{d}_{p}', s, 'prefix', '-235', '/data', 'input_list', p, d, 'ops')
    put(f'downloader_{d}_unmatched', 'generate' + d + 'unmatched', *down)
    put(f'license_returner_{d}', 'generate' + d + 'license', 'unique_id', 'prefix', d, 'ptype')
o['uploader_aqua_refined']['queue'] = 'stray'
o['unheard_of'] = {}
json.dump(o, open('job_config.json', 'w'), indent=2)
!
"$python" config.py
terra_tree tree
run partition --root tree --engine batch:service-generate-ops-terra --records records --config job_config.json \
	--prefix service-generate-ops --tokens tree/tokens --uid 8720 --time 2023_05_12_18_57_02 "$data/terra.list"
is "$status $(golden tree)" '0 ' 'the terra example for AWS Batch'
like "$stderr" 'job_config.json: uploader_aqua_refined.queue: unknown, ignored' '... unknown members are named'
like "$stderr" 'job_config.json: unheard_of: unknown, ignored' '... and unknown keys'
"$python" - records >requests <<'!'
import json, sys
for n, l in enumerate(open(sys.argv[1]), 1):
    r = json.loads(l)['SubmitJob']
    assert r['jobQueue'] == 'service-generate-ops-terra'
    name = r['jobName'].replace('service-generate-ops-terra-', '')
    deps = ' '.join(d.get('jobId', '') + ('/' + d['type'] if 'type' in d else '') for d in r['dependsOn'])
    print(n, name, r['arrayProperties'].get('size', '-'), '[' + deps + ']', r['shareIdentifier'],
        r['schedulingPriorityOverride'], r['jobDefinition'].replace('service-generate-ops-', ''),
        ' '.join(r['containerOverrides']['command']))
!
is "$(wc -l <requests | tr -d ' ')" 22 '... 22 requests'
run license-returner --root tree --reap
is "$status$stdout $(held tree terra-8720-ql) $(held tree terra-8720-r)" '0 2 2' \
	'... which hold the tokens: they are not those of a process that has ended'
p=2023_05_12_18_57_02
is "$(sed -n '1,4p;11p' requests)" "1 quicklook-downloader-0 - [] generateterraquicklook 10 downloader /data/lists \
downloads_file_lists_TERRA_quicklook_${p}_0_8720.json 0 L2 SPACE MODIS_T /data/output 2000 1 no yes
2 quicklook-combiner-0 - [@1] generateterraquicklook 10 combiner 300 300 yes MODIS_T QUICKLOOK 0 \
combiner_file_lists_TERRA_quicklook_${p}_0_8720.json
3 quicklook-processor-0 - [@2] generateterraquicklook 10 processor 300 yes MODIS_T QUICKLOOK no 0 \
processor_timestamp_list_TERRA_quicklook_${p}_0_8720.json
4 quicklook-uploader-0 - [@3] generateterraquicklook 10 uploader service-generate-ops 0 /data \
processor_timestamp_list_TERRA_quicklook_${p}_0_8720.json quicklook terra ops
11 license-returner - [@3 @6 @9] generateterralicense 1 license-returner 8720 service-generate-ops terra quicklook" \
	'... names, dependencies, shares, priorities and commands of quicklook'
is "$(sed -n '12,14p;20,21p' requests)" "12 refined-downloader-0 2 [] generateterrarefined 1 downloader /data/lists \
downloads_file_lists_TERRA_refined_${p}_0_8720.json -235 L2 SPACE MODIS_T /data/output 2000 1 no yes
13 refined-combiner-0 2 [@12/N_TO_N /SEQUENTIAL] generateterrarefined 1 combiner 300 0 yes MODIS_T REFINED -235 \
combiner_file_lists_TERRA_refined_${p}_0_8720.json
14 refined-processor-0 2 [@13/N_TO_N /SEQUENTIAL] generateterrarefined 1 processor 300 yes MODIS_T REFINED no -235 \
processor_timestamp_list_TERRA_refined_${p}_0_8720.json
20 license-returner - [@14 @18] generateterralicense 1 license-returner 8720 service-generate-ops terra refined
21 unmatched-downloader-0 - [] generateterraunmatched 1 downloader /data/lists \
downloads_file_lists_TERRA_unmatched_${p}_0_8720.json 0 L2 SPACE MODIS_T /data/output 2000 1 no yes" \
	'... and of refined, whose arrays have two elements, and of unmatched files'

# --- failure cases ---

fresh() {
	rm -rf t
	mkdir -p t/download-lists/"$1"
}

event() {
	printf '{"Records": [{"messageId": "%s", "body": "{\\"prefix\\": \\"service-generate-ops\\", \\"dataset\\": \\"%s\\", ' \
		"$1" "$2"
	shift 2
	printf '\\"txt_list\\": ['
	sep=
	for l; do
		printf '%s\\"%s\\"' "$sep" "$l"
		sep=', '
	done
	printf ']}"}]}\n'
}

fresh terra
cp "$data/terra.list" t/download-lists/terra/a
event m1 terra a >ev
GENERATE_TOKENS=terra=0,floating=2 run partition --root t --engine none --tokens t/tokens --lists t/download-lists \
	--pending t/pending --event <ev
is "$status $stdout" "0 pending${tab}a" 'too few tokens: the lists go to the pending queue'
is "$(find t/tokens -type f)" '' '... and no token is taken'
is "$(find t/pending -type f ! -name '.*' | wc -l | tr -d ' ')" 1 '... in one message'
like "$(cat t/pending/*)" '\[\\?"a\\?"\]' '... with their names'
is "$(find t/downloader t/partition -type f ! -name '.*')" '' '... nothing else was written'

fresh terra
event m1 terra a b >ev
GENERATE_TOKENS=terra=13,floating=2 run partition --root t --engine none --tokens t/tokens --lists t/download-lists \
	--event <ev
is "$status $stdout" '0 ' 'all lists are missing: the message is done with'
is "$(printf '%s\n' "$stderr" | grep -c '^partition: .*/terra/[ab]')" 2 '... each is named'
is "$(ls t/tokens 2>/dev/null)" '' '... no token was touched'
GENERATE_TOKENS=terra=13,floating=2 run partition --root t --engine none --tokens t/tokens --lists t/download-lists \
	--event --strict <ev
is "$status" 1 '... with --strict it failed'

line SNPP_VIIRS 20240102T001001 SST_TRIPLE 1 >l
GENERATE_TOKENS=viirs=3,floating=0 run partition --root t --engine none --tokens t/tokens l
is "$status $stdout" '0 ' 'a list of another product only: nothing is begun'
like "$stderr" '^partition: l: line 1: SNPP_VIIRS.20240102T001001.L2.SST_TRIPLE.nc: not the name' '... the line is named'
GENERATE_TOKENS=viirs=3,floating=0 run partition --root t --engine none --tokens t/tokens --strict l
is "$status" 1 '... with --strict it failed'
{
	line AQUA_MODIS 20240102T001001 SST.NRT 1
	line AQUA_MODIS 20240102T001501 SST 2
	line AQUA_MODIS 20240102T001001 IOP 3
} >l
GENERATE_TOKENS=aqua=3,floating=0 run partition --root seen --engine none --tokens seen/tokens --arrays 1 -t quicklook --final-log l
is "$status $(printf '%s\n' "$stderr" | grep final_log | sed 's/.*processed: //' | grep -o 'T0[0-9]*.L2.[A-Z]*' | paste -sd ' ' -)" \
	'0 T001001.L2.SST T001501.L2.SST T001001.L2.IOP' 'the log has all lines that were read, also those passed over'

fresh terra
{ line TERRA_MODIS 20240102T001001 SST.NRT 1; line TERRA_MODIS 20240102T001001 SST 2; } >l
GENERATE_TOKENS=terra=1,floating=1 run partition --root t --engine none --tokens t/tokens --uid 1234 l
is "$status" 0 'one token and the floating one, granules of both types'
is "$(find t/downloader/lists -name '*.txt' | wc -l | tr -d ' ') $(free t terra) $(free t floating)" '2 0 0' \
	'... one array each'
is "$(held t terra-1234-ql) $(held t terra-1234-floating) $(held t terra-1234-r)" '1 1 ' \
	'... refined works under the floating token'

{ line SNPP_VIIRS 20240102T001001 SST.NRT 1; line SNPP_VIIRS 20240102T001001 OC.NRT 2; } >l
fresh viirs
run partition --root t --engine none --tokens none: l
is "$(sed 's/.* 0*//' t/downloader/lists/viirs_unmatched_*.txt) $(tr -d ' \n' <"$(ls t/combiner/downloads/*.json)")" \
	'2 [["SNPP_VIIRS.20240102T001001.L2.SST.nc"]]' 'VIIRS granules need no OC'

{
	line SNPP_VIIRS 20240102T001001 SST.NRT 1
	line SNPP_VIIRS 20240102T001001 SST3.NRT 5
	line SNPP_VIIRS 20240102T001001 SST.NRT 9
	line SNPP_VIIRS 20240102T001001 SST3.NRT 5
} >l
fresh viirs
run partition --root t --engine none --tokens none: l
is "$status $(sed 's/.* 0*//' t/downloader/lists/*.txt | paste -sd ' ' -)" '0 9 5' 'a file listed twice: the last line counts'
is "$stderr" "partition: l: line 1: replaced, line 3 of l has another checksum for \
$at/SNPP_VIIRS.20240102T001001.L2.SST.NRT.nc
partition: 4 lines: 1 quicklook and 0 refined granules, 0 files without an SST file" '... which is said when they differ'

fresh terra
line TERRA_MODIS 20240102T001001 OC 1 >l
GENERATE_TOKENS=terra=13,floating=2 run partition --root t --engine none --tokens t/tokens l
is "$status $(find t/tokens -type f 2>/dev/null)" '0 ' 'unmatched files only: no token is taken'
is "$(printf '%s\n' "$stdout" | grep -c "^job$tab")" 1 '... and there is one job'

# --- arrays larger than the cluster takes ---

make_cluster
echo 5 >"$cluster/max"
fresh aqua
for m in 00 05 10 15 20 25 30 35 40 45 50 55; do
	line AQUA_MODIS 20240102T00${m}01 SST 1
	line AQUA_MODIS 20240102T01${m}01 SST 1
done >l
run partition --root t --engine slurm --tokens none: --arrays 4 --batch-size 1 l
is "$status $(sed -n 's/.*"size": //p' "$(printf '%s\n' "$stdout" | sed -n "s/^plan$tab//p")" | sort | uniq -c | tr -s ' ')" \
	'0  6 5,' 'arrays are cut to the limit of the cluster, their jobs get larger'
is "$(cat t/downloader/lists/*.txt | wc -l | tr -d ' ')" 24 '... and no file is lost'

# --- one token ---

refined=$data/refined3.list
for tokens in '--arrays 1 --tokens none:' '--arrays 1' ''; do
	fresh aqua
	# shellcheck disable=SC2086
	GENERATE_TOKENS=aqua=1,floating=0 run partition --root t --engine none --tokens t/tokens $tokens "$refined"
	is "$status $(cat t/downloader/lists/*.txt 2>/dev/null | wc -l | tr -d ' ')" '0 3' \
		"refined granules alone make an array under one token (${tokens:-pool of one})"
done
is "$(held t "$(license-returner -q --tokens t/tokens --status | sed -n 's/^\(aqua-[^ ]*-r\) .*/\1/p')")" 1 '... which they hold'
fresh aqua
{ cat "$refined"; line AQUA_MODIS 20240102T001001 SST.NRT 1; } >l
GENERATE_TOKENS=aqua=4,floating=1 run partition --root t --engine none --tokens t/tokens --arrays 1 l
is "$status $stdout" '2 ' 'one token cannot do for granules of both types'
like "$stderr" 'quicklook and refined granules need a token each' '... which is said'
is "$(free t aqua)" 4 '... and it is given back'

# --- bad lists ---

long=$(printf '%04097d' 0)
{
	printf '\357\273\277'
	line AQUA_MODIS 20240102T001001 SST 1 | sed "s/\$/$cr/"
	echo
	echo "$cr"
	printf '# a comment\n'
	line AQUA_MODIS 20240102T001501 SST 2 | tr ' ' '\t'
	printf '  '
	line AQUA_MODIS 20240102T002001 SST 3 | sed 's/ /  /; s/$/ /'
	echo "$at/AQUA_MODIS.20240102T002501.L2.SST.nc"
	line AQUA_MODIS 20240102T003001 SST 4 | sed 's/.$//'
	line TERRA_MODIS 20240102T003001 SST 6
	line AQUA_MODIS 20241302T003001 SST 7
	line AQUA_MODIS 20240102T003501 SST8 8
	echo 'gopher://example.org/AQUA_MODIS.20240102T003501.L2.SST.nc'
	echo 'ftp://example.org/AQUA_MODIS.20240102T003501.L2.SST.nc'
	echo 'https://user:secret@example.org/AQUA_MODIS.20240102T003501.L2.SST.nc'
	echo 'https://example.org/a/../AQUA_MODIS.20240102T003501.L2.SST.nc'
	echo 'AQUA_MODIS.20240102T003501.L2.SST.NRT'
	line AQUA_MODIS 20240102T004001 SST 14 | sed 's,https.*/,https://mirror.example.org/x/,'
	echo "$long"
	printf 'bin\001ary\377\n'
	printf '%s/AQUA_MODIS.20240102T004501.L2.SST.nc \303\244\n' "$at"
	line AQUA_MODIS 20240102T005001 SST 15 | tr -d '\n'
} >bad.list
rm -rf t
run partition --root t --engine none --tokens none: --arrays 2 bad.list
is "$status" 1 'a list with all kinds of lines'
is "$(sed 's/.*AQUA_MODIS.20240102T//; s/.L2.SST.nc//; s/ 0*/ /' t/downloader/lists/*.txt | paste -sd , -)" \
	'005001 15,002501,002001 3,001501 2,001001 1,004001 14' '... the good ones are done, whatever their ends and blanks'
for n in 8 9 10 11 12 13 14 15 18 19 20; do
	printf '%s\n' "$stderr" | grep -q "^partition: bad.list: line $n: " || echo "$n"
done >missing
is "$(cat missing)" '' '... each bad one is named with its line'
is "$(printf '%s\n' "$stderr" | grep -c '^partition: bad.list: line ')" 12 '... once'
like "$stderr" 'line 11: .*passed over; and 1 more like it$' '... what is another product is passed over'
like "$stderr" "^partition: bad.list: line 17: https://mirror.example.org/x/: not OBPG's server" '... and another server'
unlike "$stderr" secret '... without passwords'

rm -rf t
head -c 100000 /dev/urandom >random
run partition --root t --engine none random
is "$status $stdout" '1 ' 'a binary file is no list'
ok "$(test "$(printf '%s\n' "$stderr" | wc -l)" -le 23; echo $?)" '... which takes few lines to say'
is "$(ls t 2>/dev/null)" '' '... and nothing is begun'
run partition --root t --engine none nosuch.list "$data/terra.list" --tokens none:
is "$status $(find t/downloader/lists -name '*.json' | wc -l | tr -d ' ')" '1 9' 'a missing list does not stop the others'
like "$stderr" '^partition: nosuch.list: No such file' '... and is named'
: >empty
run partition --root t2 --engine none empty
is "$status $stdout $(ls t2 2>/dev/null)" '0  ' 'an empty list is nothing to do'

# --- configuration ---

for bad in '{' '[]' '{"combiner_terra_refined": 1}' '{"combiner_terra_refined": {"cpu": "x", "memory": "1", "command": ["a"]}}' \
	'{"combiner_terra_refined": {"cpu": "1", "memory": "1", "command": "a"}}' \
	'{"combiner_terra_refined": {"cpu": "1", "memory": "1", "command": [1]}}' \
	'{"downloader_terra_quicklook": {"cpu": "1", "memory": "1", "command": ["a"]}}'; do
	echo "$bad" >bad.json
	terra_tree tree
	GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine slurm --tokens tree/tokens --config bad.json \
		"$data/terra.list"
	[ "$status" = 2 ] || [ "$status" = 3 ] || echo "status $status: $bad"
	[ -z "$stdout" ] || echo "stdout: $bad"
done >wrong
make_cluster
for bad in '{' '[]' '{"combiner_terra_refined": 1}' '{"combiner_terra_refined": {"cpu": "x", "memory": "1", "command": ["a"]}}' \
	'{"combiner_terra_refined": {"cpu": "1", "memory": "1", "command": "a"}}' \
	'{"combiner_terra_refined": {"cpu": "1", "memory": "1", "command": [1]}}' \
	'{"downloader_terra_quicklook": {"cpu": "1", "memory": "1", "command": ["a"]}}'; do
	echo "$bad" >bad.json
	terra_tree tree
	GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine slurm --tokens tree/tokens --config bad.json \
		"$data/terra.list"
	[ "$status$stdout" = 2 ] || echo "status $status: $bad"
	printf '%s\n' "$stderr" | grep -q '^partition: bad.json: ' || echo "message: $bad"
	[ ! -e tree/tokens ] || [ "$(free tree terra)" = 4 ] || echo "tokens: $bad"
	[ "$(ls tree/combiner/jobs)" = terra_quicklook_20230504T180000_abc.txt ] || echo "waiting list: $bad"
	[ -z "$(find tree/downloader tree/partition -type f ! -name '.*.lock' 2>/dev/null)" ] || echo "files: $bad"
done >>wrong
is "$(cat wrong)" '' 'a configuration that cannot be used: nothing is begun, tokens and waiting granules are given back'
is "$(cat "$cluster/jobs")" '' '... and nothing submitted'
like "$stderr" 'license_returner_terra is missing' '... what is missing is named'

# --- engines ---

: >"$cluster/down"
terra_tree tree
run partition --root tree --engine slurm "$data/terra.list"
is "$status $stdout" '3 ' 'the engine is down: nothing is begun'
like "$stderr" '^partition: .*Unable to contact slurm controller' '... and it says so'
is "$(find tree -type f | wc -l | tr -d ' ')" 2 '... nothing is written'
rm "$cluster/down"

GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine slurm --uid 8720 --time 2023_05_12_18_57_02 \
	--to store "$data/terra.list"
is "$status $(golden tree)" '0 ' 'the terra example for Slurm'
is "$(wc -l <"$cluster/jobs" | tr -d ' ')" 22 '... 22 jobs'
is "$(sed -n '2p;11p' "$cluster/jobs" | sed 's/generate-terra-//')" '1002 quicklook-combiner-0-8720 aftercorr:1001
1011 quicklook-license-returner-0-8720 afterany:1003,afterany:1006,afterany:1009' '... after each other'
like "$(license-returner --root tree --status)" '^terra-8720-ql .*\[slurm 1011 1020\]' \
	'... the tokens belong to the jobs that return them'
plan=$(printf '%s\n' "$stdout" | sed -n "s/^plan$tab//p")
first=$stdout
run partition --resume "$plan"
is "$status $stdout" "0 $first" 'resuming what is done prints the same'
is "$(wc -l <"$cluster/jobs" | tr -d ' ')" 22 '... and submits nothing'
run partition --resume "$plan" --engine none
is "$status" 2 'a plan whose jobs are somewhere cannot go elsewhere'

terra_tree tree
run partition --root tree --engine none --tokens tree/tokens --job-root /seen --uid 8720 --time 2023_05_12_18_57_02 "$data/terra.list"
like "$(tr -d '\n ' <"$plan")" '"license-returner","--root","/seen","--tokens","/seen/tokens"' \
	'a pool in the tree is in the tree for jobs that see it elsewhere'
run partition --resume "$plan" --engine batch:queue --records records2
is "$status$(ls records2 2>/dev/null)" 2 'a plan of programs is none of containers'

make_cluster
terra_tree tree
echo after 1 >"$cluster/kill"
run partition --root tree --engine slurm --tokens none: --arrays 5 --uid 8720 --time 2023_05_12_18_57_02 --to place/store \
	--announce place/topic --logs place/logs "$data/terra.list"
rm "$cluster/kill"
name=$(cut -d ' ' -f 2 "$cluster/jobs")
echo '1001 forgotten' >"$cluster/jobs"
mkdir -p place/logs elsewhere
: >"place/logs/$name-1001_0.log"
cd elsewhere || exit 1
run partition --resume "$plan"
cd "$work" || exit 1
is "$status $(printf '%s\n' "$stdout" | grep -c "^job$tab") $(wc -l <"$cluster/jobs" | tr -d ' ')" '0 20 20' \
	'a plan resumed in another directory finds the logs of a job that Slurm has forgotten'
like "$(cat "$plan")" "\"$work/place/store\"" '... and names the store'
like "$(cat "$plan")" "\"$work/place/topic\"" '... and the topic of the directory it was made in'

make_cluster
echo 9 >"$cluster/refuse"
terra_tree tree
GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine slurm --uid 8720 "$data/terra.list"
is "$status $(wc -l <"$cluster/jobs" | tr -d ' ')" '3 8' 'the engine fails in the middle'
like "$stderr" 'partition --resume does the rest' '... what to do is said'
is "$(printf '%s\n' "$stdout" | grep -c "^job$tab")" 8 '... what is submitted is printed'
plan=$(printf '%s\n' "$stdout" | sed -n "s/^plan$tab//p")
rm "$cluster/refuse"
run partition --resume "$plan"
is "$status $(cut -d ' ' -f 2 "$cluster/jobs" | sort | uniq -d) $(wc -l <"$cluster/jobs" | tr -d ' ')" '0  17' \
	'... and resuming submits the rest, nothing twice'
is "$(ls tree/combiner/jobs)" '' '... then the waiting list is removed'
is "$(held tree terra-8720-ql) $(held tree terra-8720-r) $(held tree terra-8720-floating)" '2 2 1' \
	'... under the same tokens'

for p in '' '{}' '[1' '{"version": 2}' "$(sed 's/"ended": \[\]/"ended": [99]/' "$plan")" "$(head -c 900 "$plan")" \
	"$(sed 's/"size": 1/"size": 0/' "$plan")" "$(sed 's/"unique_id": "8720"/"unique_id": "..\/x"/' "$plan")" \
	"$(sed 's/[.]claimed-8720"/"/' "$plan")" \
	"$(sed 's/"root": .*/"root": "",/' "$plan")" "$(sed 's/"pool": .*/"pool": "tokens",/' "$plan")"; do
	printf '%s' "$p" >bad_plan.json
	printf '{"plan":"8720"}\n' >bad_plan.json.journal
	run partition --resume bad_plan.json
	[ "$status$stdout" = 2 ] || echo "$status $p"
	printf '%s\n' "$stderr" >>refusals
done >wrong
is "$(cat wrong)" '' 'a damaged plan is refused'
is "$(grep -c 'not a list of this run\|no absolute path' refusals)" 4 '... and one that would remove or use what is not its own'
cp "$plan" copy.json
run partition --resume copy.json
is "$status" 2 '... one without its journal'
printf '{"plan":"8720"}\nrubbish\n' >copy.json.journal
run partition --resume copy.json
is "$status $stderr" '2 partition: copy.json.journal: line 2: damaged, or of another plan' '... and one with a damaged journal'
printf '{"plan":"8720"}\n{"job":99,"id":"1"}\n' >copy.json.journal
run partition --resume copy.json
is "$status" 2 '... or one of another plan'

# --- messages that come twice ---

fresh terra
make_cluster
cp "$data/terra.list" t/download-lists/terra/a
event m-77 terra a >ev
echo 9 >"$cluster/refuse"
run partition --root t --engine slurm --lists t/download-lists --event <ev
is "$status $(wc -l <"$cluster/jobs" | tr -d ' ')" '3 8' 'a message whose jobs could not all be submitted'
rm "$cluster/refuse"
run partition --root t --engine slurm --lists t/download-lists --event <ev
is "$status $(ls t/partition/plan_*.json | wc -l | tr -d ' ') $(wc -l <"$cluster/jobs" | tr -d ' ')" '0 1 13' \
	'... comes again: the same plan is finished'
is "$(cut -d ' ' -f 2 "$cluster/jobs" | sort | uniq -d)" '' '... nothing twice'
run partition --root t --engine slurm --lists t/download-lists --event <ev
is "$status $(wc -l <"$cluster/jobs" | tr -d ' ')" '0 13' '... and again: nothing to do'
for bad in '' 'x' '{}' '{"Records": []}' '{"Records": [{"body": "{}"}]}' \
	'{"prefix": "p", "dataset": "mars", "txt_list": ["a"]}' '{"prefix": "p", "dataset": "terra", "txt_list": ["../a"]}' \
	'{"prefix": "p q", "dataset": "terra", "txt_list": ["a"]}' '{"prefix": "p", "dataset": "terra", "txt_list": "a"}'; do
	printf '%s' "$bad" >bad.ev
	run partition --root t --engine none --lists t/download-lists --event bad.ev
	[ "$status$stdout" = 2 ] || echo "$status $bad"
done >wrong
is "$(cat wrong)" '' 'messages that are none are refused'
run partition --root t --engine none --lists t/download-lists --event nosuch
is "$status$stdout" 2 '... as are those that are not there'
echo "{'prefix': 'p', 'dataset': 'terra', 'txt_list': ['a']}" >ev
run partition --root t --engine none --tokens none: --lists t/download-lists --event ev
is "$status" 0 'a body alone, with the wrong quotes'

# --- jobs on this machine ---

cat >fake <<'!'
#!/bin/sh
echo "$1 ${GENERATE_ARRAY_INDEX:-?}" >>"$FAKE_LOG"
[ ! -e "$FAKE_LOG.fail" ] || [ "$1" != combine ] || exit 2
!
chmod +x fake
"$python" - >local.json <<!
import json
o = {}
for c in 'downloader', 'combiner', 'processor':
    for t in 'quicklook', 'refined', 'unmatched':
        if t != 'unmatched' or c == 'downloader':
            o[f'{c}_terra_{t}'] = {'cpu': 1, 'memory': 100, 'program': '$work/fake', 'command': [c[:7], '{input_path}']}
o['license_returner_terra'] = {'cpu': 1, 'memory': 100, 'program': '$work/fake', 'command': ['return', '{unique_id}', 'ptype']}
print(json.dumps(o))
!
FAKE_LOG=$work/fake.log
export FAKE_LOG
: >"$FAKE_LOG"
terra_tree tree
GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine local:2 --config local.json "$data/terra.list" -q
is "$status" 0 'jobs on this machine'
is "$(sort "$FAKE_LOG" | cut -d ' ' -f 1 | uniq -c | tr -s ' ' | paste -sd ' ' -)" ' 7 combine  7 downloa  7 process  2 return' \
	'... each element of each is run once'
is "$(free tree terra) $(free tree floating)" '4 1' '... and the tokens are free again'
is "$(ls tree/combiner/jobs)" '' '... nothing waits'
: >"$FAKE_LOG"
: >"$FAKE_LOG.fail"
terra_tree tree
GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine local:2 --config local.json "$data/terra.list"
is "$status" 1 'jobs that fail'
like "$stderr" '^partition: generate-terra-refined-combiner-1-[0-9a-f]*: element 1: exit status 2' '... are named'
like "$stderr" '^partition: .*: not finished; partition --resume does the rest' '... and what to do'
is "$(grep -c process "$FAKE_LOG") $(grep -c return "$FAKE_LOG") $(free tree terra)" '0 2 4' '... the tokens come back'
rm "$FAKE_LOG.fail"
: >"$FAKE_LOG"
plan=$(printf '%s\n' "$stdout" | sed -n "s/^plan$tab//p")
run partition --resume "$plan" -q
is "$status" 0 'resuming runs what is missing'
is "$(grep -c downloa "$FAKE_LOG") $(grep -c combine "$FAKE_LOG") $(grep -c process "$FAKE_LOG")" '0 7 7' \
	'... and not what is done'
is "$(free tree terra) $(free tree floating)" '4 1' '... and no token is missing'

# What partition itself waits for the disk, with one granule: most of a small run.
# Without prctl it stays readable for strace, which need not be root then.
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	line TERRA_MODIS 20240102T001001 SST.NRT 1 >one.list
	rm -rf tree
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -y -o syncs -e trace=fsync,fdatasync,syncfs,sync_file_range,prctl -e inject=prctl:retval=0 \
		partition --root tree --engine local --config local.json -q one.list >/dev/null 2>&1
	is $? 0 'one granule on this machine'
	grep -Ev '^(---|\+\+\+|prctl)' syncs >counted
	n=$(wc -l <counted) tokens=$(grep -c 'tree/tokens' counted)
	ok "$(test "$n" -le 20; echo $?)" "... partition waits $n times for the disk, not more than 20"
	is "$tokens" 6 '... six of them for taking, assigning and returning tokens'
else
	skip 3 'no strace'
fi

# --- options ---

terra_tree tree
find tree | sort >before
GENERATE_TOKENS=terra=4,floating=1 run partition --root tree --engine slurm -n "$data/terra.list"
is "$status $(printf '%s\n' "$stdout" | grep -c "^job${tab}.*${tab}-\$")" '0 17' 'a dry run shows the jobs'
is "$(find tree | sort | diff before -)" '' '... and changes nothing'
run partition --root tree --engine none --arrays 5 -n --json "$data/terra.list"
is "$(printf '%s\n' "$stdout" | "$python" -c 'import json, sys
print(len([json.loads(l)["command"] for l in sys.stdin]))')" 15 '... with --json all about them'
run partition --root "$(printf 'odd\377')" --engine none --arrays 5 -n --json "$data/terra.list"
is "$(printf '%s\n' "$stdout" | grep -vc '"--root","[^"]*/odd?"')" 0 '... also where a name is no UTF-8'
GENERATE_TOKENS=terra=4 run partition --root tree --engine none -o flat --tokens none: --arrays 5 "$data/terra.list"
is "$status $(find tree | sort | diff before -) $(find flat -name '*.json' | wc -l | tr -d ' ')" '0  15' \
	'-o: all files in one directory, the tree is left alone'
run partition --root tree --engine none --tokens none: -t quicklook -o flat2 "$data/terra.list"
is "$status $(find flat2 -name '*refined*')" '0 ' '-t takes one type'
for bad in '--uid x' '--uid 123' '--time 2024' '--time 2024_13_01_00_00_00' '--time 2024_02_30_00_00_00' '--batch-size 0' \
	'--engine nonsense' '--prefix a_b' '-o out' '--job x.json' '--resume x y' '-d mars' '--arrays 0' '--records -'; do
	# shellcheck disable=SC2086
	run partition --root t $bad "$data/terra.list"
	[ "$status$stdout" = 2 ] || echo "$status $bad"
done >wrong
is "$(cat wrong)" '' 'wrong options are refused before anything is done'
run partition --root t --engine none -d aqua --tokens none: "$data/terra.list"
is "$status" 1 'a list of another dataset'

# --- places that cannot be written ---

small_fs 1m
terra_tree "$small_fs/tree"
if mount -o remount,ro "$small_fs" 2>/dev/null; then
	run partition --root "$small_fs/tree" --engine none --tokens none: "$data/terra.list"
	is "$status $stdout" '3 ' 'a read-only tree: nothing is begun'
	like "$stderr" '^partition: .*Read-only file system' '... and it says so'
	mount -o remount,rw "$small_fs"
else
	skip 2 'no remounting here'
fi
dd if=/dev/zero of="$small_fs/fill" bs=4096 2>/dev/null
rm -f "$small_fs/few"
run partition --root "$small_fs/tree" --engine none --tokens none: "$data/terra.list"
is "$status $stdout" '3 ' 'a full disk: nothing is begun'
is "$(wc -l <"$small_fs/tree/combiner/jobs/terra_quicklook_20230504T180000_abc.txt" | tr -d ' ')" 5 \
	'... the waiting granules still wait'
is "$(find "$small_fs/tree" -type f ! -name '.*.lock' ! -name '*SST.nc' ! -name 'terra_quicklook_*_abc.txt')" '' \
	'... no half a file stays'
echo nonsense | run license-returner --tokens none: -d aqua --all --failed "$small_fs/failed"
is "$status $(test -e "$small_fs/failed"; echo $?)" '3 1' '... a list of failures that lacks some does not appear'
rm -rf "$small_fs/tree" "$small_fs/fill"
terra_tree "$small_fs/tree"
license-returner --root "$small_fs/tree" --set-capacity terra=4 >/dev/null
partition --root "$small_fs/tree" --engine none -q -n "$data/terra.list" >/dev/null
dd if=/dev/zero of="$small_fs/fill" bs=4096 2>/dev/null
truncate -s -4096 "$small_fs/fill"
for pages in 2 3 4 5 6 7 8 9 10; do
	truncate -s -4096 "$small_fs/fill"
	run partition --root "$small_fs/tree" --tokens "$small_fs/tree/tokens" --engine none --uid 8720 "$data/terra.list"
	[ "$status $(free "$small_fs/tree" terra)" = '3 4' ] || echo "$pages: $status $(free "$small_fs/tree" terra)"
done >wrong
is "$(cat wrong)" '' '... and tokens that were taken are given back'
done_testing
