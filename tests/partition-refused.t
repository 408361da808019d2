#!/bin/sh
# Slurm refuses a job: for good, then nothing of the run stays; for now, then the plan stays and the rest is done later.
. "${0%/*}/lib.sh"
. "$top/tests/partition-lib.sh"

GENERATE_TOKENS=terra=4,floating=1
export GENERATE_TOKENS
tab=$(printf '\t')
waiting=combiner/jobs/terra_quicklook_20230504T180000_abc.txt

# refuse REASON: the third call of sbatch fails, as all after it
refuse() {
	make_cluster
	rm -rf pending
	terra_tree tree
	echo 3 >"$cluster/refuse"
	echo "$1" >"$cluster/reason"
}

cancelled() {
	paste -sd ' ' "$cluster/cancelled"
}

# whether tokens and waiting granules are back
is_back() {
	is "$(free tree terra) $(free tree floating)" '4 1' '... the tokens are back'
	is "$(wc -l <"tree/$waiting" | tr -d ' ') $(ls tree/combiner/jobs)" "5 ${waiting##*/}" '... the waiting granules wait again'
}

messages() {
	find pending -type f ! -name '.*' 2>/dev/null | wc -l | tr -d ' '
}

plan_of() {
	printf '%s\n' "$stdout" | sed -n "s/^plan$tab//p"
}

# --- for good ---

refuse 'Invalid account or account/partition combination specified'
run partition --root tree --engine slurm --uid 8720 --pending pending --final-log "$data/terra.list"
plan=$(plan_of)
is "$status" 3 'a refusal that stays'
like "$stderr" '^partition: sbatch: .*Invalid account' '... is named'
like "$stderr" "^partition: $plan: undone, another try would not help; the lists wait in pending\$" '... with what was done about it'
is "$(cancelled)" '1001 1002' '... the jobs that are there are cancelled'
like "$stderr" '^partition_and_submit - INFO : Cancelled job: generate-terra-quicklook-combiner-0-8720 1002$' '... which is logged'
is_back
is "$(messages)" 1 '... the lists go to the pending queue'
like "$(cat pending/*)" 'terra.list' '... by their names'
like "$stdout" "^pending$tab$data/terra.list\$" '... which are printed'
rm "$cluster/refuse"
run partition --resume "$plan" --pending pending
is "$status $stdout $(wc -l <"$cluster/jobs" | tr -d ' ') $(messages)" '0  2 1' 'the plan is done with: resuming it does nothing'

refuse 'Invalid qos specification'
run partition --root tree --engine slurm "$data/terra.list"
is "$status" 3 'without a pending queue'
like "$stderr" 'undone, another try would not help; the lists have to be given again' '... they have to be given again'
is "$(ls tree/partition/*.json* 2>/dev/null)" '' '... the plan is gone'
is_back
rm "$cluster/refuse"
: >"$cluster/jobs"
run partition --root tree --engine slurm "$data/terra.list"
is "$status $(wc -l <"$cluster/jobs" | tr -d ' ') $(ls tree/combiner/jobs)" '0 17 ' '... and then all is submitted'

refuse 'Requested node configuration is not available'
mkdir -p tree/download-lists/terra
cp "$data/terra.list" tree/download-lists/terra/a
printf '{"Records": [{"messageId": "m-5", "body": "{\\"prefix\\": \\"a-b-c\\", \\"dataset\\": \\"terra\\", \\"txt_list\\": [\\"a\\"]}"}]}' >ev
event() {
	run partition --root tree --engine slurm --lists tree/download-lists --pending pending --event <ev
}
event
is "$status $(messages)" '3 1' 'a message whose jobs are refused'
is_back
rm "$cluster/refuse"
event
is "$status $stdout $(wc -l <"$cluster/jobs" | tr -d ' ') $(messages)" '0  2 1' '... comes again: its lists wait already'

# --- undoing is undone itself ---

refuse 'Invalid qos specification'
# shellcheck disable=SC2016
echo '[ $1 != 1002 ] || kill -9 $PPID' >"$cluster/scancel"
run partition --root tree --engine slurm --pending pending "$data/terra.list"
is "$status $(messages)" '137 0' 'killed while it is undone'
rm "$cluster/scancel" "$cluster/refuse"
run partition --resume "$(plan_of)" --pending pending
is "$status $(messages) $(wc -l <"$cluster/jobs" | tr -d ' ')" '3 1 2' '... --resume goes on with that'
is "$(sort -u "$cluster/cancelled" | paste -sd ' ' -)" '1001 1002' '... and cancels what is left'
is_back

refuse 'Invalid qos specification'
echo 'echo "scancel: error: Unable to contact slurm controller" >&2; exit 1' >"$cluster/scancel"
run partition --root tree --engine slurm --pending pending "$data/terra.list"
is "$status $(messages)" '3 0' 'jobs that cannot be cancelled now'
like "$stderr" 'not all is undone; partition --resume does the rest' '... what to do is said'
rm "$cluster/scancel"
run partition --resume "$(plan_of)" --pending pending
is "$status $(messages) $(cancelled)" '3 1 1001 1002' '... and done'
is_back

# --- for now ---

refuse 'Socket timed out on send/recv operation'
: >"$cluster/once"
run partition --root tree --engine slurm --pending pending "$data/terra.list"
is "$status $(cancelled) $(messages)" '3  0' 'a refusal that may pass: nothing is undone'
like "$stderr" 'not all is submitted; partition --resume does the rest' '... what to do is said'
is "$(free tree terra) $(free tree floating) $(find tree/combiner/jobs -name "*claimed*" | wc -l | tr -d " ")" '0 0 1' '... tokens and waiting granules are held'
run partition --resume "$(plan_of)"
is "$status $(wc -l <"$cluster/jobs" | tr -d ' ') $(cut -d ' ' -f 2 "$cluster/jobs" | sort | uniq -d)" '0 17 ' \
	'... resuming submits the rest, each job once'

refuse 'Slurm temporarily unable to accept job, sleeping and retrying'
: >"$cluster/once"
mkdir -p tree/download-lists/terra
cp "$data/terra.list" tree/download-lists/terra/a
event
is "$status $(messages)" '3 0' 'a message whose jobs are refused for now'
event
is "$status $(wc -l <"$cluster/jobs" | tr -d ' ') $(cut -d ' ' -f 2 "$cluster/jobs" | sort | uniq -d)" '0 17 ' \
	'... comes again: the rest is submitted, each job once'
done_testing
