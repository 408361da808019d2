#!/bin/sh
# The Slurm engine on a real Slurm: arrays, dependencies by element, failures, large arrays, states, cancelling.
. "${0%/*}/lib.sh"
. "$top/tests/engine.sh"
. "$top/tests/slurm.sh"

slurm_start MaxArraySize=5 MinJobAge=3600
: >trace

# id NAME: the id under which the job of the last run was submitted
id() {
	printf '%s\n' "$stdout" | sed -n "s/^submitted \\([^ ]*\\) $1\$/\\1/p"
}

state() {
	enginetool --ask "$1" slurm
}

is_state() {
	[ "$(state "$1")" = "$2" ]
}

# elements NAME: those whose program has run to its end
elements() {
	sed -n "s/^end $1 //p" trace | sort -n | tr '\n' ' '
}

# --- a chain with a failing element, submitted from within a job of another engine ---------------------------------

chain chain.json \
	"$(job first '"size": 4' step D 0 2)" \
	"$(job combiner '"after": 0, "size": 4, "parallel": 1, "cpus": 1, "memory": 10' step C 0.2)" \
	"$(job processor '"after": 1, "size": 4, "parallel": 1, "priority": 10' step P 0)" \
	"$(job returner '"ended": [2]' step R 0)"
run env SLURM_ARRAY_TASK_ID=77 SLURM_JOB_ID=5 AWS_BATCH_JOB_ARRAY_INDEX=3 enginetool --tries 1 --run 8720 --logs "log s/50%x" slurm:test chain.json
is "$status $stderr" '0 ' 'four arrays are submitted'
is "$(printf '%s\n' "$stdout" | grep -cE '^submitted [1-9][0-9]* [a-z-]+$')" 4 'each has a number'
first=$(id first) combiner=$(id combiner) processor=$(id processor) returner=$(id returner)
slurm_idle
ok $? 'the queue becomes empty'
is "$(elements D)" '0 1 2 3 ' 'all elements of the first have run'
is "$(elements C)" '0 1 3 ' 'in the second, those whose predecessors were good'
is "$(elements P)" '0 1 3 ' '... and in the third'
is "$(elements R)" '0 ' 'the tokens come back'
last=$(grep -nE 'end P' trace | tail -n 1 | cut -d : -f 1)
ok "$([ "$last" -lt "$(grep -n 'start R' trace | cut -d : -f 1)" ]; echo $?)" '... after the last processor'
is "$(awk '$2 == "C" { n += $1 == "start" ? 1 : -1; if (n > m) m = n } END { print m }' trace)" 1 'one after another where asked for'
is "$(cat "log s/50%x/combiner-${combiner}_3.log")" "job ${combiner}_3 attempt 1" 'a log for every element, named by its id'
is "$(state "$first") $(state "$returner")" 'failed succeeded' 'states'
is "$(state 999999)" unknown 'a job that Slurm does not know is unknown'
is "$(squeue -h -t all -j "$processor" -o '%y' | sort -u) $(squeue -h -t all -j "$combiner" -o '%P %m %C' | sort -u)" \
	'0 test 10M 1' 'priority, partition, memory and processors arrive'
is "$(squeue -h -t all -j "$combiner" -o '%y' | sort -u)" 900 'a lower priority is a larger nice value'
is "$(squeue -h -t all -j "$returner" -o '%k')" 'generate=8720' 'the run is the comment'

# --- what programs get -------------------------------------------------------------------------------------------

chain chain.json \
	"$(job downloader '"size": 4' show 'a b' '$(touch made)' '; touch made' '' '*' '-n')" \
	"$(job flaky '' flaky 3 1)" "$(job usage '' flaky 2 2)"
run env AWS_SECRET_ACCESS_KEY=s1 EDL_PASSWORD=s3 EDL_USERNAME=s4 AWS_REGION=r SLURM_ARRAY_TASK_ID=77 \
	AWS_BATCH_JOB_ARRAY_INDEX=5 enginetool --delay 0 --env 'GENERATE_ROOT=/a, b' --logs logs slurm chain.json
show=$(id downloader) flaky=$(id flaky) usage=$(id usage)
slurm_idle
shown=$(cat "logs/downloader-${show}_3.log")
is "$(printf '%s\n' "$shown" | grep '^<' | tr -d '\n')" '<a b><$(touch made)><; touch made><><*><-n>' 'arguments arrive as they are'
ok "$([ ! -e made ]; echo $?)" '... and no shell has seen them'
like "$shown" '^GENERATE_ARRAY_INDEX=3$' 'the index is the element'
like "$shown" '^GENERATE_ROOT=/a, b$' 'variables of the run are set'
like "$shown" '^AWS_REGION=r$' 'others are inherited'
like "$shown" '^EDL_PASSWORD=s3$' 'a secret is, where the component needs it'
unlike "$shown" '=s1$|AWS_BATCH|SLURM_ARRAY_TASK_ID' 'no other one is, nor what another engine told us'
is "$(state "$flaky") $(state "$usage")" 'succeeded failed' 'status 1 is tried again, up to three times; status 2 is not'

# --- found again -------------------------------------------------------------------------------------------------

ids=$(printf '%s\n' "$stdout" | sed 's/submitted/found/')
run enginetool --find --logs logs slurm chain.json
is "$status $stdout" "0 $ids" 'jobs whose ids were lost are found by their names'
mkdir logs2 && : >"logs2/lost-42_0.log" && : >logs2/lost-b-43_0.log
chain chain.json "$(job lost '' step D 0)" "$(job new '"size": 5' step D 0)"
run enginetool --find --logs logs2 slurm chain.json
like "$stdout" '^found 42 lost$' '... or, when Slurm has forgotten them, by their logs'
like "$stdout" '^submitted [0-9]* new$' 'what was not submitted is'
slurm_idle

chain chain.json "$(job a '"size": 6' step A 0)"
run enginetool slurm chain.json
is "$status $stderr" '2 enginetool: a: 6 elements, not 1 to 5' 'more elements than the cluster takes in an array'

# --- cancel ------------------------------------------------------------------------------------------------------

: >trace
chain chain.json "$(job long '"size": 2' step L 60)" "$(job next '"after": 0, "size": 2' step N 0)" "$(job last '"ended": [1]' step T 0)"
run enginetool slurm chain.json
long=$(id long) next=$(id next)
ok "$(WAIT_LIMIT=20 wait_for is_state "$long" running; echo $?)" 'a job that runs is running'
is "$(state "$next")" pending 'one that waits is pending'
wait_for sh -c '[ $(grep -c start trace) -eq 2 ]'
run enginetool --cancel "$long" slurm
is "$status $stderr" '0 ' 'a job is cancelled'
slurm_idle
ok $? 'what needs it goes away'
is "$(grep -c term trace)" 2 'its programs were asked to end, and could'
is "$(state "$long") $(elements T)" 'failed 0 ' 'what follows its end runs'
run enginetool --cancel 999999 slurm
is "$status" 0 'cancelling what is not there: it will not run'
run enginetool --cancel '1; rm -rf /' slurm
is "$status $stderr" '2 enginetool: 1; rm -rf /: not a Slurm job' 'an id that cannot be one is not handed on'

# --- refusals ----------------------------------------------------------------------------------------------------

chain chain.json "$(job a '' step A 0)"
run enginetool slurm:other chain.json
is "$status" 2 'a partition that is not there is refused for good'
like "$stderr" '^enginetool: sbatch: .*invalid partition' '... is named by Slurm'
run enginetool --logs 'a\b' slurm chain.json
is "$status" 2 'a log directory with a backslash, which Slurm would misread'
slurm_stop
run enginetool slurm chain.json
is "$status" 3 'Slurm is down: the environment failed'
like "$stderr" '^enginetool: scontrol: ' '... and the message says who said so'
done_testing
