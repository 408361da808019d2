#!/bin/sh
# partition killed at any point, and run or resumed again: no job is lost or submitted twice, no waiting granule lost.
. "${0%/*}/lib.sh"
. "$top/tests/partition-lib.sh"

GENERATE_TOKENS=terra=4,floating=1
export GENERATE_TOKENS
p=2023_05_12_18_57_02

go() {
	partition --root tree --engine slurm --uid 8720 --time $p -q "$data/terra.list"
}

# Whether every job of the plan is submitted once, in a sound order, and all else is done.
finished() {
	[ "$(wc -l <"$cluster/jobs" | tr -d ' ')" = 17 ] && [ -z "$(cut -d ' ' -f 2 "$cluster/jobs" | sort | uniq -d)" ] &&
		awk '{ known[$1] = 1; n = split($3, d, /[,:]/); for (i = 1; i <= n; i++)
			if (d[i] ~ /^[0-9]+$/ && !known[d[i]]) bad = 1 } END { exit bad }' "$cluster/jobs" &&
		[ -z "$(golden tree)" ] && [ -z "$(ls tree/combiner/jobs)" ] &&
		[ "$(held tree terra-8720-ql) $(held tree terra-8720-r) $(held tree terra-8720-floating)" = '2 2 1' ]
}

# --- around each submission ---

bad=
for when in before after; do
	n=1
	while [ $n -le 17 ]; do
		make_cluster
		terra_tree tree
		echo $when $n >"$cluster/kill"
		go >out 2>/dev/null
		[ $? -eq 137 ] || bad="$bad $when:$n:alive"
		rm "$cluster/kill"
		plan=$(sed -n 's/^plan.//p' out)
		partition --resume "$plan" -q >out 2>err && finished || bad="$bad $when:$n"
		[ "$(grep -c ^job out)" = 17 ] || bad="$bad $when:$n:printed"
		n=$((n + 4))
	done
done
is "$bad" '' 'killed just before and just after the engine took a job: resuming submits each job once'

# --- at system calls ---

if ! command -v strace >/dev/null || ! strace -f -o /dev/null true 2>/dev/null; then
	skip 4 'no strace'
	done_testing
	exit
fi

# Nothing is submitted without a plan; what is named is there; waiting granules are in a list, or in the plan.
sound() {
	plan=$(ls tree/partition/plan_*.json 2>/dev/null)
	if [ -z "$plan" ]; then
		[ ! -s "$cluster/jobs" ] || return 1
		[ "$(cat tree/combiner/jobs/* 2>/dev/null | wc -l | tr -d ' ')" = 5 ]
	else
		[ -z "$(golden tree)" ] && [ -e "$plan.journal" ]
	fi
}

killed=0 unsound='' unfinished=''
for call in openat:61 write:15 fsync:11 fdatasync:7 rename:3 fcntl:3 unlink:1 mkdir:15 close:91; do
	step=${call#*:} call=${call%:*}
	n=1
	while [ $n -lt 400 ]; do
		make_cluster
		terra_tree tree
		strace -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
			partition --root tree --engine slurm --uid 8720 --time $p -q "$data/terra.list" >out 2>/dev/null
		[ $? -eq 137 ] || break
		killed=$((killed + 1))
		sound || unsound="$unsound $call:$n"
		plan=$(ls tree/partition/plan_*.json 2>/dev/null)
		if [ -n "$plan" ]; then
			partition --resume "$plan" -q >out 2>err
		else
			go >out 2>err
		fi
		finished || unfinished="$unfinished $call:$n"
		n=$((n + step))
	done
done
ok "$(test $killed -gt 30; echo $?)" "killed at $killed system calls"
is "$unsound" '' '... nothing is submitted without a plan, and nothing lost'
is "$unfinished" '' '... running it again, or resuming the plan, finishes: each job once, each token once'

# --- two at once ---

make_cluster
terra_tree tree
for i in 1 2 3; do
	partition --root tree --engine slurm --arrays 2 -q "$data/terra.list" >out$i 2>err$i &
done
wait
is "$(cat tree/partition/plan_*.json | grep -c '"TERRA_MODIS.20230504T000501')" 1 \
	'of several runs at once one takes the granules that wait'

# A plan is resumed by one process at a time.
make_cluster
terra_tree tree
echo 3 >"$cluster/refuse"
go >out 2>/dev/null
plan=$(sed -n 's/^plan.//p' out)
rm "$cluster/refuse"
for i in 1 2 3 4; do
	partition --resume "$plan" -q >out$i 2>err$i &
done
wait
is "$(wc -l <"$cluster/jobs" | tr -d ' ') $(cut -d ' ' -f 2 "$cluster/jobs" | sort | uniq -d)" '17 ' \
	'several that resume a plan submit each job once'
done_testing
