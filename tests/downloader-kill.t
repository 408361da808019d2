#!/bin/sh
# downloader: killed, interrupted, two at once, no space left: nothing wrong under a final name, nothing lost.
. "${0%/*}/lib.sh"
need ncgen
. "$top/tests/downloader-lib.sh"

fixtures
for i in 0 1 2 3 4 5; do
	name=AQUA_MODIS.20230124T22${i}000.L2.SST.nc
	big "$name" 3000
	echo "$name"
done >names
misbehave
while read -r name; do
	echo "$H/ok/$name $(sha1 "srv/$name")"
done <names >ok.list
# slow WHY - slow.list: slow once for every WHY
slow() {
	sed "s,/ok/,/slow-1/,; s, ,?$1 ," ok.list >slow.list
}

state() {
	(cd "$1" && find . -type f | sort | xargs sha1sum)
}
downloader --root want <ok.list >/dev/null
verified() {
	find "$1" -name 'AQUA*' ! -path '*/.hidden/*' -type f | while read -r f; do
		is "$(sha1 "$f")" "$(sha1 "srv/${f##*/}")" "${f##*/} is whole"
	done
}
parts() {
	[ -d root ] && find root -name '*.part' -size +1100k | grep -q .
}
resumed() {
	grep -c '"range"' requests
}

# ---- kill -9 ----

slow kill
downloader --root root -j 3 <slow.list >printed 2>&1 &
pid=$!
wait_for parts
ok $? 'downloads are under way'
kill -9 $pid
wait $pid 2>/dev/null
verified root
forget
run downloader --root root <slow.list
is "$status" 0 'killed, run again: all done'
is "$(state root)" "$(state want)" '... the tree is as without the kill'
[ "$(resumed)" -ge 1 ]
ok $? '... and what was there was not fetched again'
for delay in 0.02 0.05 0.1 0.2; do
	rm -rf root
	downloader --root root -j 3 <ok.list >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	downloader --root root <ok.list >/dev/null
	is "$(state root)" "$(state want)" "killed after $delay s, run again"
done

# ---- signals ----

for signal in TERM INT; do
	rm -rf root
	slow $signal
	env --default-signal=INT downloader --root root -j 3 --final-log --failed failed <slow.list >printed 2>messages &
	pid=$!
	wait_for parts
	kill -$signal $pid
	wait $pid
	status=$?
	case $signal in
	TERM) is $status 143 'SIGTERM: status 143' ;;
	INT) is $status 130 'SIGINT: status 130' ;;
	esac
	like "$(tail -n 1 messages)" '^print_final_log - INFO : final_log: dataset: MODIS Aqua - ' '... with the final log'
	[ "$(find root -name '*.part' | wc -l)" -ge 1 ]
	ok $? '... what there is is kept'
	is "$(sort failed)" "$(sort slow.list)" '... what is not done is in --failed'
	forget
	run downloader --root root <failed
	is "$status $(state root)" "0 $(state want)" '... and done by the next run'
	[ "$(resumed)" -ge 1 ]
	ok $? '... which continues'
done

# ---- two at once ----

rm -rf root
forget
slow two
sed 3q slow.list >three.list
downloader --root root -j 2 <three.list >one 2>one.err &
pid=$!
downloader --root root -j 2 <three.list >two 2>two.err
is "$?" 0 'a second run on the same tree ends well'
wait $pid
is "$?" 0 '... and so does the first'
is "$(sort one)" "$(sort two)" '... with the same results'
is "$(asked .)" 3 '... and each file was fetched once'
is "$(cat one.err two.err)" '' '... without a complaint'
is "$(left "root/$D/.hidden")" '' '... and nothing left over'
rm -rf root
slow lock
sed 3q slow.list >three.list
downloader --root root <three.list >one 2>one.err &
pid=$!
wait_for parts
run downloader --root root --lock-wait 0.5 <three.list
is "$status" 1 '--lock-wait: not waiting for ever'
like "$stderr" 'another process has been downloading it' '... says the message'
wait $pid

# ---- disk full ----

small_fs 5m
run downloader -o "$small_fs" -j 1 --failed failed <ok.list
is "$status" 3 'no space left: status 3'
is "$(printf '%s\n' "$stdout" | wc -l)" 1 '... the file that fits is there'
like "$stderr" '^downloader: .*no space for it: 3[0-9]* bytes needed' '... what is needed is said'
like "$stderr" '^downloader: the disk is full; the run is stopped, [0-9] lines were not attempted' '... and the run stops'
is "$(wc -l <failed)" 5 '... the others are in --failed'
is "$(find "$small_fs" -name '.*.part' | wc -l)" 0 '... and nothing half done keeps the disk full'
rm -f "$small_fs"/*
sed 's,/ok/,/chunked/,' ok.list >chunked.list
run downloader -o "$small_fs" -j 1 <chunked.list
is "$status $(find "$small_fs" -type f | wc -l)" '3 1' 'the same when the length is not known before'
like "$stderr" 'No space left on device' '... with the message of the system'
done_testing
