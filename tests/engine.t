#!/bin/sh
# The local engine: a supervisor that runs chains of jobs on this machine, and forgets and orphans nothing.
. "${0%/*}/lib.sh"
. "$top/tests/engine.sh"

# four SIZE SECONDS [FAILING]: downloader, combiner, processor, uploader, and what gives the tokens back
four() {
	chain chain.json \
		"$(job downloader "\"size\": $1" step D "$2")" \
		"$(job combiner "\"after\": 0, \"size\": $1, \"parallel\": 1" step C "$2" ${3:+"$3"})" \
		"$(job processor "\"after\": 1, \"size\": $1, \"parallel\": 1" step P "$2")" \
		"$(job uploader "\"after\": 2, \"size\": $1, \"parallel\": 1" step U "$2")" \
		"$(job returner '"ended": [2]' step R 0)"
}

# most PATTERN: the most that ran at once
most() {
	awk -v p="$1" '$2 ~ p { n += $1 == "start" ? 1 : -1; if (n > max) max = n } END { print max + 0 }' trace
}

# before A B: line A of the trace stands before line B
before() {
	_a=$(grep -nxF "$1" trace | head -n 1 | cut -d : -f 1)
	_b=$(grep -nxF "$2" trace | head -n 1 | cut -d : -f 1)
	[ -n "$_a" ] && [ -n "$_b" ] && [ "$_a" -lt "$_b" ]
}

total() {
	printf '%s\n' "$stdout" | sed -n 's/^total //p'
}

# processes of the test that still run
left() {
	pgrep -f "$work/bin/" | tr '\n' ' '
}

none_left() {
	[ -z "$(left)" ]
}

# --- a chain -----------------------------------------------------------------------------------------------------

: >trace
four 4 0.1
run enginetool --logs logs --run 8720 local:1 chain.json
is "$status" 0 'a chain of four jobs and the return of tokens: done'
is "$(total)" '17 0 0 0' 'all 17 elements are accounted for'
is "$stderr" '' 'nothing to complain about'
is "$(most '[CPU]')" 1 'local:1: one element in work at once'
is "$(grep -c . trace)" 34 'everything ran once'
ok "$(before 'end D 0' 'start C 0' && before 'end C 0' 'start P 0' && before 'end P 0' 'start U 0'; echo $?)" \
	'an element goes from job to job'
ok "$(before 'start D 1' 'start P 0'; echo $?)" 'the next download runs while this element is worked on'
ok "$(before 'end U 0' 'start C 1'; echo $?)" '... its other steps do not'
ok "$(before 'end U 0' 'start D 2'; echo $?)" '... and only the next one'
ok "$(before 'end P 3' 'start R 0'; echo $?)" 'the tokens go back after the last processor'
is "$(find logs -type f | wc -l | tr -d ' ')" 17 'a log for every element'
is "$(cat logs/local-8720-ptype-processor-0-2.log)" 'job local-8720-ptype-processor-0-2 attempt 1' '... named after the job, with its output'

: >trace
four 6 0.1
run enginetool local:3 chain.json
is "$status $(total)" '0 25 0 0 0' 'local:3: done'
n=$(most '[DCPU]')
ok "$([ "$n" -gt 1 ] && [ "$n" -le 6 ]; echo $?)" "never more than three elements and three downloads ahead ($n)"
is "$(most P)" 1 'parallel 1: elements of one job one after another'

: >trace
chain chain.json "$(job a '"size": 8' step A 0.1)"
run enginetool local:3 chain.json
is "$status $(most A)" '0 3' 'without limit of its own a job uses all slots and no more'

: >trace
chain chain.json "$(job low '"size": 3' step L 0.02)" "$(job high '"size": 3, "priority": 10' step H 0.02)"
run enginetool local:1 chain.json
ok "$(before 'end H 2' 'start L 0'; echo $?)" 'priority 10 before 1'

# --- failures ----------------------------------------------------------------------------------------------------

: >trace
four 4 0.02 1
run enginetool --tries 1 --logs logs2 local:2 chain.json
is "$status" 1 'a failing element: status 1'
is "$(total)" '14 1 2 0' 'one failed, its two successors were not run, all others are done'
is "$(grep -c ' 1$' trace)" 4 'the trace says so too'
like "$stdout" '^ended local-0-ptype-combiner-0 1 exit status 1$' 'the failure has its reason'
like "$stdout" '^ended local-0-ptype-uploader-0 1 dependency failed$' '... and so have those that did not run'
ok "$(grep -qx 'start R 0' trace; echo $?)" 'the tokens go back all the same'

: >trace
chain chain.json "$(job a '"size": 3' step A 0 1)" "$(job b '"ended": [0]' step B 0)" "$(job c '"ended": [1, 0]' step C 0)"
run enginetool --tries 1 local:2 chain.json
is "$(total)" '4 1 0 0' 'jobs after the end of others run although one of their elements failed'

chain chain.json "$(job one '"size": 2' flaky 3 1)" "$(job two '' flaky 2 2)"
: >trace
run enginetool --delay 0 local chain.json
is "$status $(total)" '1 2 1 0 0' 'attempts: not all succeed'
is "$(grep -c '^start flaky 3 ' trace)" 6 'status 1 is tried again, three times in all, and succeeds'
is "$(grep -c '^start flaky 2 ' trace)" 1 'status 2 is not tried again'
chain chain.json "$(job three '' flaky 3 3)" "$(job crash '' sh -c 'kill -9 $$')"
: >trace
run enginetool --delay 0 --tries 2 local chain.json
is "$(total) $(grep -c '^start flaky 3 ' trace)" '0 2 0 0 2' 'two tries are two'
like "$stdout" '^ended local-0-ptype-crash-0 0 signal 9$' 'a crash is a failure'

printf '#!/no/such/interpreter\n' >bin/broken && chmod +x bin/broken
chain chain.json "$(job broken '' broken)"
run enginetool --logs logs2 local chain.json
like "$(cat logs2/local-0-ptype-broken-0-0.log)" "broken: No such file" 'a program that cannot start says why in its log'
like "$stdout" '^ended local-0-ptype-broken-0 0 exit status 127$' '... and is not tried again'

# --- what programs get -------------------------------------------------------------------------------------------

chain chain.json "$(job downloader '' \
	show 'a b' '$(touch made)' '; touch made' '' '*')"
run env AWS_SECRET_ACCESS_KEY=s1 AWS_SESSION_TOKEN=s2 EDL_PASSWORD=s3 EDL_USERNAME=s4 AWS_REGION=r \
	AWS_BATCH_JOB_ARRAY_INDEX=5 SLURM_ARRAY_TASK_ID=6 SLURM_JOB_ID=9 AWS_BATCH_JOB_ATTEMPT=2 \
	enginetool --env 'GENERATE_ROOT=/a b' --env EMPTY= --logs logs3 local chain.json
shown=$(cat logs3/local-0-ptype-downloader-0-0.log)
is "$(printf '%s\n' "$shown" | grep '^<' | tr -d '\n')" '<a b><$(touch made)><; touch made><><*>' 'arguments arrive as they are'
ok "$([ ! -e made ]; echo $?)" '... and no shell has seen them'
like "$shown" '^GENERATE_ARRAY_INDEX=0$' 'the index is the element'
like "$shown" '^GENERATE_ROOT=/a b$' 'variables of the run are set'
like "$shown" '^AWS_REGION=r$' 'others are inherited'
like "$shown" '^EDL_PASSWORD=s3$' 'a secret is, where the component needs it'
unlike "$shown" 's1|s2|AWS_BATCH|SLURM_' 'no other one is, nor what our own engine told us'

chain chain.json "$(job show '' no-such-program)"
run enginetool local chain.json
is "$status $stderr" '2 enginetool: no-such-program: no such program' 'a program that is not there is noticed at once'

# --- the end asked for -------------------------------------------------------------------------------------------

# stopped SIGNAL ARG...: send SIGNAL when three programs have started
stopped() {
	_signal=$1
	shift
	: >trace
	# a shell would have its background commands ignore SIGINT
	"$python" -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' enginetool "$@" >out 2>err &
	_engine=$!
	wait_for sh -c '[ $(grep -c start trace) -ge 3 ]'
	kill "-$_signal" "$_engine"
	wait "$_engine"
	status=$?
	stdout=$(cat out) stderr=$(cat err)
}

four 4 1
stopped TERM --state state local:2 chain.json
is "$status" 143 'SIGTERM: ends so'
ok "$(grep -q '^term' trace; echo $?)" '... after its programs have been asked to end'
is "$(left)" '' '... and have'
ok "$(grep -qx 'end R 0' trace; echo $?)" 'the tokens go back'
is "$(total | awk '{ print $1 + $2 + $3 + $4, $2, $3 }')" '17 0 0' "all elements are accounted for, none as failed ($(total))"

chain chain.json "$(job deaf '' deaf)" "$(job d2 '' deaf)" "$(job d3 '' deaf)"
start=$(date +%s)
stopped INT --grace 1 local:3 chain.json
is "$status" 130 'SIGINT: ends so'
ok "$([ $(($(date +%s) - start)) -lt 20 ]; echo $?)" 'programs that do not listen are killed after the grace time'
is "$(left)" '' '... with all they have started'

# --- killed and run again ----------------------------------------------------------------------------------------

rm -f state
four 5 0.3
: >trace
enginetool --state state local:2 chain.json >out 2>err &
engine=$!
wait_for grep -qx 'start C 0' trace
run enginetool --state state local:2 chain.json
is "$status $stderr" '2 enginetool: state: in use by another process' 'two runs of one state file: the second is told'
kill -9 "$engine"
wait "$engine" 2>/dev/null
WAIT_LIMIT=2
ok "$(wait_for none_left; echo $?)" 'killed: its programs end with it'
printf '{"job":"local-0-ptype-uploader-0","ind' >>state
finished=$(grep -c succeeded state)
: >trace
run enginetool --state state local:2 chain.json
is "$status $(total)" "0 21 0 0 0" "run again: goes on where it was ($finished of 21 were done)"
ok "$([ "$finished" -gt 0 ] && [ "$(grep -c start trace)" -eq $((21 - finished)) ]; echo $?)" '... and does nothing twice'
: >trace
run enginetool --state state local:2 chain.json
is "$status $(total)" '0 21 0 0 0' 'run once more: nothing left'
is "$(cat trace)" '' '... nothing runs'

rm -f state
four 3 0.02 1
run enginetool --tries 1 --state state local:2 chain.json
: >trace
four 3 0.02
run enginetool --state state local:2 chain.json
is "$status $(total)" '0 13 0 0 0' 'after a failure only that element is run again'
is "$(grep start trace | sort | tr '\n' ' ')" 'start C 1 start P 1 start R 0 start U 1 ' '... and the return of tokens'

mkdir full
run enginetool --state full local chain.json
is "$status $stdout" '2 ' 'a state file that cannot be one: nothing begins'

# --- places and records ------------------------------------------------------------------------------------------

for place in local: local:0 local:x local:99999 locals batch batch: 'batch:a b' slurm: slurm:-x 'slurm:a b' none: other; do
	run enginetool "$place"
	is "$status" 2 "$place is no engine"
done
is "$stderr" 'enginetool: other: not an engine' '... and the message says so'
chain chain.json "$(job 'a b' '' step)"
run enginetool local chain.json
is "$status $stderr" '2 enginetool: a b: not a job name' 'a name that cannot be one'
for after in '"after": 3' '"ended": [3]' '"after": 0' '"ended": [0]'; do
	chain chain.json "$(job a "$after" step)"
	run enginetool local chain.json
	is "$status $stderr" '2 enginetool: a: depends on a job that is not before it' "$after: a dependency on nothing"
done
chain chain.json "$(job a '"size": 2' step)" "$(job b '"after": 0, "size": 3' step)"
run enginetool local chain.json
like "$stderr" 'b: follows the elements of a, which has others' 'different sizes cannot follow element by element'
four 2 0
run enginetool none chain.json
is "$status" 0 'none: a plan'
is "$stdout" 'submitted @1 downloader
submitted @2 combiner
submitted @3 processor
submitted @4 uploader
submitted @5 returner' '... with numbers for ids'
done_testing
