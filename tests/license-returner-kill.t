#!/bin/sh
# The token pool with its users killed: it is as before or as after, and no token is lost or invented.
. "${0%/*}/lib.sh"

ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
export ASAN_OPTIONS

# At every moment the pool can be read, and is as it is between two operations of tokentool's cycle: nothing is held, all,
# the shares of both types, those of quicklook.
sound() {
	tokentool "$1" check >"$1.check" 2>&1 || return 1
	case $(awk '{ print $4 }' "$1.check" | paste -sd ' ' -) in
	'0 0 0' | '5 0 1' | '3 0 1' | '2 0 1') ;;
	*) return 1 ;;
	esac
}

# The next one who wants something finds everything in order: the dead hold nothing, all tokens are there, and nothing
# else is left. recover DIR [COMMAND THAT RUNS THE NEXT ONE]
recover() {
	TOKENTOOL_MORTAL=1 $2 tokentool "$1" acquire aqua >"$1.out" 2>"$1.err" &&
		[ "$(cut -d ' ' -f 2- "$1.out")" = '5 1' ] &&
		license-returner --tokens "$1" -d aqua --all "$(cut -d ' ' -f 1 "$1.out")" >"$1.back" 2>>"$1.err" &&
		[ "$(tokentool "$1" check 2>>"$1.err" | head -n 3)" = 'aqua 5 5 0
terra 3 3 0
floating 2 2 0' ] && [ "$(find "$1" -mindepth 1 ! -name .pool.lock -printf '%f ')" = 'pool.json ' ]
}

# On a file system in memory, because all this is made of fsyncs.
if [ -d /dev/shm ] && [ -w /dev/shm ] && fast=$(mktemp -d /dev/shm/generate-test.XXXXXX); then
	:
else
	fast=$work/fast
	mkdir "$fast"
fi

# Killed at any time, many at once, in the background.
crowd() {
	export TOKENTOOL_WAIT=60
	until=$(($(date +%s) + 8)) pids='' i=0
	while [ "$(date +%s)" -lt $until ]; do
		i=$((i + 1))
		set -- aqua terra
		shift $((i % 2))
		tokentool "$fast/crowd" work "$1" 20 2>>crowd.err &
		pids="$pids $!"
		[ $i -gt 4 ] || continue
		sleep "0.$((i * 7 % 3))$((i * 31 % 10))"
		# shellcheck disable=SC2086
		set -- $pids
		kill -9 "$1"
		wait "$1" 2>/dev/null
		shift
		pids=$*
	done
	# shellcheck disable=SC2086
	kill -9 $pids
	# shellcheck disable=SC2086
	wait $pids 2>/dev/null
	echo $i >crowd.killed
}
crowd &
crowd=$!

# killed_everywhere KIND STRACE-OPTION... - killed at every system call that changes something. (At others the directory
# is as at the next of these.) The options make a file system without locks.
killed_everywhere() {
	kind=$1
	shift
	strace -f -o trace "$@" tokentool "fresh.$kind" cycle aqua
	is $? 0 "$kind: nobody is killed"
	awk '{ sub(/^[0-9]+ +/, ""); call = $0; sub(/\(.*/, "", call); n[call]++ }
		/tokentool begins/ { begun = 1 }
		begun && (call ~ /^(mkdir|write|fsync|rename|link|unlink|fcntl)$/ || /O_CREAT/) { print call, n[call] }' \
		trace | grep -v "^${2:+fcntl}[^a-z]" >points
	killed=0 unsound='' survived='' unrecovered=''
	while read -r call n; do
		dir=$fast/$kind.$call.$n
		strace -f -o /dev/null "$@" -e "inject=$call:signal=KILL:when=$n" tokentool "$dir" cycle aqua >/dev/null 2>&1
		[ $? -eq 137 ] && killed=$((killed + 1)) || survived="$survived $dir"
		sound "$dir" || unsound="$unsound $dir"
		touch -c -d '2 minutes ago' "$dir/.pool.lock"
		recover "$dir" "${2:+strace -f -o /dev/null $*}" || unrecovered="$unrecovered $dir"
	done <points
	ok "$(test $killed -gt 35; echo $?)" "$kind: killed at $killed system calls"
	is "$survived" '' '... at all that were meant'
	is "$unsound" '' '... the pool is as before or as after each change'
	is "$unrecovered" '' '... and the next one finds all of them, each once'
}

if command -v strace >/dev/null && strace -f -o /dev/null true 2>/dev/null; then
	killed_everywhere locks
	killed_everywhere 'no-locks' -e inject=fcntl:error=ENOLCK
	for i in 1 2 3 4 5 6 7 8; do
		strace -f -o /dev/null -e inject=fcntl:error=ENOLCK tokentool "$fast/slow" work aqua 2 2>>slow.err &
		eval "worker$i=$!"
	done
	for i in 1 2 3 4 5 6 7 8; do
		eval "wait \$worker$i"
	done
	is "$(cat slow.err) $(tokentool "$fast/slow" check | head -n 1)" ' aqua 5 5 0' 'several at once without locks: nothing is lost'
else
	skip 11 'no strace'
fi
wait $crowd

tokentool "$fast/crowd" check >out
is $? 0 "a crowd, $(cat crowd.killed) of them killed: held and free tokens together are all there are"
unlike "$(cat crowd.err)" 'damaged|all the time|lost' '... and nobody found anything wrong'
note "$(grep -c 'has ended' crowd.err) reservations of the dead were returned"
run tokentool "$fast/crowd" cycle aqua
run license-returner --tokens "$fast/crowd" --reap
is "$status" 0 '... what the dead hold can be returned'
run tokentool "$fast/crowd" cycle aqua
is "$(tokentool "$fast/crowd" check | head -n 3)" 'aqua 5 5 0
terra 3 3 0
floating 2 2 0' '... then all tokens are there'
is "$(ls -A "$fast/crowd" | paste -sd ' ' -)" '.pool.lock pool.json' '... and nothing else is left'

rm -rf "$fast"
done_testing
