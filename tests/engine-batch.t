#!/bin/sh
# The Batch engine: SubmitJob requests as AWS Batch takes them, written instead of sent.
. "${0%/*}/lib.sh"
need enginetool py:json

# The submissions of one terra run: 3 quicklook arrays (the first with a downloader), 2 refined ones of 2 elements,
# 2 unmatched downloads. chain.py: the records, in the form of enginetool.
cat >chain.py <<'!'
import json, sys
prefix, stamp = "service-generate-ops", "2023_05_12_18_57_02"
jobs = []

def add(name, component, ptype, array, size, command, after, ended, prio, share, parallel):
    jobs.append(dict(name="%s-terra-%s" % (prefix, name), component=component, ptype=ptype, array=array, size=size,
        argv=command.split(), after=-1 if after is None else after, ended=ended, priority=prio, share="generateterra" + share, cpus=1.0, memory=2048,
        definition="%s-%s" % (prefix, component), parallel=parallel))
    return len(jobs) - 1

def chain(ptype, array, size, first, wait, prio):
    index, last = "0" if size == 1 else "-235", None
    for component in ["downloader", "combiner", "processor", "uploader"][first:]:
        kind = dict(downloader="downloads_file_lists", combiner="combiner_file_lists").get(component, "processor_timestamp_list")
        file = "%s_TERRA_%s_%s_%d_8720.json" % (kind, ptype, stamp, array)
        command = dict(downloader="/data/lists %s %s L2 SPACE MODIS_T /data/output 2000 1 no yes" % (file, index),
            combiner="300 %s yes MODIS_T %s %s %s" % (wait, ptype.upper(), index, file),
            processor="300 yes MODIS_T %s no %s %s" % (ptype.upper(), index, file),
            uploader="%s %s /data %s %s terra ops" % (prefix, index, file, ptype))[component]
        last = add("%s-%s-%d" % (ptype, component, array), component, ptype, array, size, command,
            last, [], prio, ptype, 0 if component == "downloader" else 1)
        if component == "processor":
            processors.append(last)

def back(ptype):
    add("license-returner", "license-returner", ptype, 0, 1, "8720 %s terra %s" % (prefix, ptype),
        None, processors, 1, "license", 0)

processors = []
for array in range(3):
    chain("quicklook", array, 1, 0 if array == 0 else 1, "300", 10)
back("quicklook")
processors = []
for array in range(2):
    chain("refined", array, 2, 0, "0", 1)
back("refined")
for group in range(2):
    add("unmatched-downloader-%d" % group, "downloader", "unmatched", group, 1,
        "/data/lists downloads_file_lists_TERRA_unmatched_%s_%d_8720.json 0 L2 SPACE MODIS_T /data/output 2000 1 no yes"
        % (stamp, group), None, [], 1, "unmatched", 0)
json.dump(jobs, sys.stdout)
!

# table.py FILE: a line for each record
cat >table.py <<'!'
import json, sys
for line in open(sys.argv[1]):
    record = json.loads(line)
    (key, r), = [(k, v) for k, v in record.items() if k != "id"]
    if key != "SubmitJob":
        print(key, json.dumps(r))
        continue
    o = r["containerOverrides"]
    assert r["jobQueue"] == "service-generate-ops-terra"
    assert o["resourceRequirements"] == [{"type": "MEMORY", "value": "2048"}, {"type": "VCPU", "value": "1"}]
    assert set(r) == {"jobName", "jobQueue", "jobDefinition", "containerOverrides", "arrayProperties", "dependsOn",
        "shareIdentifier", "schedulingPriorityOverride"} and set(o) == {"resourceRequirements", "command"}
    assert all(isinstance(c, str) for c in o["command"])
    assert set(r["arrayProperties"]) <= {"size"}
    print(record["id"][1:], r["jobName"].replace("service-generate-ops-terra-", ""),
        r["jobDefinition"].replace("service-generate-ops-", ""), r["arrayProperties"].get("size", "-"),
        ",".join(d.get("jobId", "")[1:] + {"N_TO_N": "N", "SEQUENTIAL": "S"}.get(d.get("type"), "") for d in r["dependsOn"]) or "-",
        r["schedulingPriorityOverride"], r["shareIdentifier"].replace("generateterra", ""), "|",
        " ".join(o["command"]).replace("2023_05_12_18_57_02", "T"))
!

# table of the records in FILE
table() {
	"$python" table.py "$1"
}

"$python" chain.py >chain.json
run enginetool --output records batch:service-generate-ops-terra chain.json
is "$status $stderr" '0 ' 'the records are written'
is "$(printf '%s\n' "$stdout" | sed -n '1p;11p;22p')" 'submitted @1 service-generate-ops-terra-quicklook-downloader-0
submitted @11 service-generate-ops-terra-license-returner
submitted @22 service-generate-ops-terra-unmatched-downloader-1' 'jobs are numbered'
is "$(table records)" "$(cat <<!
1 quicklook-downloader-0 downloader - - 10 quicklook | /data/lists downloads_file_lists_TERRA_quicklook_T_0_8720.json 0 L2 SPACE MODIS_T /data/output 2000 1 no yes
2 quicklook-combiner-0 combiner - 1 10 quicklook | 300 300 yes MODIS_T QUICKLOOK 0 combiner_file_lists_TERRA_quicklook_T_0_8720.json
3 quicklook-processor-0 processor - 2 10 quicklook | 300 yes MODIS_T QUICKLOOK no 0 processor_timestamp_list_TERRA_quicklook_T_0_8720.json
4 quicklook-uploader-0 uploader - 3 10 quicklook | service-generate-ops 0 /data processor_timestamp_list_TERRA_quicklook_T_0_8720.json quicklook terra ops
5 quicklook-combiner-1 combiner - - 10 quicklook | 300 300 yes MODIS_T QUICKLOOK 0 combiner_file_lists_TERRA_quicklook_T_1_8720.json
6 quicklook-processor-1 processor - 5 10 quicklook | 300 yes MODIS_T QUICKLOOK no 0 processor_timestamp_list_TERRA_quicklook_T_1_8720.json
7 quicklook-uploader-1 uploader - 6 10 quicklook | service-generate-ops 0 /data processor_timestamp_list_TERRA_quicklook_T_1_8720.json quicklook terra ops
8 quicklook-combiner-2 combiner - - 10 quicklook | 300 300 yes MODIS_T QUICKLOOK 0 combiner_file_lists_TERRA_quicklook_T_2_8720.json
9 quicklook-processor-2 processor - 8 10 quicklook | 300 yes MODIS_T QUICKLOOK no 0 processor_timestamp_list_TERRA_quicklook_T_2_8720.json
10 quicklook-uploader-2 uploader - 9 10 quicklook | service-generate-ops 0 /data processor_timestamp_list_TERRA_quicklook_T_2_8720.json quicklook terra ops
11 license-returner license-returner - 3,6,9 1 license | 8720 service-generate-ops terra quicklook
12 refined-downloader-0 downloader 2 - 1 refined | /data/lists downloads_file_lists_TERRA_refined_T_0_8720.json -235 L2 SPACE MODIS_T /data/output 2000 1 no yes
13 refined-combiner-0 combiner 2 12N,S 1 refined | 300 0 yes MODIS_T REFINED -235 combiner_file_lists_TERRA_refined_T_0_8720.json
14 refined-processor-0 processor 2 13N,S 1 refined | 300 yes MODIS_T REFINED no -235 processor_timestamp_list_TERRA_refined_T_0_8720.json
15 refined-uploader-0 uploader 2 14N,S 1 refined | service-generate-ops -235 /data processor_timestamp_list_TERRA_refined_T_0_8720.json refined terra ops
16 refined-downloader-1 downloader 2 - 1 refined | /data/lists downloads_file_lists_TERRA_refined_T_1_8720.json -235 L2 SPACE MODIS_T /data/output 2000 1 no yes
17 refined-combiner-1 combiner 2 16N,S 1 refined | 300 0 yes MODIS_T REFINED -235 combiner_file_lists_TERRA_refined_T_1_8720.json
18 refined-processor-1 processor 2 17N,S 1 refined | 300 yes MODIS_T REFINED no -235 processor_timestamp_list_TERRA_refined_T_1_8720.json
19 refined-uploader-1 uploader 2 18N,S 1 refined | service-generate-ops -235 /data processor_timestamp_list_TERRA_refined_T_1_8720.json refined terra ops
20 license-returner license-returner - 14,18 1 license | 8720 service-generate-ops terra refined
21 unmatched-downloader-0 downloader - - 1 unmatched | /data/lists downloads_file_lists_TERRA_unmatched_T_0_8720.json 0 L2 SPACE MODIS_T /data/output 2000 1 no yes
22 unmatched-downloader-1 downloader - - 1 unmatched | /data/lists downloads_file_lists_TERRA_unmatched_T_1_8720.json 0 L2 SPACE MODIS_T /data/output 2000 1 no yes
!
)" 'the 22 submissions of the reference system, kinds of dependencies for arrays only'
is "$(sed -n 13p records)" '{"id":"@13","SubmitJob":{"jobName":"service-generate-ops-terra-refined-combiner-0","jobQueue":"service-generate-ops-terra","jobDefinition":"service-generate-ops-combiner","containerOverrides":{"resourceRequirements":[{"type":"MEMORY","value":"2048"},{"type":"VCPU","value":"1"}],"command":["300","0","yes","MODIS_T","REFINED","-235","combiner_file_lists_TERRA_refined_2023_05_12_18_57_02_0_8720.json"]},"arrayProperties":{"size":2},"dependsOn":[{"jobId":"@12","type":"N_TO_N"},{"type":"SEQUENTIAL"}],"shareIdentifier":"generateterrarefined","schedulingPriorityOverride":1}}' \
	'a record, byte by byte'
like "$(sed -n 1p records)" '"arrayProperties":\{\},"dependsOn":\[\],' 'a single job is no array'

cat >chain.json <<'!'
[{"name": "alone", "component": "combiner", "definition": "d", "size": 3, "parallel": 1, "argv": [], "cpus": 0.25}]
!
run enginetool --output records batch:q chain.json
is "$(cat records)" '{"id":"@1","SubmitJob":{"jobName":"alone","jobQueue":"q","jobDefinition":"d","containerOverrides":{"resourceRequirements":[{"type":"VCPU","value":"0.25"}],"command":[]},"arrayProperties":{"size":3},"dependsOn":[{"type":"SEQUENTIAL"}],"schedulingPriorityOverride":1}}' \
	'the first array of a chain is sequential too when it shall be'
run enginetool --output records3 --ask @1 batch:q
is "$status $stdout" '3 ' 'a job that was only written cannot be asked about, which is not that it has ended'

# --- refusals ----------------------------------------------------------------------------------------------------

run enginetool batch:q chain.json
is "$status" 2 'nowhere to write to'
like "$stderr" 'batch:q: this build cannot send jobs to AWS yet' '... which the message says'
bad() {
	printf '%s\n' "$1" >chain.json
	run enginetool --output records4 batch:q chain.json
	is "$status" 2 "$2"
	ok "$([ ! -e records4 ]; echo $?)" '... and no records appear'
}
bad '[{"name": "a", "definition": "d", "argv": [], "size": 10001}]' 'an array larger than AWS Batch allows'
bad '[{"name": "a", "argv": []}]' 'a job without definition'
bad "$(printf '[{"name": "a", "definition": "d", "argv": []}, {"name": "b", "definition": "d", "argv": [], "ended": [%s0]}]' \
	"$(printf '0, %.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)")" 'more than 20 dependencies'
done_testing
