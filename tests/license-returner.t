#!/bin/sh
# license-returner: what it returns, what it prints and logs, looking after the pool.
. "${0%/*}/lib.sh"

tab=$(printf '\t')
AWS_BATCH_JOB_ID=11111111-2222-3333-4444-555555555555
export AWS_BATCH_JOB_ID

# pool DIR TERRA FLOATING [DATASET ID KIND TOKENS [MEMBER]]... - a pool of so many tokens, and what is held of it
pool() {
	mkdir -p "$1"
	_pool=$1/pool.json
	printf '{"version": 1, "capacity": {"terra": %s, "floating": %s}, "held": [' "$2" "$3" >"$_pool"
	shift 3
	_sep=
	while [ $# -gt 0 ]; do
		printf '%s\n{"dataset": "%s", "id": "%s", "kind": "%s", "tokens": %s, "since": "%s"%s}' "$_sep" \
			"$1" "$2" "$3" "$4" "${since:-$(date -u +%FT%TZ)}" "$5"
		_sep=,
		shift 5
	done >>"$_pool"
	printf ']}\n' >>"$_pool"
}

# held DIR - what is held: "terra-8720-ql=2 ..."
held() {
	license-returner -q --tokens "$1" --status | sed '1,/^RESERVATION/d' | awk '{ print $1 "=" $2 }' | paste -sd ' ' -
}

# What is free of what there is: "aqua 13/13".
free_of() {
	license-returner -q --tokens "$1" --status | awk -v p="$2" '$1 == p { print $3 "/" $2 }'
}

log_of() {
	printf '%s\n' "$stderr" | grep 'final_log:'
}

final() {
	echo "return_license - INFO : final_log: unique_id: 8720 - dataset: MODIS Terra - processing_type: $1 - job_id: $AWS_BATCH_JOB_ID - floating_idl_located: $2 - floating_idl_located_number: $3 - dataset_quicklook_idl_located: $4 - dataset_quicklook_idl_located_number: $5 - dataset_refined_idl_located: $6 - dataset_refined_idl_located_number: $7"
}

# --- the worked examples

GENERATE_PREFIX=service-generate-ops
export GENERATE_PREFIX
p=$GENERATE_PREFIX-idl

pool pool 4 2 terra 8720 quicklook 2 '' terra 8720 refined 2 '' terra 8720 floating 1 ''
run license-returner --tokens pool -d terra -t quicklook --final-log 8720
is "$status" 0 'quicklook while refined is running'
is "$stdout" "terra-8720-ql${tab}2${tab}2
terra-8720-floating${tab}1${tab}2" '... prints what was returned, and what is free now'
is "$(held pool) $(free_of pool terra) $(free_of pool floating)" 'terra-8720-r=2 2/4 2/2' "... leaves refined's"
is "$(log_of)" "$(final QUICKLOOK $p-terra-8720-floating 1 $p-terra-8720-ql 2 None 0)" '... final_log'
is "$(printf '%s\n' "$stderr" | grep -v 'final_log\|execution time')" "return_license - INFO : Job identifier: $AWS_BATCH_JOB_ID
return_license - INFO : Unique identifier: 8720
return_license - INFO : Dataset: MODIS Terra
return_license - INFO : Processing type: QUICKLOOK
License - INFO : Running license returner on TERRA quicklook with unique ID of 8720.
License - INFO : Located floating $p-terra-8720-floating: 1 reserved licenses.
License - INFO : Number of floating licenses reserved: 1.
License - INFO : Located quicklook dataset $p-terra-8720-ql: 2 reserved licenses.
License - INFO : Number of dataset licenses reserved: 2.
License - INFO : Placed hold on IDL licenses.
License - INFO : Current dataset pool: 0.
License - INFO : Wrote 2 license(s) to $p-terra parameter.
License - INFO : Current floating pool: 1.
License - INFO : Wrote 1 license(s) to $p-floating parameter.
License - INFO : Deleted parameter: $p-terra-8720-ql.
License - INFO : Deleted parameter: $p-terra-8720-floating.
License - INFO : Removed hold on IDL licenses." '... log'
like "$stderr" '^return_license - INFO : Total execution time: 0:00:0[0-9]\.[0-9]{6}$' '... to its last line'

run license-returner --tokens pool -d terra -t quicklook 8720
is "$status:$stdout:$stderr" '0::' 'again: nothing, quietly'
is "$(held pool)" terra-8720-r=2 '... nothing changes'

pool pool 4 2 terra 8720 quicklook 2 '' terra 8720 refined 2 '' terra 8720 floating 1 ''
run license-returner --tokens pool -d MODIS_T -t REFINED --final-log 8720
is "$status:$stdout" "0:terra-8720-r${tab}2${tab}2" 'refined while quicklook holds its tokens'
is "$(held pool)" 'terra-8720-floating=1 terra-8720-ql=2' "... leaves quicklook's"
is "$(log_of)" "$(final REFINED None 0 $p-terra-8720-ql 2 $p-terra-8720-r 2)" '... final_log'
like "$stderr" '^License - INFO : Not modifying floating license\(s\)\.$' '... log'

pool pool 6 2 terra 8720 refined 6 '' terra 8720 floating 1 ''
run license-returner --tokens pool -d terra -t refined --final-log 8720
is "$(held pool) $(free_of pool terra) $(free_of pool floating)" ' 6/6 2/2' 'refined only, with a floating token'
is "$(log_of)" "$(final REFINED $p-terra-8720-floating 1 None 0 $p-terra-8720-r 6)" '... final_log'

pool pool 3 2 terra 8720 floating 1 ''
run license-returner --tokens pool -d terra -t refined 8720
is "$status:$stdout:$(held pool)" "0:terra-8720-floating${tab}1${tab}2:" '... without dataset tokens'

# One token of each kind, both types: the floating one says whose it is.
pool pool 1 1 terra 8720 quicklook 1 '' terra 8720 floating 1 ', "for": "refined"'
run license-returner --tokens pool -d terra -t quicklook 8720
is "$status:$(held pool)" 0:terra-8720-floating=1 'a floating token for refined stays when quicklook has ended'
run license-returner --tokens pool -d terra -t refined 8720
is "$status:$(held pool)" 0: '... and goes back with refined'

before=$(ls -l --time-style=full-iso pool)
run license-returner --tokens pool -d jpss1 -t refined --final-log 8720
is "$status:$stdout" 0: 'nothing to return'
is "$(log_of)" "$(final REFINED None 0 None 0 None 0 | sed 's/MODIS Terra/JPSS1/')" '... final_log'
like "$stderr" '^License - INFO : No licenses detected to return\.$' '... log'
is "$(ls -l --time-style=full-iso pool)" "$before" '... nothing is written'
unset GENERATE_PREFIX

# --- a pool of our own

run license-returner --root tree -d aqua -t quicklook 1f2e3d4c
is "$status:$stdout:$stderr" 0:: 'no pool at all: nothing to return'
[ ! -e tree/tokens/pool.json ]
ok $? '... nothing is made'
pool tree/tokens 13 2 aqua 1f2e3d4c quicklook 5 '' aqua 1f2e3d4c floating 1 '' aqua aaaaaaaa refined 2 '' aqua bbbbbbbb quicklook 3 ''
cp tree/tokens/pool.json first
is "$(GENERATE_ROOT=tree license-returner --status)" "POOL       CAPACITY   FREE   HELD
aqua             13      3     10
terra            13     13      0
viirs             7      7      0
jpss1             6      6      0
floating          2      1      1

RESERVATION                TOKENS      AGE  OWNER
aqua-1f2e3d4c-floating          1     0:00  unknown
aqua-1f2e3d4c-ql                5     0:00  unknown
aqua-aaaaaaaa-r                 2     0:00  unknown
aqua-bbbbbbbb-ql                3     0:00  unknown" 'the state as a table'
run license-returner --root tree --status --json
is "$(printf '%s\n' "$stdout" | head -n 1 | sed 's/"seconds":[0-9.e-]*/S/')" \
	'{"inputs":[],"outputs":[],"state":"done","reason":null,S,"bytes":0,"pool":"aqua","capacity":13,"free":3,"held":10}' '... as JSON'
is "$(printf '%s\n' "$stdout" | grep -c '"reservation"')" 4 '... with reservations'
cmp -s tree/tokens/pool.json first
ok $? '... changes nothing'

run license-returner --root tree -n -d aqua -t quicklook 1f2e3d4c
is "$status:$stdout" "0:aqua-1f2e3d4c-ql${tab}5${tab}8
aqua-1f2e3d4c-floating${tab}1${tab}2" 'a dry run says what would be returned'
cmp -s tree/tokens/pool.json first
ok $? '... changes nothing'

printf '1f2e3d4c\n\nxyz\naaaaaaaa\n' >ids
run license-returner --root tree -d aqua -t quicklook <ids
is "$status:$stdout" "1:aqua-1f2e3d4c-ql${tab}5${tab}8
aqua-1f2e3d4c-floating${tab}1${tab}2" 'ids from a list; one of them is none'
is "$stderr" 'license-returner: xyz: not a unique id' '... it is named'
run license-returner --root tree -d aqua -t quicklook ../x "$(printf 'a\nb')" ''
is "$status:$stdout" 1: 'ids that are none at all'

run license-returner --root tree -d aqua --all --json bbbbbbbb aaaaaaaa cccccccc
is "$status:$(printf '%s\n' "$stdout" | sed 's/"seconds":[0-9.e-]*/S/')" \
	'0:{"inputs":["bbbbbbbb"],"outputs":["aqua-bbbbbbbb-ql"],"state":"done","reason":null,S,"bytes":0,"dataset":"aqua","type":"all","returned":[{"reservation":"aqua-bbbbbbbb-ql","tokens":3,"free":11}]}
{"inputs":["aaaaaaaa"],"outputs":["aqua-aaaaaaaa-r"],"state":"done","reason":null,S,"bytes":0,"dataset":"aqua","type":"all","returned":[{"reservation":"aqua-aaaaaaaa-r","tokens":2,"free":13}]}
{"inputs":["cccccccc"],"outputs":[],"state":"skipped","reason":null,S,"bytes":0,"dataset":"aqua","type":"all","returned":[]}' 'all tokens of workflows, as JSON'
is "$(free_of tree/tokens aqua)" 13/13 '... all are back'

pool tree/tokens 13 2 aqua 1f2e3d4c refined 5 ''
echo '["1f2e3d4c"]' >job.json
run license-returner --root tree -d aqua -t refined --job job.json
is "$status:$stdout" "0:aqua-1f2e3d4c-r${tab}5${tab}13" 'ids from a job list'
like "$stderr" 'final_log: unique_id: 1f2e3d4c - dataset: MODIS Aqua - processing_type: REFINED' '... with a final_log line'
pool tree/tokens 13 2 aqua 1f2e3d4c refined 1 ''
printf '1f2e3d4c\0' >list
run sh -c 'license-returner -0 --root tree -d aqua -t refined <list | tr "\0" "@"'
is "$stdout" "aqua-1f2e3d4c-r${tab}1${tab}13@" 'separated by NUL'
run env GENERATE_POOL=none: license-returner -d aqua --all 1f2e3d4c
is "$status:$stdout:$stderr" 0:: 'without a pool there is nothing to return'

# Two at once, many times: each token comes back once.
i=0 twice=0
while [ $i -lt 20 ]; do
	pool tree/tokens 13 2 aqua 00000001 quicklook 3 ''
	license-returner --root tree -d aqua -t quicklook 00000001 >a &
	license-returner --root tree -d aqua -t quicklook 00000001 >b
	other=$?
	wait $!
	[ "$?$other$(cat a b)" = "00aqua-00000001-ql${tab}3${tab}13" ] || twice=$((twice + 1))
	i=$((i + 1))
done
is $twice 0 'two returners at once: one finds it, both end well'

# --- looking after it

run license-returner --root tree --set-capacity aqua=4,floating=0
is "$status:$(free_of tree/tokens aqua):$(free_of tree/tokens floating)" 0:4/4:0/0 'pools of another size'
like "$stdout" '^aqua +4 +4 +0$' '... it prints the state then'
run license-returner --root tree --set-capacity JPSS1=9
is "$status:$(free_of tree/tokens jpss1)" 0:9/9 '... any spelling of a dataset'
run license-returner --root tree --set-capacity terra=2,terra=3
is "$status:$(free_of tree/tokens terra)" 0:3/3 '... the last one counts'
run license-returner --root tree -n --set-capacity terra=9
is "$status:$(free_of tree/tokens terra)" 0:3/3 '... a dry run changes nothing'

since=$(date -u -d '5 hours ago' +%FT%TZ)
pool tree/tokens 13 2 terra 1000 quicklook 2 ''
unset since
sed -i 's|^{"dataset.*|&,{"dataset": "terra", "id": "1001", "kind": "quicklook", "tokens": 3, "since": "'"$(date -u +%FT%TZ)"'"}|; s/}\]},/},/' \
	tree/tokens/pool.json
printf ']}\n' >>tree/tokens/pool.json
is "$(held tree/tokens)" 'terra-1000-ql=2 terra-1001-ql=3' 'two workflows'
run license-returner --root tree --reap
is "$status:$stdout" 0: '--reap leaves those nobody can be asked about'
run license-returner --root tree --reap --force --age 4 -n
is "$status:$stdout" "0:terra-1000-ql${tab}2" '... a dry run with --force takes the old ones'
run license-returner --root tree --reap --force --age 4
is "$status:$stdout:$(free_of tree/tokens terra)" "0:terra-1000-ql${tab}2:10/13" '... with --force it takes the old ones'
run license-returner --root tree --reap --force --age 4 --json
is "$status:$stdout" 0: '... once'

uid=$(TOKENTOOL_MORTAL=1 tokentool tree/tokens acquire terra 2 | cut -d ' ' -f 1)
like "$(license-returner -q --root tree --status)" "^terra-$uid-ql +2 .*tokentool .*\\(ended\\)" '--status shows whose process has ended'
run license-returner --root tree --reap --json
is "$status:$(printf '%s\n' "$stdout" | sed 's/"seconds":[0-9.e-]*/S/')" \
	"0:{\"inputs\":[],\"outputs\":[\"terra-$uid-ql\"],\"state\":\"done\",\"reason\":null,S,\"bytes\":0,\"tokens\":2}" '--reap returns what they held'

# A cluster that knows of job 813 only: squeue prints the state of its elements.
mkdir cluster
for c in sbatch scancel scontrol; do
	printf '#!/bin/sh\nprintf "Configuration data\\nMaxArraySize = 1001\\n"\n' >cluster/$c
done
cat >cluster/squeue <<'!'
#!/bin/sh
[ ! -e cluster/down ] || { echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1; }
case $* in
*--jobs=813) cat cluster/state ;;
*) echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1 ;;
esac
!
chmod +x cluster/*

# reap_jobs - what --reap returns with this cluster
reap_jobs() {
	PATH=$work/cluster:$PATH license-returner --root tree --reap 2>/dev/null | cut -f 1 | paste -sd ' ' -
}

since=$(date -u -d '20 minutes ago' +%FT%TZ)
pool tree/tokens 13 2 terra 2001 quicklook 2 ', "jobs": "slurm 812 813"' aqua 2002 quicklook 2 ', "jobs": "slurm 811 812"' \
	aqua 2003 quicklook 2 ', "jobs": "batch:queue"' aqua 2004 quicklook 1 ', "jobs": "batch:queue 1"' \
	aqua 2005 quicklook 1 ', "jobs": "none"' aqua 2006 quicklook 1 ', "jobs": "local 1"'
: >cluster/down
is "$(reap_jobs)" '' '--reap: the engine does not answer, or knows nothing of its jobs: all are left alone'
rm cluster/down
echo RUNNING >cluster/state
is "$(reap_jobs)" aqua-2002-ql '... jobs that Slurm does not know any more are returned, not those of which one runs'
printf 'COMPLETED\nPENDING\n' >cluster/state
is "$(reap_jobs)" '' '... or has elements to come'
printf 'COMPLETED\nFAILED\n' >cluster/state
is "$(reap_jobs)" terra-2001-ql '... those that have ended are'
since=$(date -u -d '14 minutes ago' +%FT%TZ)
pool tree/tokens 13 2 terra 2001 quicklook 2 ', "jobs": "slurm 812 813"'
is "$(reap_jobs)" '' '... but young ones are left alone'
since=$(date -u -d '7 hours ago' +%FT%TZ)
pool tree/tokens 13 2 terra 1001 quicklook 2 ''
unset since
run license-returner --root tree --status --notify topic
like "$stderr" '^license-returner: terra-1001-ql: held for 7 hours$' 'a reservation held for long is told'
is "$(cat topic/* 2>/dev/null | grep -c 1001)" 1 '... to operators too'

# --- what cannot be

wrong() {
	run license-returner "$@" </dev/null
	is "$status:$stdout" 2: "wrong: $*"
}
wrong 8720
wrong -d aqua 8720
wrong -t quicklook 8720
wrong -d moon -t quicklook 8720
wrong -d aqua -t slow 8720
wrong --status --reap
wrong --status 8720
wrong --reap --all
wrong -d aqua -t quicklook --force 8720
wrong -d aqua -t quicklook -o out 8720
wrong -d aqua -t quicklook -j 2 8720
wrong --set-capacity aqua
wrong --set-capacity aqua=
wrong --set-capacity moon=1
wrong --set-capacity aqua=1,moon=1
wrong --set-capacity aqua=99999
wrong --wait 0 --status
wrong --tokens ssm:service-generate-ops-idl -d aqua -t quicklook 8720
like "$stderr" 'ssm:service-generate-ops-idl: not a place of tokens' '... it says so'
wrong --tokens s3://bucket/tokens --status
wrong --reconcile
wrong --tokens ids --status
wrong -d aqua -t refined --job nothing.json
wrong --notify - --status
for bad in aqua aqua= aqua=x aqua=-1 aqua=99999 'aqua=1,,' moon=1 =1 'aqua=1;terra=2' 'aqua=1 ' aqua=10001; do
	for how in "--set-capacity=$bad" "GENERATE_TOKENS=$bad"; do
		case $how in
		-*) run license-returner --root tree "$how" ;;
		*) run env "$how" license-returner --root tree --status ;;
		esac
		[ "$status:$stdout" = 2: ] || echo "$how: $status"
		printf '%s\n' "$stderr" | grep -q "^license-returner: ${how%%=*} $bad: " || echo "$how: $stderr"
	done
done >wrong
is "$(cat wrong)" '' 'wrong: sizes of pools that are none'
run env GENERATE_TOKENS=aqua=3,floating=1 license-returner --root other --status
like "$stdout" '^aqua +3 +3 +0$' 'GENERATE_TOKENS sizes a new pool'

# A pool that is damaged.
pool tree/tokens 13 2 aqua 00000001 quicklook 0 ''
run license-returner --root tree -d aqua --all --notify topic 00000001
is "$status:$stdout" 1: 'a damaged pool: somebody has to look at it'
like "$stderr" '^license-returner: tree/tokens/pool.json: damaged: held\[0\]: ' '... it says where'
is "$(cat topic/* | grep -c damaged)" 1 '... operators are told'
echo '{"version": 1, ' >tree/tokens/pool.json
run license-returner --root tree --status
is "$status:$stdout" 1: '... also when it is no JSON'
like "$stderr" 'tree/tokens/pool.json: damaged: line 2: ' '... and in which line'

# Somebody else changes it all the time.
pool tree/tokens 13 2 aqua 00000001 quicklook 3 ''
background "$python" -c '
import fcntl, time
f = open("tree/tokens/.pool.lock", "w")
fcntl.lockf(f, fcntl.LOCK_EX)
open("held", "w")
time.sleep(100)'
wait_for test -e held
run license-returner --root tree -d aqua --all --wait 1 --notify topic --json 00000001
is "$status:$(printf '%s\n' "$stdout" | sed 's/"seconds":[0-9.e-]*/S/')" \
	'3:{"inputs":["00000001"],"outputs":[],"state":"failed","reason":"tree/tokens/pool.json: others change it all the time, tried for 1 s",S,"bytes":0,"dataset":"aqua","type":"all","returned":[]}' \
	'others change the pool all the time: a retry may help'
is "$(cat topic/* | grep -c 'all the time')" 1 '... operators are told'
run license-returner --root tree -d aqua --all 00000002
is "$status" 0 '... who has nothing to return does not wait'
license-returner --root tree -d aqua --all 00000001 >out 2>err &
victim=$!
sleep 0.3
kill -TERM $victim
wait $victim
is "$?:$(cat out err)" 143: 'SIGTERM ends waiting'
stop "$pid"
run license-returner --root tree -d aqua --all 00000001
is "$status:$stdout" "0:aqua-00000001-ql${tab}3${tab}13" '... when the other one has gone it goes on'
is "$(ls -A tree/tokens | paste -sd ' ' -)" '.pool.lock pool.json' '... nothing is left'

# Results nobody can read, a pool nobody can write.
pool tree/tokens 13 2 aqua 00000001 quicklook 3 ''
license-returner --root tree -d aqua --all 00000001 >/dev/full 2>err
is "$?" 3 'standard output is full'
like "$(cat err)" 'standard output: No space left' '... is named'
is "$(free_of tree/tokens aqua)" 13/13 '... the tokens are back all the same'
small_fs 256k
pool "$small_fs/pool" 13 2 aqua 00000001 quicklook 3 ''
mount -o remount,ro "$small_fs"
run license-returner --tokens "$small_fs/pool" -d aqua --all 00000001
is "$status" 3 'a pool that is read-only'
like "$stderr" 'Read-only file system' '... is named'
run license-returner --tokens "$small_fs/pool" --status
like "$stdout" '^aqua +13 +10 +3$' '... its state can be seen'
mount -o remount,rw "$small_fs"
run tokentool "$small_fs/pool" acquire aqua
dd if=/dev/zero of="$small_fs/fill" bs=4k 2>/dev/null
run tokentool "$small_fs/pool" acquire terra
is "$status" 1 'a full disk: no tokens'
like "$stderr" 'No space left' '... it is named'
rm "$small_fs/fill"
run tokentool "$small_fs/pool" acquire terra
is "$status" 0 '... and with room again'
done_testing
