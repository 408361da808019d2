#!/bin/sh
# dlc killed, twice at once, without disk, on a read-only tree: what is remembered was announced, and nothing is lost.
. "${0%/*}/lib.sh"
. "$top/tests/dlc-lib.sh"

now=2025-06-12T13:00:00Z
state=tree/download-lists/state_files/modis_a.txt

once() {
	dlc -q -d aqua --search-url "$search" --files-url "$files/" --now $now --root tree --lists lists --announce queue \
		--pending pending
}

# What the state has, was announced; pending messages are there, or were announced.
sound() {
	[ ! -e $state ] || [ "$(announced)" = "$example_lines" ] || return 1
	[ -e pending/1 ] || grep -q '"a_1"' queue/2* 2>/dev/null
}

finished() {
	[ "$(cat $state)" = "$example_lines" ] && [ "$(announced)" = "$example_lines" ] && [ "$(listed)" = "$example_lines" ] &&
		[ ! -e pending/1 ] && grep -q '"a_1"' queue/2* && [ -z "$(find queue lists tree pending -name '.*.part')" ]
}

example
# Killed at every system call of these kinds, the N-th of each, until the program comes through.
if command -v strace >/dev/null && strace -f -o /dev/null true 2>/dev/null; then
	killed=0 unsound='' unfinished='' extra=0
	for call in mkdir openat ftruncate write fsync rename unlink fcntl memfd_create; do
		n=1
		while :; do
			fresh
			mkdir pending
			echo '["a_1"]' >pending/1
			strace -f -o /dev/null -e "inject=$call:signal=KILL:when=$n" dlc -q -d aqua --search-url "$search" \
				--files-url "$files/" --now $now --root tree --lists lists --announce queue --pending pending \
				>out 2>/dev/null
			code=$?
			sound || unsound="$unsound $call:$n"
			[ ! -s out ] || [ "$(announced)" = "$example_lines" ] || unsound="$unsound $call:$n:printed"
			[ $code -eq 137 ] || break
			killed=$((killed + 1))
			once >out 2>&1 && finished || unfinished="$unfinished $call:$n"
			extra=$((extra + $(ls queue | wc -l) - 1))
			n=$((n + 1))
			[ $n -lt 200 ] || break
		done
	done
	ok "$(test $killed -gt 60; echo $?)" "killed at $killed places"
	is "$unsound" '' '... what is remembered or printed was announced'
	is "$unfinished" '' '... and the next run finishes, with the same lists'
	note "$extra messages were sent twice"
else
	skip 3 'no strace'
fi

# Two at once, and more: every file is announced once.
fresh
how sleep=0.3
pids=''
for i in 1 2 3 4; do
	once >out.$i 2>err.$i &
	pids="$pids $!"
done
codes=''
for p in $pids; do
	wait "$p"
	codes="$codes$?"
done
is "$codes" 0000 'four runs at once'
is "$(sort out.?)" "$example_lines" '... one of them lists the files'
is "$(ls queue | wc -l | tr -d ' ') $(cat $state)" "1 $example_lines" '... and the state has them'
plainly

# A signal while it waits for the answer, and while it waits for another run.
fresh
how sleep=5
dlc -q -d aqua --search-url "$search" --root tree >out 2>err &
first=$!
wait_for sh -c 'ls tree/download-lists/state_files/.modis_a.txt.part' >/dev/null 2>&1
dlc -q -d aqua --search-url "$search" --root tree >out2 2>err2 &
second=$!
sleep 0.3
kill -TERM $second
wait $second
is "$?" 143 'SIGTERM ends the wait for another run'
kill -TERM $first
wait $first
is "$?:$(cat out)" 143: '... and the wait for the answer'
is "$(find tree lists queue pending -type f 2>/dev/null)" '' '... and nothing is left over'
plainly

# A reader that goes away.
fresh
{ cat reply/body; awk 'BEGIN { for (i = 0; i < 5000; i++) printf "%040x  AQUA_MODIS.20250613T%02d%02d%02d.L2.SST.nc\n", i, i / 3600, i / 60 % 60, i % 60 }'; } >big
cp reply/body small
cp big reply/body
{ dlc -q -d aqua --search-url "$search" --root tree 2>err; echo $? >code; } | head -n 1 >/dev/null
is "$(cat code):$(lines $state)" 3:none 'a reader that goes away: nothing is remembered'
run dlc -q -d aqua --search-url "$search" --root tree
is "$status:$(lines $state):$(printf '%s\n' "$stdout" | wc -l | tr -d ' ')" 0:5005:5005 '... so the next one gets everything'
cp small reply/body

# Disks.
small_fs 256k
fresh
run dlc -q -d aqua --search-url "$search" --root "$small_fs"
is "$status" 0 'a small disk'
cp big reply/body
before=$(cat "$small_fs"/download-lists/state_files/modis_a.txt)
run dlc -q -d aqua --search-url "$search" --root "$small_fs"
is "$status:$(cat "$small_fs"/download-lists/state_files/modis_a.txt)" "3:$before" 'no room for the state: it stays'
like "$stderr" 'No space left on device' '... and it is said'
is "$(find "$small_fs" -name '.*.part')" '' '... and nothing half is left'
run dlc -q -d aqua --search-url "$search" --root tree --lists "$small_fs/lists" --announce queue
is "$status:$stdout:$(find tree queue -type f)" 3:: 'no room for the lists: nothing is announced, printed or remembered'
rm -rf "$small_fs/lists"
cp small reply/body
mount -o remount,ro "$small_fs"
: >"$requests"
run dlc -d aqua --search-url "$search" --root "$small_fs"
is "$status:$stdout:$(lines "$requests")" 3::0 'a read-only tree: nothing is begun'
like "$stderr" 'Read-only file system' '... and it is said'
run dlc -n -q -d aqua --search-url "$search" --root "$small_fs"
is "$status" 0 '... but one can look'
run dlc -q -d aqua --search-url "$search" --root tree --lists lists --announce "$small_fs/queue"
is "$status:$stdout:$(lines $state)" 3::none 'a queue that cannot be made'

done_testing
