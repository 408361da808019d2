#!/bin/sh
# purger killed at any system call: nothing is lost, the next run finishes.
. "${0%/*}/lib.sh"
. "$top/tests/purger-lib.sh"
need strace unzip
strace -f -o /dev/null true 2>/dev/null || skip_all 'strace may not trace here'

rules '"lists": { "path": "lists", "threshold": 10, "glob_ops": ["*.txt", "more/*"], "action": "archive" },
	"logs": { "path": "logs", "threshold": 10, "glob_ops": ["*"], "action": "delete" }'

make_tree() {
	rm -rf r store
	for i in 1 2 3; do old r/lists/$i.txt 20 "list $i"; done
	old r/lists/more/1.txt 20 'another list 1'
	old r/lists/young.txt 1
	old r/logs/dir/file 20
	old r/logs/file 20
	touch -d "@$((T_seconds - 72000))" r/logs/dir
}

purge() {
	purger --root r --config rules.json --now $T --archive-to store
}

# What is in complete archives: names and contents.
archived() {
	find r/archive store -name '*.zip' ! -name '.*' 2>/dev/null | sort | while read -r zip; do
		unzip -Z1 "$zip" | while read -r f; do printf '%s: %s\n' "$f" "$(unzip -p "$zip" "$f")"; done
	done
}

# Each list is where it was or in an archive of the store; what is printed has gone.
sound() {
	archived >members || return 1
	while IFS=: read -r f text; do
		if [ -e "r/$f" ]; then
			printf '%s\n' "${text# }" | cmp -s - "r/$f" || return 1
		else
			find store -name '*.zip' ! -name '.*' -exec unzip -Z1 {} \; | grep -xF "$f" >unpacked || return 1
		fi
	done <all
	[ -e r/lists/young.txt ] || return 1
	cut -f 5 out | while read -r f; do [ ! -e "$f" ] || exit 1; done
}

finished() {
	[ "$(find r ! -type d)" = r/lists/young.txt ] && [ "$(find store -type f -name '.*')" = '' ] &&
		archived | sort | cmp -s - all
}

cat >all <<'!'
lists/1.txt: list 1
lists/2.txt: list 2
lists/3.txt: list 3
lists/more/1.txt: another list 1
!
make_tree
run purge
finished
ok $? 'without a kill'

killed=0 unsound='' unfinished=''
for call in openat mkdirat mkdir ftruncate fcntl read write lseek fsync rename close unlinkat newfstatat; do
	n=1
	while :; do
		make_tree
		strace -f -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
			purger --root r --config rules.json --now $T --archive-to store >out 2>/dev/null
		[ $? -eq 137 ] || break
		killed=$((killed + 1))
		sound || unsound="$unsound $call:$n"
		purge >out 2>&1 && finished || unfinished="$unfinished $call:$n"
		case $call in
		openat | read | close | newfstatat) n=$((n + 1 + n / 8)) ;;	# many of the loader
		*) n=$((n + 1)) ;;
		esac
	done
done
ok "$(test $killed -gt 100; echo $?)" "killed at $killed places"
is "$unsound" '' '... every list is in its place or in the store, what is printed has gone'
is "$unfinished" '' '... and the next run finishes, with each list archived once'

# A list that changes between its archive and its removal.
make_tree
strace -f -o /dev/null -e 'inject=rename:signal=KILL:when=2' \
	purger --root r --config rules.json --now $T --archive-to store >out 2>/dev/null
ls r/archive/c/lists_$T.zip >/dev/null
ok $? 'killed with a complete archive'
echo changed >r/lists/2.txt
run purge
is "$status:$(cat r/lists/2.txt)" 0:changed 'a list that has changed stays'
like "$stderr" 'r/lists/2.txt: kept: has changed since it was archived' '... with a warning'
is "$(find r ! -type d | sort)" 'r/lists/2.txt
r/lists/young.txt' '... the others go'

# Killed at any time, with many.
rm -rf r store
mkdir -p r/lists r/logs
i=100
while [ $i -lt 400 ]; do
	echo "list $i" >r/lists/$i.txt
	echo x >r/logs/$i
	i=$((i + 1))
done
find r -exec touch -d "@$((T_seconds - 72000))" {} +
tries=0
while [ $tries -lt 30 ]; do
	tries=$((tries + 1))
	purger --root r --config rules.json --now $T --archive-to store >out 2>err &
	victim=$!
	sleep "0.0$((tries % 10))$((tries / 10))"
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	[ "$(find r -type f | wc -l)" -gt 0 ] || break
done
run purge
is "$status:$(find r ! -type d)" 0: "after $tries kills at any time"
is "$(archived | sort | uniq -c | awk '{ n++ } $1 > 1 { many++ } END { print n, many + 0 }')" '300 0' '... every list is archived once'

# A polite end.
rm -rf r store
mkdir -p r/lists r/logs
(cd r/lists && seq 2000 | sed 's/$/.txt/' | xargs touch)
find r -exec touch -d "@$((T_seconds - 72000))" {} +
purger --root r --config rules.json --now $T --archive-to store >out 2>err &
victim=$!
sleep 0.01
kill -TERM $victim
wait $victim
status=$?
run purge
is "$status:$(find r ! -type d):$(archived | wc -l)" 0::2000 'SIGTERM is no worse'

# What was killed when nearly all was removed: each name that has gone costs nothing.
rm -rf r store
mkdir -p r/archive/c r/logs
old r/lists/0.txt 20 0
(cd r && seq 0 300 | while read -r i; do echo "$i" >"lists/$i.txt"; done && find lists -name '*.txt' |
	"$python" -c 'import sys, zipfile
z = zipfile.ZipFile("archive/c/lists_20240305T220000.zip", "w")
for f in sys.stdin: z.write(f.strip())' && find lists -name '[1-9]*' -exec rm {} +)
old r/lists/0.txt 20 0
limited() (
	# shellcheck disable=SC3045
	ulimit -n 64		# dash and bash have it
	purge
)
run limited
is "$status:$stderr:$(listed)" '0::archive lists/0.txt' 'an archive of files that have gone, and one that is there'

# Two at once: what the other one removes is no failure.
for i in 1 2 3 4 5 6 7 8; do
	rm -rf r store
	mkdir -p r/lists r/logs
	(cd r/lists && seq 400 | sed 's/$/.txt/' | xargs touch)
	find r -exec touch -d "@$((T_seconds - 72000))" {} +
	kill -9 "$(sh -c 'purger --root r --config rules.json --now '$T' --archive-to store >/dev/null 2>&1 & echo $!; sleep 0.03')" 2>/dev/null
	purge >/dev/null 2>other &
	victim=$!
	purge >out 2>err || cat err
	wait $victim || cat other
done >said
is "$(grep -v 'in use by another process' said)" '' 'two at once after a kill: no complaints'

done_testing
