#!/bin/sh
# nolocks: on file systems without locks all programs do their work and say so once
. "${0%/*}/lib.sh"
CC=${CC:-gcc}
need "$python" py:netCDF4 py:h5py "${CC%% *}"

compile -shared -fPIC -o nolocks.so "$top/tests/data/nolocks.c" -ldl || give_up 'the replacement of fcntl cannot be built'
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH
mkdir obpg
mkgranule -o obpg -d aqua --flag night --time 20240105T031001 --lines 40 --pixels 60 >/dev/null
serve obpg
(cd obpg && sha1sum -- *.nc) | awk -v url="$URL" '{ print url "/" $2, $1 }' >list
sed 's|http://[^ ]*/||' list >names
remark='a file system here has no locks'

# step PROGRAM ... - run it, with or without locks
step() {
	run $with "$@"
	printf '%s\n' "$stdout" >"$root.$1"
	is "$status" 0 "$1 ${with:+without locks}"
	if [ -n "$with" ]; then
		is "$(printf '%s\n' "$stderr" | grep -c "$remark")" 1 '... says so once'
	else
		unlike "$stderr" "$remark" '... has nothing to say of locks'
	fi
}

# chain ROOT - every program once; their results are in ROOT.NAME
chain() {
	root=$1
	step dlc -d aqua --root "$root" --from-file names --lists "$root.lists" --announce "$root.queue" </dev/null
	step downloader --root "$root" <list
	step combiner --root "$root" <"$root.downloader"
	step processor --root "$root" <"$root.combiner"
	step uploader --root "$root" --to "$root.store" --announce "$root.topic" <"$root.processor"
	step partition --root "$root" --engine none <list
	step license-returner --root "$root" --set-capacity aqua=9 </dev/null
}

with=
chain plain
for errno in 37 38 95; do
	with="env LOCK_ERRNO=$errno LD_PRELOAD=$work/nolocks.so"
	chain "bare$errno"
	is "$(cat "bare$errno.store"/*/*.md5)" "$(cat plain.store/*/*.md5)" "errno $errno: the same granule"
	is "$(find "bare$errno" -name '.*.part' -o -name '.pool.lock')" '' '... and nothing is left over'
done
done_testing
