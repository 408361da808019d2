#!/bin/sh
# The token pool with its users killed: nothing is lost or invented, the lock is never held twice.
# shellcheck disable=SC2086
. "${0%/*}/lib.sh"

export TOKENTOOL_LEASE=2 TOKENTOOL_SKEW=1
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
export ASAN_OPTIONS
witness=$work/witness

# At every moment the pool knows of no more tokens than there are.
sound() {
	tokentool "$1" check >"$1.check" 2>&1
}

# The next one who wants something finds everything in order: the dead hold nothing, and all tokens are there.
recover() {
	TOKENTOOL_MORTAL=1 TOKENTOOL_WITNESS=$1.witness tokentool "$1" acquire aqua >"$1.out" 2>"$1.err" &&
		[ "$(cut -d ' ' -f 2- "$1.out")" = '5 1' ] &&
		license-returner --tokens "$1" -d aqua --all "$(cut -d ' ' -f 1 "$1.out")" >"$1.back" 2>>"$1.err" &&
		[ "$(tokentool "$1" check 2>>"$1.err")" = 'aqua 5 5 0 5
terra 3 3 0 -1
floating 2 2 0 2' ] && [ "$(find "$1" -name 'aqua-*-*' -o -name lock)" = '' ]
}

# On a file system in memory, because all this is made of fsyncs.
if [ -d /dev/shm ] && [ -w /dev/shm ] && fast=$(mktemp -d /dev/shm/generate-test.XXXXXX); then
	:
else
	fast=$work/fast
	mkdir "$fast"
fi

# Killed at any time, many at once: in the background, because the locks of the dead take their time to expire.
crowd() {
	export TOKENTOOL_WITNESS=$work/crowd.witness TOKENTOOL_WAIT=60
	until=$(($(date +%s) + 8)) pids='' i=0
	while [ "$(date +%s)" -lt $until ]; do
		i=$((i + 1))
		set -- aqua terra
		shift $((i % 2))
		tokentool "$fast/crowd" work "$1" 20 2>>crowd.err &
		pids="$pids $!"
		[ $i -gt 4 ] || continue
		sleep "0.$((i * 7 % 3))$((i * 31 % 10))"
		set -- $pids
		kill -9 "$1"
		wait "$1" 2>/dev/null
		shift
		pids=$*
	done
	kill -9 $pids
	wait $pids 2>/dev/null
	echo $i >crowd.killed
}
crowd &
crowd=$!

# Killed at every system call that changes something. (At others the directory is as at the next of these.)
if command -v strace >/dev/null && strace -f -o /dev/null true 2>/dev/null; then
	strace -f -o trace tokentool fresh cycle aqua
	is $? 0 'nobody is killed'
	awk '{ sub(/^[0-9]+ +/, ""); call = $0; sub(/\(.*/, "", call); n[call]++ }
		/tokentool begins/ { begun = 1 }
		begun && (call ~ /^(mkdir|write|fsync|rename|link|unlink|fcntl)$/ || /O_CREAT/) { print call, n[call] }' \
		trace >points
	killed=0 unsound='' survived=''
	while read -r call n; do
		dir=$fast/$call.$n
		strace -f -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
			tokentool "$dir" cycle aqua >/dev/null 2>&1
		[ $? -eq 137 ] && killed=$((killed + 1)) || survived="$survived $dir"
		sound "$dir" || unsound="$unsound $dir"
	done <points
	ok "$(test $killed -gt 90; echo $?)" "killed at $killed system calls"
	is "$survived" '' '... at all that were meant'
	is "$unsound" '' '... held and free tokens together are all there are'
	wait $crowd
	sleep 4			# all locks left behind have expired
	pids=''
	while read -r call n; do
		dir=$fast/$call.$n
		{ recover "$dir" || echo "$dir" >>unrecovered; } &
		pids="$pids $!"
	done <points
	wait $pids
	is "$(cat unrecovered 2>/dev/null)" '' '... and the next one finds all of them, each once'
else
	skip 5 'no strace'
	wait $crowd
	sleep 4
fi

is "$(grep -c 'two owners' crowd.err)" 0 "a crowd, $(cat crowd.killed) of them killed: the lock never has two owners"
tokentool "$fast/crowd" check >out
is $? 0 '... held and free tokens together are all there are'
note "$(grep -c expired crowd.err) locks of the dead were removed, $(grep -c 'has ended' crowd.err) reservations"
run tokentool "$fast/crowd" cycle aqua
run license-returner --tokens "$fast/crowd" --reap
is "$status" 0 '... what the dead hold can be returned'
is "$(tokentool "$fast/crowd" check)" 'aqua 5 5 0 5
terra 3 3 0 3
floating 2 2 0 2' '... then all tokens are there'

rm -rf "$fast"
done_testing
