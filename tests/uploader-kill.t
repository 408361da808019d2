#!/bin/sh
# uploader killed, out of disk, on read-only disks, with long lists: nothing is lost, nothing announced twice or early.
. "${0%/*}/lib.sh"

night=20240215124000-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0
day=20240215123500-JPL-L2P_GHRSST-SSTskin-MODIS_A-D-v02.0-fv01.0

granule() {
	mkdir -p "$(dirname "$1")"
	printf '%s\n' "$2" >"$1"
	printf '%s  %s\n' "$(md5 "$1")" "${1##*/}" >"$1.md5"
}

example() {
	rm -rf in store topic
	granule in/$night.nc 'night granule'
	granule in/$day.nc 'day granule'
}

count() {
	find "$1" -type f 2>/dev/null | wc -l | tr -d ' '
}

# Visible objects are whole; a message stands only for a stored pair; a journal only for a message.
sound() {
	for f in store/aqua/[!.]*; do
		[ ! -e "$f" ] || cmp -s "$f" "in/${f##*/}" || return 1
	done
	for f in topic/[!.]*; do
		[ -e "$f" ] || continue
		f=${f##*/} f=${f%-*-*}
		[ -e "store/aqua/$f.nc" ] && [ -e "store/aqua/$f.nc.md5" ] || return 1
	done
	for f in in/.[!.]*.announced; do
		[ -e "$f" ] || continue
		f=${f##*/.} f=${f%.nc.announced}
		ls topic/"$f"-* >/dev/null 2>&1 || return 1
	done
}

# What two granules look like when they are done.
finished() {
	cmp -s in/$night.nc store/aqua/$night.nc && cmp -s in/$day.nc store/aqua/$day.nc &&
		cmp -s in/$night.nc.md5 store/aqua/$night.nc.md5 && cmp -s in/$day.nc.md5 store/aqua/$day.nc.md5 &&
		[ "$(count store) $(count topic) $(count in)" = '4 2 6' ]
}

# Killed at every system call of these kinds, the N-th of each, until the program comes through.
if command -v strace >/dev/null && strace -f -o /dev/null true 2>/dev/null; then
	killed=0 unsound='' unfinished=''
	for call in mkdir openat ftruncate write fsync rename close unlink fcntl; do
		n=1
		while :; do
			example
			strace -f -o /dev/null -e "inject=$call:signal=KILL:when=$n" \
				uploader --to store --announce topic -j 1 in/$night.nc in/$day.nc >out 2>/dev/null
			code=$?
			sound || unsound="$unsound $call:$n"
			while read -r url; do
				[ -e "store/aqua/${url##*/}" ] && ls topic/"$(basename "$url" .nc)"-* >/dev/null 2>&1 ||
					unsound="$unsound $call:$n:printed"
			done <out
			[ $code -eq 137 ] || break
			killed=$((killed + 1))
			uploader --to store --announce topic in/$night.nc in/$day.nc >out 2>&1 && finished &&
				[ "$(wc -l <out)" -eq 2 ] || unfinished="$unfinished $call:$n"
			n=$((n + 1))

		done
	done
	ok "$(test $killed -gt 60; echo $?)" "killed at $killed places"
	is "$unsound" '' '... nothing is half there, announced or printed too early'
	is "$unfinished" '' '... and the next run finishes, with each message once'
else
	skip 3 'no strace'
fi

# Killed at any time, with workers.
mkdir big
i=10
while [ $i -lt 40 ]; do
	granule "big/202402151240$i-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc" "granule $i"
	i=$((i + 1))
done
rm -rf store topic
tries=0
while [ $tries -lt 40 ]; do
	tries=$((tries + 1))
	uploader --to store --announce topic big/*.nc >out 2>err &
	victim=$!
	sleep "0.0$((tries % 10))$((tries / 10))"
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	[ "$(count topic)" -lt 30 ] || break
done
run uploader --to store --announce topic big/*.nc
is "$status:$(printf '%s\n' "$stdout" | sort -u | wc -l | tr -d ' ')" 0:30 "after $tries kills at any time"
is "$(count store) $(count topic)" '60 30' '... everything is there once'
is "$(find store topic big -name '.*.part')" '' '... and nothing else'

# A polite end: what is begun is finished.
rm -rf store topic
find big -name '.*' -type f -exec rm {} +
mkfifo list
uploader --to store --announce topic --failed failed -j 2 <list >out 2>err &
victim=$!
exec 9>list
ls big/*.nc | head -n 10 >&9
wait_for sh -c 'test "$(wc -l <out)" -eq 10'
ok $? 'results come while the list is still open'
kill -TERM $victim
wait $victim
is "$?" 143 'SIGTERM ends the run'
exec 9>&-
is "$(wc -l <out | tr -d ' ') $(count topic) $(count store) $(wc -c <failed | tr -d ' ')" '10 10 20 0' '... after what was begun'

# Long lists. On a file system in memory, because ten thousand granules are eighty thousand fsyncs.
if [ -d /dev/shm ] && [ -w /dev/shm ] && many=$(mktemp -d /dev/shm/generate-test.XXXXXX); then
	"$python" - "$many" <<'EOF2'
import hashlib, sys, os
os.mkdir(sys.argv[1] + '/in')
md5 = hashlib.md5(b'same\n').hexdigest()
for i in range(10000):
    name = '20240101%02d%02d%02d-JPL-L2P_GHRSST-SSTskin-VIIRS_NPP-D-v02.0-fv01.0.nc' % (i // 3600, i // 60 % 60, i % 60)
    open('%s/in/%s' % (sys.argv[1], name), 'w').write('same\n')
    open('%s/in/%s.md5' % (sys.argv[1], name), 'w').write('%s  %s\n' % (md5, name))
EOF2
	find "$many/in" -name '*.nc' >ten-thousand
	start=$(date +%s)
	uploader --to "$many/store" --announce "$many/topic" <ten-thousand >out 2>err
	is "$?:$(wc -l <out | tr -d ' '):$(count "$many/store"):$(count "$many/topic")" 0:10000:20000:10000 '10,000 granules'
	note "$(($(date +%s) - start)) s"
	start=$(date +%s)
	uploader --to "$many/store" --announce "$many/topic" <ten-thousand >out 2>err
	is "$?:$(wc -l <out | tr -d ' '):$(count "$many/topic")" 0:10000:10000 '... and again'
	note "$(($(date +%s) - start)) s"
	rm -rf "$many"
else
	skip 2 'no /dev/shm'
fi

# Disks. The rest needs to mount small ones.
small_fs 256k
mkdir full
i=10
while [ $i -lt 22 ]; do
	name=202402151240$i-JPL-L2P_GHRSST-SSTskin-JPSS1-D-v02.0-fv01.0.nc
	head -c 30000 /dev/urandom >full/$name
	printf '%s  %s\n' "$(md5 full/$name)" $name >full/$name.md5
	i=$((i + 1))
done
run uploader --to "$small_fs/store" --announce topic3 -j 1 full/*.nc
is "$status" 3 'a full disk'
like "$stderr" 'No space left on device' '... is named'
done=$(printf '%s\n' "$stdout" | wc -l | tr -d ' ')
ok "$(test "$done" -ge 3 && test "$done" -lt 12; echo $?)" "... $done granules had room"
is "$(count topic3) $(find "$small_fs" -name '.*.part')" "$done " '... only they are announced, nothing half is left'
is "$(cd "$small_fs/store/jpss1" && ls ./*.nc | while read -r f; do cmp "$f" "$work/full/$f" 2>&1; done)" '' '... what is there is whole'
mount -o remount,size=2m "$small_fs"
run uploader --to "$small_fs/store" --announce topic3 full/*.nc
is "$status:$(printf '%s\n' "$stdout" | wc -l | tr -d ' '):$(count topic3)" 0:12:12 '... with room the next run does the rest'

example
mkdir "$small_fs/in"
cp in/* "$small_fs/in"
mount -o remount,ro "$small_fs"
run uploader --to "$small_fs/store" in/$night.nc in/$day.nc
is "$status:$stdout" 3: 'a read-only store'
like "$stderr" 'Read-only file system' '... is named'
run uploader --to store --announce topic "$small_fs/in/$night.nc"
is "$status:$(count store):$(count topic)" 3:0:0 'granules on a read-only disk are not announced: nobody would know'
run uploader --to store "$small_fs/in/$night.nc"
is "$status:$(count store)" 0:2 '... but can be stored'

mount -o remount,rw,size=2m "$small_fs"
dd if=/dev/zero of="$small_fs/fill" bs=4k 2>/dev/null
run uploader --to store2 --announce topic "$small_fs/in/$night.nc"
is "$status:$(count topic)" 3:0 'no room for the journal: not announced'
rm "$small_fs/fill"
run uploader --to store2 --announce topic "$small_fs/in/$night.nc"
is "$status:$(count topic)" 0:1 '... until there is'

done_testing
