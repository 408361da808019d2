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
	enginetool --ask "$1" ${2:+--index "$2"} slurm
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
	"$(job downloader '[]' '"size": 4, "attempts": 1' step D 0 2)" \
	"$(job combiner '[[0, "same"]]' '"size": 4, "parallel": 1, "cpus": 1, "memory": 10, "time": 100' step C 0.2)" \
	"$(job processor '[[1, "same"]]' '"size": 4, "parallel": 1, "priority": 10' step P 0)" \
	"$(job after-all '[[0, "ok"]]' '' step A 0)" \
	"$(job returner '[[2, "any"]]' '"tags": {"run": "8720"}' step R 0)"
run env SLURM_ARRAY_TASK_ID=77 SLURM_JOB_ID=5 AWS_BATCH_JOB_ARRAY_INDEX=3 enginetool --logs "log s/50%x" slurm:test chain.json
is "$status $stderr" '0 ' 'five arrays are submitted'
is "$(printf '%s\n' "$stdout" | grep -cE '^submitted [1-9][0-9]* [a-z-]+$')" 5 'each has a number'
downloader=$(id downloader) combiner=$(id combiner) processor=$(id processor) after=$(id after-all) returner=$(id returner)
slurm_idle
ok $? 'the queue becomes empty'
is "$(elements D)" '0 1 2 3 ' 'all elements of the first have run'
is "$(elements C)" '0 1 3 ' 'in the second, those whose predecessors were good'
is "$(elements P)" '0 1 3 ' '... and in the third'
is "$(elements A)" '' 'what needs all of the first does not run'
is "$(elements R)" '0 ' 'the tokens come back'
last=$(grep -nE 'end P' trace | tail -n 1 | cut -d : -f 1)
ok "$([ "$last" -lt "$(grep -n 'start R' trace | cut -d : -f 1)" ]; echo $?)" '... after the last processor'
is "$(awk '$2 == "C" { n += $1 == "start" ? 1 : -1; if (n > m) m = n } END { print m }' trace)" 1 'one after another where asked for'
is "$(cat "log s/50%x/combiner-${combiner}_3.log")" "job ${combiner}_3 attempt 1" 'a log for every element, named by its id'
is "$(state "$downloader") $(state "$downloader" 1) $(state "$downloader" 2)" 'failed succeeded failed' 'states: of a job, of its elements'
is "$(state "$combiner" 0) $(state "$combiner" 2) $(state "$after") $(state "$returner")" 'succeeded failed failed succeeded' \
	'... and of those that could not run'
is "$(state 999999)" unknown 'a job that Slurm does not know is unknown'
is "$(squeue -h -t all -j "$processor" -o '%y' | sort -u) $(squeue -h -t all -j "$combiner" -o '%P %l %m %C' | sort -u)" \
	'0 test 6:00 10M 1' 'priority, partition, time of three attempts, memory and processors arrive'
is "$(squeue -h -t all -j "$combiner" -o '%y' | sort -u)" 900 'a lower priority is a larger nice value'
is "$(squeue -h -t all -j "$returner" -o '%k')" 'run=8720' 'tags are the comment'

# --- what programs get -------------------------------------------------------------------------------------------

chain chain.json \
	"$(job show '[]' '"first": 3, "env": {"GENERATE_ROOT": "/a, b"}, "pass": ["EDL_PASSWORD"]' \
		show 'a b' '$(touch made)' '; touch made' '' '*' '-n')" \
	"$(job flaky '[]' '' flaky 3 1)" "$(job usage '[]' '' flaky 2 2)" "$(job often '[]' '"attempts": 2' flaky 3 3)"
run env AWS_SECRET_ACCESS_KEY=s1 EDL_PASSWORD=s3 EDL_USERNAME=s4 AWS_REGION=r SLURM_ARRAY_TASK_ID=77 \
	AWS_BATCH_JOB_ARRAY_INDEX=5 enginetool --delay 0 --logs logs slurm chain.json
show=$(id show) flaky=$(id flaky) usage=$(id usage) often=$(id often)
slurm_idle
shown=$(cat "logs/show-${show}_3.log")
is "$(printf '%s\n' "$shown" | grep '^<' | tr -d '\n')" '<a b><$(touch made)><; touch made><><*><-n>' 'arguments arrive as they are'
ok "$([ ! -e made ]; echo $?)" '... and no shell has seen them'
like "$shown" '^GENERATE_ARRAY_INDEX=3$' 'the index is the element, counted from the first'
like "$shown" '^GENERATE_ROOT=/a, b$' 'variables of the job are set'
like "$shown" '^AWS_REGION=r$' 'others are inherited'
like "$shown" '^EDL_PASSWORD=s3$' 'a secret is, when the job asks for it'
unlike "$shown" '=s1$|=s4$|AWS_BATCH|SLURM_ARRAY_TASK_ID' 'no other one is, nor what another engine told us'
is "$(state "$flaky") $(state "$usage") $(state "$often")" 'succeeded failed failed' \
	'status 1 is tried again, up to three times or as told; status 2 is not'

# --- found again -------------------------------------------------------------------------------------------------

ids=$(printf '%s\n' "$stdout" | sed 's/submitted/found/')
run enginetool --find --logs logs slurm chain.json
is "$status $stdout" "0 $ids" 'jobs whose ids were lost are found by their names'
mkdir logs2 && : >"logs2/lost-42_0.log" && : >logs2/lost-b-43_0.log
chain chain.json "$(job lost '[]' '' step D 0)" "$(job new '[]' '"size": 7' step D 0)"
run enginetool --find --logs logs2 slurm chain.json
like "$stdout" '^found 42 lost$' '... or, when Slurm has forgotten them, by their logs'
like "$stdout" '^submitted [0-9]*,[0-9]* new$' 'what was not submitted is'
new=$(id new)
run enginetool --find --logs logs2 slurm chain.json
is "$(printf '%s\n' "$stdout" | tail -n 1)" "found $new new" 'all parts of a large job are found'
slurm_idle

# --- larger than MaxArraySize --------------------------------------------------------------------------------------

: >trace
chain chain.json "$(job a '[]' '"size": 12, "attempts": 1' step A 0 7)" "$(job b '[[0, "same"]]' '"size": 12, "parallel": 2' step B 0)" \
	"$(job c '[[1, "any"]]' '' step C 0)"
run enginetool slurm chain.json
is "$status $(id a | tr -d 0-9)" '0 ,,' 'twelve elements are three arrays of at most five'
a=$(id a) b=$(id b)
slurm_idle
is "$(elements A)" '0 1 2 3 4 5 6 7 8 9 10 11 ' '... with all indices'
is "$(elements B)" '0 1 2 3 4 5 6 8 9 10 11 ' '... and element 7 alone has no successor'
is "$(elements C)" '0 ' 'a job after all of it waits for all parts'
is "$(state "$a" 7) $(state "$a" 11) $(state "$b" 7) $(state "$b")" 'failed succeeded failed failed' 'states across the parts'

# --- cancel ------------------------------------------------------------------------------------------------------

: >trace
chain chain.json "$(job long '[]' '"size": 2' step L 60)" "$(job next '[[0, "ok"]]' '' step N 0)" "$(job last '[[1, "any"]]' '' step T 0)"
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
like "$status $stderr" '^2 enginetool: squeue: .*Invalid job id' 'cancelling what is not there'
run enginetool --cancel '1; rm -rf /' slurm
is "$status $stderr" '2 enginetool: 1; rm -rf /: not a Slurm job' 'an id that cannot be one is not handed on'

# --- refusals ----------------------------------------------------------------------------------------------------

chain chain.json "$(job a '[]' '' step A 0)"
run enginetool slurm:other chain.json
is "$status" 3 'a partition that is not there'
like "$stderr" '^enginetool: sbatch: .*invalid partition' '... is named by Slurm'
chain chain.json "$(job a '[]' '"size": 12' step A 0)" "$(job b '[[0, "same"]]' '"size": 4' step B 0)"
run enginetool slurm chain.json
like "$stderr" 'b: depends on the same elements of .*, which has others' 'different sizes cannot follow element by element'
run enginetool --logs 'a\b' slurm chain.json
is "$status" 2 'a log directory with a backslash, which Slurm would misread'
slurm_stop
run enginetool slurm chain.json
is "$status" 3 'Slurm is down: the environment failed'
like "$stderr" '^enginetool: scontrol: ' '... and the message says who said so'
done_testing
