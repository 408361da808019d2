#!/bin/sh
# purger: the rules, what they take, archives, what is printed.
. "${0%/*}/lib.sh"
. "$top/tests/purger-lib.sh"
need ncgen unzip jq

config=$top/tests/data/purger/purger.json

# --- the first worked example, as the reference system decides

example
tree mnt >before
run purger --root mnt --config "$config" --compat --now $T -n
is "$status:$stderr" 0: 'a dry run of the worked example'
plan_of=$stdout
tree mnt >after
is "$(cat after)" "$(cat before)" '... changes nothing'
run purger --root mnt --config "$config" --compat --now $T --final-log --archive-to store
is "$status" 0 'the worked example'
is "$stdout" "$plan_of" '... prints what the dry run did'
is "$(printf '%s\n' "$stdout" | awk -F '\t' '$1 == "delete" { print $5 }' | sort)" "$(example_says deleted)" '... deletes'
is "$(printf '%s\n' "$stdout" | awk -F '\t' '$1 == "archive" { print $5 }' | sort)" "$(example_says archived)" '... archives'
is "$(find mnt -mindepth 1 ! -type d | sort)" "$(example_says kept)" '... and leaves the rest'
is "$(tree store | grep zip)" "archive/downloader/2024/input_lists_quicklook_20240305T230000.zip
archive/downloader/2024/input_lists_refined_20240305T230000.zip
archive/processor/2024/input_lists_quicklook_20240305T230000.zip" '... archives by entry'
is "$(unzip -Z1 store/archive/downloader/2024/input_lists_quicklook_20240305T230000.zip | sort)" \
	"downloader/lists/aqua_quicklook_2024_03_05_09_02_02_0_0_8720.txt
downloader/lists/downloads_file_lists_AQUA_quicklook_2024_03_05_09_02_02_0_8720.json" '... with names below the root'
is "$(unzip -p store/archive/processor/2024/input_lists_quicklook_20240305T230000.zip)" \
	"text of mnt/processor/input/processor_timestamp_list_AQUA_quicklook_2024_03_05_09_02_02_0_8720.json" '... and contents'
is "$(printf '%s\n' "$stderr" | grep -v 'xecution time\|Deleted\|Archived\|Zip created\|File')" \
	"purger - INFO : Running operations to remove data from EFS.
purger - INFO : Read config file: $config
purger - INFO : Gathered list of files to archive and delete for Generate components from the EFS.
purger - INFO : 16 files have been removed from the file system.
purger - INFO : 4 files have been archived and then removed from the file system.
purger - INFO : final_log: deleted: 16 - archived: 4 - skipped: 0 - bytes_freed: $(printf '%s\n' "$stdout" | awk -F '\t' '{ n += $3 } END { print n }') - s3_found: 0 - s3_deleted: 0" \
	'... log lines'
like "$stderr" 'purger - INFO : Zip created: mnt/archive/downloader/input_lists_quicklook_20240305T230000.zip[.]' '... of an archive'
like "$stderr" 'purger - INFO : File uploaded: file://.*/store/archive/downloader/2024/input_lists_quicklook_20240305T230000.zip[.]' '...'
like "$stderr" 'purger - INFO : Archived: mnt/downloader/lists/aqua_quicklook_2024_03_05_09_02_02_0_0_8720.txt[.]' '...'
like "$stderr" 'purger - INFO : Deleted: mnt/downloader/logs/error-1111.txt[.]' '...'
run purger --root mnt --config "$config" --compat --now $T
is "$status:$stdout:$stderr" 0:: 'a second run finds nothing'

# --- the second: a stray name

example
old mnt/processor/input/holding_tank/README 80
run purger --root mnt --config "$config" --compat --now $T
is "$status" 0 'a stray name in the holding tank stops nothing'
is "$stdout" "$plan_of" '... everything else as before'
is "$stderr" 'purger: mnt/processor/input/holding_tank/README: kept: not the name of a Level-2 file' '... one warning'
ok "$(test -e mnt/processor/input/holding_tank/README; echo $?)" '... it is kept'

# --- the third: the holding tank by content

tank=mnt/processor/input/holding_tank
rm -rf mnt
level2 $tank/AQUA_MODIS.20240229T101501.L2.SST4.nc 120 product_name=AQUA_MODIS.20240229T101501.L2.SST4.NRT.nc
level2 $tank/AQUA_MODIS.20240302T101501.L2.SST4.nc 80 product_name=AQUA_MODIS.20240302T101501.L2.SST4.nc
level2 $tank/TERRA_MODIS.20240302T101501.L2.SST4.nc 80 product_name=x.nc processing_version=2022.0QL
level2 $tank/TERRA_MODIS.20240303T101501.L2.SST4.nc 71 product_name=x.NRT.nc
level2 $tank/SNPP_VIIRS.20240104T053000.L2.SST3.nc 73 product_name=x.nc
level2 $tank/JPSS1_VIIRS.20240104T053000.L2.SST3.nc 73 product_name=x.nc
level2 $tank/AQUA_MODIS.20231104T101501.L2.OC.nc 1824 product_name=x.nc
level2 $tank/AQUA_MODIS.20230101T101501.L2.OC.nc 2000
old $tank/AQUA_MODIS.20230102T101501.L2.OC.nc 2000
run purger --root mnt --config "$config" --now $T
is "$status" 0 'the holding tank by content'
is "$(listed | sort)" "$(for f in AQUA_MODIS.20231104T101501.L2.OC AQUA_MODIS.20240229T101501.L2.SST4 \
	JPSS1_VIIRS.20240104T053000.L2.SST3 SNPP_VIIRS.20240104T053000.L2.SST3 TERRA_MODIS.20240302T101501.L2.SST4; do
	echo "delete processor/input/holding_tank/$f.nc"; done)" '... deletes quicklook after 72 hours, refined after those of its dataset'
is "$(printf '%s\n' "$stderr" | sort)" "$(for f in 01 02; do
	echo "purger: $tank/AQUA_MODIS.202301${f}T101501.L2.OC.nc: kept: not a readable netCDF-4 file that says whether it is quicklook or refined"; done)" \
	'... keeps what does not say what it is, and says so once'
rm -rf mnt
level2 $tank/AQUA_MODIS.20240229T101501.L2.SST4.nc 120 product_name=x.NRT.nc
run purger --root mnt --config "$config" --now $T --compat
is "$status:$stdout" 0: '... --compat keeps quicklook of last month'
old $tank/AQUA_MODIS.20240401T101501.L2.SST4.nc 120
run purger --root mnt --config "$config" --now $T --compat
is "$stdout:$stderr" ":purger: $tank/AQUA_MODIS.20240401T101501.L2.SST4.nc: kept: of a month to come" '... and files of months to come'
sed 's|"holding_tank_refined_viirs": {|"holding_tank_refined_jpss1": { "path": "processor/input/holding_tank", "threshold": 200, "glob_ops": ["*JPSS1*"], "action": "delete" }, &|' \
	"$config" >jpss1.json
rm -rf mnt
level2 $tank/JPSS1_VIIRS.20240104T053000.L2.SST3.nc 100 product_name=x.nc
level2 $tank/JPSS1_VIIRS.20240104T054000.L2.SST3.nc 201 product_name=x.nc
level2 $tank/SNPP_VIIRS.20240104T054000.L2.SST3.nc 100 product_name=x.nc
run purger --root mnt --config jpss1.json --now $T
is "$(listed | sort)" "delete processor/input/holding_tank/JPSS1_VIIRS.20240104T054000.L2.SST3.nc
delete processor/input/holding_tank/SNPP_VIIRS.20240104T054000.L2.SST3.nc" 'an entry of its own is the one of a dataset'
level2 $tank/SNPP_VIIRS.20240104T054000.L2.SST3.nc 100 product_name=x.nc
level2 $tank/JPSS1_VIIRS.20240104T054000.L2.SST3.nc 201 product_name=x.nc
run purger --root mnt --config jpss1.json --now $T --only combiner/holding_tank_refined_viirs
is "$status:$(listed)" '0:delete processor/input/holding_tank/SNPP_VIIRS.20240104T054000.L2.SST3.nc' \
	'... also when --only leaves that entry out'
rm -rf mnt
old $tank/AQUA_QUICKLOOK/AQUA_MODIS.20240104T101501.L2.SST4.nc 73
old $tank/AQUA_REFINED/AQUA_MODIS.20240104T101501.L2.SST4.nc 1823
old $tank/TERRA_REFINED/TERRA_MODIS.20240104T101501.L2.SST4.nc 1825
old $tank/JPSS1_REFINED/JPSS1_VIIRS.20240104T101501.L2.SST3.nc 73
run purger --root mnt --now $T
is "$status:$(listed | sort)" "0:delete processor/input/holding_tank/AQUA_QUICKLOOK/AQUA_MODIS.20240104T101501.L2.SST4.nc
delete processor/input/holding_tank/JPSS1_REFINED/JPSS1_VIIRS.20240104T101501.L2.SST3.nc
delete processor/input/holding_tank/TERRA_REFINED/TERRA_MODIS.20240104T101501.L2.SST4.nc" 'directories of the tank tell what lies in them'

# --- what a rule takes

rm -rf r
for f in a.txt b.txt .hidden.txt c.dat 'with blank.txt' sub/a.txt sub/deep/a.txt; do old "r/d/$f" 100; done
old r/d/young.txt 9
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*.txt", "a*"], "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed | sort)" 'delete d/a.txt
delete d/b.txt
delete d/with blank.txt' 'patterns match neither dots in front nor slashes; each name once'
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*/a.txt", ".h*", "[!a]*.txt"], "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed)" 'delete d/sub/a.txt
delete d/.hidden.txt
delete d/'"$(cd r/d && find . -name 'b.txt' -o -name 'with*' | sed -n 's|./||;1p')"'
delete d/'"$(cd r/d && find . -name 'b.txt' -o -name 'with*' | sed -n 's|./||;2p')" '... in the order of the patterns; slashes, dots and ranges that are spelled out'
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*.txt"], "recursive": true, "exclude": ["b*", "deep/*"], "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed | sort)" 'delete d/a.txt
delete d/sub/a.txt
delete d/with blank.txt' 'recursive, exclude'
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*"], "type": "dir", "action": "delete" }'
touch -d "@$((T_seconds - 360000))" r/d/sub/deep r/d/sub
run purger --root r --config rules.json --now $T -n
is "$(listed)" 'delete d/sub' 'type dir'
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*"], "type": "file", "min_size": 26, "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed)" 'delete d/with blank.txt' 'type file, min_size'
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*.txt"], "keep_last": 2, "action": "delete" }'
touch -d "@$((T_seconds - 350000))" r/d/b.txt
run purger --root r --config rules.json --now $T -n
is "$(listed | sort)" 'delete d/a.txt
delete d/with blank.txt' 'keep_last'
old r/d/x_20240305T210000.log 0
old r/d/x_20240301T210000.log 0
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*.log"], "age_by": "name", "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed)" 'delete d/x_20240301T210000.log' 'age_by name'
touch -a -d "@$((T_seconds - 360000))" r/d/x_20240305T210000.log
rules '"e": { "path": "d", "threshold": 10, "glob_ops": ["*.log"], "age_by": "atime", "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed)" 'delete d/x_20240305T210000.log' 'age_by atime'
rules '"one": { "path": "d", "threshold": 50, "glob_ops": ["a*"], "action": "archive" },
	"two": { "path": "d", "threshold": 10, "glob_ops": ["*.txt"], "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(listed | sort)" 'archive d/a.txt
delete d/b.txt
delete d/with blank.txt' 'a name belongs to the first rule that takes it'
cp rules.json two.json
run purger --root r --config two.json --now $T -n --only c/two
is "$(listed | sort)" 'delete d/b.txt
delete d/with blank.txt' '--only leaves to other rules what is theirs'
run purger --root r --config two.json --now $T -n --only c
is "$(listed | wc -l)" 3 '... a component'
run purger --root r --config two.json --now $T -n --only c/three
is "$status:$stderr" '2:purger: --only c/three: there is no such rule' '... a wrong one'

# --- dry runs

# same JSON - a dry run and a real one print the same, and nothing that the dry run left out is gone
same() {
	rules "$1"
	tree r >before
	purger --root r --config rules.json --now $T -n >dry 2>dry.err
	tree r | cmp -s - before || echo 'the dry run changed something'
	purger --root r --config rules.json --now $T >real 2>real.err
	cmp dry real
	cmp dry.err real.err
	cut -f 5 real | sed 's|^r/||' | while read -r f; do [ ! -e "r/$f" ] || echo "$f is still there"; done
}

rm -rf r
old r/d/x/in 5
touch -d "@$((T_seconds - 360000))" r/d/x
old r/d/y 100
old r/d/z/in 100
touch -d "@$((T_seconds - 360000))" r/d/z r/d
is "$(same '"a": { "path": "d", "threshold": 10, "glob_ops": ["x"], "action": "delete" },
	"b": { "path": "d", "threshold": 1, "glob_ops": ["*/*"], "action": "delete" },
	"c": { "path": "d", "threshold": 10, "glob_ops": ["z"], "action": "delete" },
	"d": { "path": "", "threshold": 10, "glob_ops": ["d"], "action": "delete" }')" '' \
	'a dry run knows what its own removals would change'
is "$(cut -f 4,5 dry)" "c/a${tab}r/d/x
c/b${tab}r/d/z/in" '... contents go with their directory, which is new when something else has gone from it'
old r/a/list.txt 100
mkdir r/a/dir.txt && touch -d "@$((T_seconds - 360000))" r/a/dir.txt
ln -s list.txt r/a/link.txt && touch -h -d "@$((T_seconds - 360000))" r/a/link.txt
is "$(same '"a": { "path": "a", "threshold": 10, "glob_ops": ["*.txt"], "action": "archive" }')" '' '... or what cannot be archived'
is "$(sort dry.err)" 'purger: r/a/dir.txt: kept: only files can be archived
purger: r/a/link.txt: kept: only files can be archived' '... which is kept, with a warning'
is "$(purger --root r --config rules.json --now $T --strict 2>&1; echo $?)" 'purger: r/a/dir.txt: kept: only files can be archived
purger: r/a/link.txt: kept: only files can be archived
1' '... a failure with --strict'

# --- links

mkdir -p outside/dir
old outside/file 1000
old outside/dir/file 1000
rm -rf r
mkdir -p r/d/deep
ln -s ../../outside/file r/d/file
ln -s "$work/outside/dir" r/d/dir
ln -s nowhere r/d/dangling
ln -s ../../../outside/dir r/d/deep/dir
old r/d/deep/x 100
touch -h -d "@$((T_seconds - 360000))" r/d/* r/d/deep/*
tree outside >untouched
is "$(same '"a": { "path": "d", "threshold": 10, "glob_ops": ["dir/*", "*/*", "*"], "action": "delete" }')" '' 'links'
is "$(cut -f 5 real | sort)" 'r/d/dangling
r/d/deep/dir
r/d/deep/x
r/d/dir
r/d/file' '... are removed themselves, dangling ones too'
is "$(tree outside)" "$(cat untouched)" '... and not followed'
ln -s "$work/outside" r/elsewhere
rules '"a": { "path": "elsewhere", "threshold": 10, "glob_ops": ["*"], "action": "delete" },
	"b": { "path": "elsewhere/dir", "threshold": 10, "glob_ops": ["*"], "action": "delete" },
	"c": { "path": "nowhere", "threshold": 10, "glob_ops": ["*"], "action": "delete" }'
run purger --root r --config rules.json --now $T
is "$status:$stdout" 1: 'the path of a rule through a link'
is "$stderr" 'purger: r/elsewhere: not followed: Not a directory
purger: r/elsewhere/dir: not followed: Not a directory' '... is refused; one that is not there is no failure'
is "$(tree outside)" "$(cat untouched)" '... and nothing behind it touched'
ln -s r link
run purger --root link --config two.json --now $T
is "$status" 0 'the root itself may be a link'

# --- odd names, odd files

rm -rf r
mkdir -p r/d/tree/below
printf x >"$(printf 'r/d/new\nline')"
printf x >"$(printf 'r/d/tab\there')"
printf x >"$(printf 'r/d/\377')"
mkfifo r/d/fifo
printf x >r/d/tree/below/.hidden
find r/d -exec touch -h -d "@$((T_seconds - 360000))" {} +
rules '"a": { "path": "d", "threshold": 10, "glob_ops": ["*"], "action": "delete" }'
run purger --root r --config rules.json --now $T -n
is "$(printf '%s\n' "$stdout" | LC_ALL=C sort)" "$(printf 'delete\t100.0\t0\tc/a\tr/d/fifo\ndelete\t100.0\t1\tc/a\tr/d/new?line\ndelete\t100.0\t1\tc/a\tr/d/tab?here\ndelete\t100.0\t1\tc/a\tr/d/tree\ndelete\t100.0\t1\tc/a\tr/d/\377')" \
	'odd names are one line each'
run purger --root r --config rules.json --now $T --json
is "$status" 0 '... with --json'
is "$(printf '%s\n' "$stdout" | jq -r '[.inputs[0], .state, .action, .rule, .age + 0, .bytes] | @tsv' | sort | head -n 2)" \
	"r/d/?${tab}done${tab}delete${tab}c/a${tab}100${tab}1
r/d/fifo${tab}done${tab}delete${tab}c/a${tab}100${tab}0" '... records'
is "$(tree r/d)" '' '... and they are removed, directories with what is in them'
old r/d/a 100
old r/d/b 100
purger -n -0 --root r --config rules.json --now $T >out
is "$(tr '\0' '\n' <out | sort)" 'r/d/a
r/d/b' '-0 prints paths only'
run purger -n --json --root r --config rules.json --now $T
is "$(printf '%s\n' "$stdout" | jq -c '[.state, .dry_run, .outputs]' | sort -u)" '["done",true,[]]' '-n --json'

deep=r/d/deep
mkdir -p "$deep" && (cd "$deep" && for _ in $(seq 120); do mkdir x && cd x || exit; done)
touch -d "@$((T_seconds - 360000))" r/d/deep
run purger --root r --config rules.json --now $T --notify topic --final-log
is "$status:$(printf '%s\n' "$stderr" | grep '^purger: ')" '1:purger: r/d/deep: x: too deep' 'a bottomless directory is a failure'
like "$stderr" '^purger - ERROR : The purger encountered the following error: r/d/deep: x: too deep[.]' '... which is logged'
like "$(cat topic/*)" 'The purger encountered the following error: r/d/deep: x: too deep[.]' '... and told to operators'
is "$(printf '%s\n' "$stdout" | wc -l):$(ls r/d)" 2:deep '... of its own'
rm -rf r/d/deep
# Root may do everything; so somebody else, if this test may choose.
somebody=
if [ "$(id -u)" -eq 0 ]; then
	somebody='setpriv --reuid 65534 --clear-groups'
	chmod 755 "$_scratch"
fi
if $somebody purger --version >/dev/null 2>&1; then
	rm -rf r
	for f in d/1 d/2 d/3 e/1 f/1; do old r/$f 100; done
	chmod 0 r/d/2
	chmod 777 r r/d r/f
	chmod 555 r/e
	[ -z "$somebody" ] || chown -R 65534 r/d/1 r/d/3
	rules '"a": { "path": "d", "threshold": 10, "glob_ops": ["*"], "action": "archive" },
		"b": { "path": "e", "threshold": 10, "glob_ops": ["*"], "action": "delete" },
		"c": { "path": "f", "threshold": 10, "glob_ops": ["*"], "action": "delete" }'
	run $somebody purger --root r --config rules.json --now $T
	is "$status:$(listed | sort)" '3:archive d/1
archive d/3
delete f/1' 'what may not be read or removed stops nothing else'
	is "$(printf '%s\n' "$stderr" | sort)" 'purger: r/d/2: cannot be read: Permission denied
purger: r/e/1: 1: cannot be removed: Permission denied' '... and is named'
	chmod 755 r/e
else
	skip 2 'nobody else may run the programs here'
fi

# --- archives

rm -rf r store
for i in 1 2 3; do old r/d/list_$i.txt 100 "list $i"; done
mkdir -p r/d/sub && old r/d/sub/list_1.txt 100 'another list 1'
rules '"lists": { "path": "d", "threshold": 10, "glob_ops": ["*.txt", "sub/*.txt"], "action": "archive" }'
run purger --root r --config rules.json --now $T --json
is "$status:$stderr" 0: 'archives stay in the tree by default'
is "$(printf '%s\n' "$stdout" | jq -r .outputs[0] | sort -u)" "file://$work/r/archive/c/2024/lists_20240305T230000.zip" '... each record names its archive'
is "$(tree r)" 'archive
archive/c
archive/c/2024
archive/c/2024/lists_20240305T230000.zip
d
d/sub' '... nothing else is left'
unzip -q -d unpacked r/archive/c/2024/lists_20240305T230000.zip
is "$(cd unpacked && grep -r . | sort)" 'd/list_1.txt:list 1
d/list_2.txt:list 2
d/list_3.txt:list 3
d/sub/list_1.txt:another list 1' '... two files of one name are two members'
is "$(stat -c %Y unpacked/d/list_1.txt)" "$((T_seconds - 360000))" '... with their times'
old r/d/list_4.txt 100 "list 4"
purger --root r --config rules.json --now $T >/dev/null
is "$(unzip -Z1 r/archive/c/2024/lists_20240305T230000_2.zip):$(unzip -Z1 r/archive/c/2024/lists_20240305T230000.zip | wc -l)" \
	d/list_4.txt:4 'a second archive of the same time takes another name'
old r/d/list_5.txt 100 "list 5"
run purger --root r --config rules.json --now $T --archive-to s3://bucket
is "$status:$(ls r/d)" '2:list_5.txt
sub' 'a store that this build does not have'
: >file
run purger --root r --config rules.json --now $T --archive-to file
is "$status:$(ls r/d)" '2:list_5.txt
sub' '... or is none'
mkdir -p r/archive/c && : >r/archive/c/.lists.zip.part
"$python" - r/archive/c/.lists.zip.part <<'EOF2' &
import fcntl, struct, sys, time
f = open(sys.argv[1], 'r+')
fcntl.fcntl(f, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))	# F_OFD_SETLK
open('locked', 'w').close()
time.sleep(30)
EOF2
holder=$!
wait_for test -e locked
run purger --root r --config rules.json --now $T
is "$status:$stdout:$(ls r/d)" '0::list_5.txt
sub' 'another purger at the same rule is left alone'
kill $holder
wait $holder 2>/dev/null
rm -rf r store
mkdir -p r/d/sub
for f in "$(printf 'new\nline')" "$(printf '\377')" "$(printf '\303\244')" 'b\s' '*' ' ' "$(printf '%0200d' 0)"; do
	printf '%s' "$f" >"r/d/sub/$f"
done
: >r/d/sub/empty
find r/d -exec touch -d "@$((T_seconds - 360000))" {} +
cp -a r/d odd
rules '"odd": { "path": "d", "threshold": 10, "glob_ops": ["sub/*"], "action": "archive" }'
run purger --root r --config rules.json --now $T --archive-to store
is "$status:$(printf '%s\n' "$stdout" | wc -l):$(ls r/d/sub)" 0:8: 'odd names are archived'
"$python" - <<'EOF2'
import os, zipfile
z = zipfile.ZipFile('store/archive/c/2024/odd_20240305T230000.zip')
for i in z.infolist():
    name = i.filename.encode('cp437')
    assert open(b'odd' + name[1:], 'rb').read() == z.read(i), name
assert len(z.infolist()) == 8
EOF2
ok $? '... with name and content'
rules '"lists": { "path": "d", "threshold": 10, "glob_ops": ["*.txt", "sub/*.txt"], "action": "archive" }'
old r/d/list_5.txt 100 "list 5"
rm -rf r/archive && ln -s "$work/outside" r/archive
tree outside >untouched
run purger --root r --config rules.json --now $T
is "$status:$(tree outside):$(ls r/d)" "3:$(cat untouched):list_5.txt
sub" 'archives are not made through links'
rm r/archive

# --- options

run purger --root r --config rules.json --until-free much
is "$status:$stderr" '2:purger: --until-free much: not a number of percent' '... wrong numbers'

# --- configuration

# bad JSON WHY - a file that cannot be right: nothing is done
bad() {
	printf '%s\n' "$1" >bad.json
	old r/d/x 100
	run purger --root r --config bad.json --now $T
	is "$status:$stdout:$(ls r/d/x)" 2::r/d/x "refused: $2"
	like "$stderr" "$3" '... and said why'
}

good='"threshold": 1, "glob_ops": ["*"], "action": "delete"'
bad '{' 'no JSON' 'bad.json: line [0-9]+: '
bad '[]' 'no object' 'bad.json: no rules in it'
bad '{"c":{"e":{"path":"d","glob_ops":["*"],"action":"delete"}}}' 'no threshold' 'c/e: .*threshold'
bad "{\"c\":{\"e\":{\"path\":\"d\",\"tresholt\":1,$good}}}" 'an unknown key' 'c/e: .*tresholt'
bad '{"c":{"e":{"path":"d","threshold":"1","glob_ops":["*"],"action":"delete"}}}' 'a threshold that is no number' 'c/e: '
bad '{"c":{"e":{"path":"d","threshold":-1,"glob_ops":["*"],"action":"delete"}}}' 'a threshold below zero' 'c/e: a number is out of range'
bad "{\"c\":{\"e\":{\"path\":\"/etc\",$good}}}" 'a path outside' 'c/e: path /etc: not a plain name below'
bad "{\"c\":{\"e\":{\"path\":\"d/../../x\",$good}}}" 'a path with ..' 'not a plain name below'
bad "{\"c\":{\"e\":{\"path\":\"$work/r-other\",$good}}}" 'a path that only begins like the root' 'not a plain name below'
bad "{\"c\":{\"e\":{\"path\":\"\",$good}}}" 'all of the root' 'pattern "[*]": not allowed here'
for p in '**' '?*' '[!.]*' '[!]]*' '*/*' '?*/*/x'; do
	bad "{\"c\":{\"e\":{\"path\":\"\",\"threshold\":1,\"glob_ops\":[\"$p\"],\"action\":\"delete\"}}}" "... by '$p'" 'not allowed here'
done
bad "{\"c\":[],\"d\":{\"e\":{\"path\":\"d\",$good}}}" 'a component that is no object' 'c: not an object'
bad "{\"c\":{\"e\":{\"path\":\"/mnt/data\",$good}}}" '... of the reference system' 'pattern "[*]": not allowed here'
for p in '../*' '/etc/*' 'a/../../b' '' 'a//b' './a'; do
	bad "{\"c\":{\"e\":{\"path\":\"d\",\"threshold\":1,\"glob_ops\":[\"$p\"],\"action\":\"delete\"}}}" "pattern '$p'" 'not allowed here'
done
bad '{"c":{"e":{"path":"d","threshold":1,"glob_ops":"*","action":"delete"}}}' 'patterns that are no array' 'patterns are an array'
bad "{\"../c\":{\"e\":{\"path\":\"d\",$good}}}" 'a component that is no name' 'not a name'
bad "{\"c\":{\"e\":{\"path\":\"d\",\"type\":\"socket\",$good}}}" 'an unknown type' 'no such type'
bad "{\"c\":{\"e\":{\"path\":\"d\",$good},\"e\":{\"path\":\"d\",$good}}}" 'an entry twice' 'line'
rm -rf topic
run purger --root r --config nowhere.json --notify topic
like "$(cat topic/*)" 'The purger encountered the following error: nowhere.json: No such file' 'operators hear of a configuration that cannot be read'
is "$status:$stderr" '2:purger: nowhere.json: No such file or directory' 'no such file'
run purger --root nowhere
is "$status:$stderr" '2:purger: nowhere: No such file or directory' 'no such root'
printf '{"c":{"e":{"path":"%s/r/d",%s}}}\n' "$work" "$good" >absolute.json
run purger --root r --config absolute.json --now $T -n
is "$(listed | grep 'x$')" 'delete d/x' 'an absolute path below the root'

run purger --root r --print-config
is "$status" 0 'the built-in rules are printed'
printf '%s\n' "$stdout" >printed.json
run purger --root r --config printed.json --print-config
is "$stdout" "$(cat printed.json)" '... and are rules'
cat >all.json <<'!'
{"c":{"e":{"path":"d","threshold":1,"glob_ops":["*"],"action":"delete","type":"file","min_size":10,"keep_last":3,
	"exclude":["keep*"],"recursive":true,"age_by":"name"}}}
!
run purger --root r --config all.json --print-config
printf '%s\n' "$stdout" >printed2.json
is "$("$python" -c 'import json
print(json.load(open("all.json")) == json.load(open("printed2.json")))')" True 'all that rules of a file say is printed'
rm -rf r
for f in downloader/lists/aqua_unmatched_1.txt downloader/lists/x.txt.common_incomplete_file downloader/scratch/final_log_message_x.txt \
	combiner/downloads/VIIRS_L2_SST_OBPG/.hidden/x/x combiner/downloads/JPSS1_L2_SST_OBPG/.registry/x \
	combiner/downloads/MODIS_AQUA_L2_SST_OBPG/.hidden/.x.part combiner/downloads/JPSS1_L2_SST_OBPG_QUICKLOOK/x.nc \
	combiner/downloads/MODIS_TERRA_L2_SST_OBPG_REFINED/x.nc combiner/downloads/JPSS1_L2_SST_OBPG_REFINED/x.nc \
	combiner/jobs/aqua_refined_x.txt processor/input/AQUA_QUICKLOOK/x.nc processor/input/AQUA_QUICKLOOK/2024/1/x.nc \
	processor/scratch/current_jobs/x processor/scratch/reports/daily_report_20240101.txt partition/plan_x.json \
	partition/logs/x processor/output/VIIRS_L2P_CORE_NETCDF/VIIRS/2024/1/x.nc \
	download-lists/state_files/aqua.txt tokens/pool processor/input/quarantine/x.nc processor/logs/error_logs/x; do
	old r/$f 1800
done
touch -d "@$((T_seconds - 1800 * 3600))" r/combiner/downloads/VIIRS_L2_SST_OBPG/.hidden/x
run purger --root r --now $T
is "$status:$stderr:$(cd r && find . -path ./archive -prune -o -type f -print | sort)" '0::./combiner/downloads/MODIS_TERRA_L2_SST_OBPG_REFINED/x.nc
./download-lists/state_files/aqua.txt
./processor/input/quarantine/x.nc
./processor/logs/error_logs/x
./tokens/pool' 'they take what nobody removed before, and leave what others need'

run purger --root r --operations s3
is "$status:$stderr" "2:purger: --operations s3: this build has no places in AWS
Try 'purger --help'." '--operations s3 is refused'
run purger --root r --operations efs
is "$status" 0 '... efs is not'
run purger --root r --operations disk
is "$status" 2 '... an unknown one is'
run purger --root r --now yesterday
is "$status" 2 '--now wants a time'
run purger --root r surplus
is "$status" 2 'arguments are not expected'
old r/downloader/logs/x 1000
run "$python" -c 'import pty, sys; sys.exit(pty.spawn(["purger", "--root", "r"]) >> 8)'
is "$status:$(ls r/downloader/logs)" 0:x 'nothing is removed when standard output is a terminal'
like "$stdout" '^delete.*downloader/logs/x' '... it is shown'
like "$stdout" '--yes removes it' '... and said'
run "$python" -c 'import pty, sys; sys.exit(pty.spawn(["purger", "--root", "r", "--yes"]) >> 8)'
is "$status:$(ls r/downloader/logs)" 0: '... but with --yes'
old r/downloader/logs/x 1000
run purger --root r --now $T <&-
is "$status:$(ls r/downloader/logs)" 0: 'standard input is not needed'
old r/downloader/logs/x 1000
run sh -c 'purger --root r >/dev/full'
is "$status" 3 'lost output is a failure'


# --- room; the rest needs to mount a small file system

rules '"a": { "path": "d", "threshold": 10, "glob_ops": ["*"], "action": "delete" }'
small_fs 1m
mkdir -p "$small_fs/d"
for i in 11 12 13 14 15 16; do
	head -c 100000 /dev/zero >"$small_fs/d/$i"
	touch -d "@$((T_seconds - i * 3600))" "$small_fs/d/$i"
done
run purger --root "$small_fs" --config rules.json --now $T --until-free 66% -n
removed=$stdout
run purger --root "$small_fs" --config rules.json --now $T --until-free 66%
is "$stdout" "$removed" '--until-free, dry and real'
is "$(printf '%s\n' "$stdout" | sed 's|.*/||' | sort)" "$(printf '%s\n' 14 15 16)" '... removes the oldest until there is room'
run purger --root "$small_fs" --config rules.json --now $T --until-free 66
is "$status:$stdout" 0: '... and nothing when there is'
old "$small_fs/d/5" 5
run purger --root "$small_fs" --config rules.json --now $T --until-free 100
is "$(ls "$small_fs/d")" 5 '... nothing that is too young for its rule'
like "$stderr" 'more would have to be removed for 100 % of the disk to be free' '... and says what is missing'

# --- a full disk

rules '"a": { "path": "d", "threshold": 10, "glob_ops": ["*"], "action": "archive" },
	"b": { "path": "e", "threshold": 10, "glob_ops": ["*"], "action": "delete" }'
for i in 1 2 3; do
	head -c 200000 /dev/urandom >"$small_fs/d/$i"
	touch -d "@$((T_seconds - 360000))" "$small_fs/d/$i"
done
old "$small_fs/e/1" 100
head -c 300000 /dev/zero >"$small_fs/rest"
(cd "$small_fs/d" && sha1sum 1 2 3) >sums
# libarchive forgets its deflater then.
run env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" purger --root "$small_fs" --config rules.json --now $T
is "$status" 3 'no room for an archive'
like "$stderr" 'archive/c/[.]a[.]zip[.]part: .*No space left' '... is named'
ok "$(cd "$small_fs/d" && sha1sum -c --status "$work/sums"; echo $?)" '... nothing is removed without one'
is "$(find "$small_fs/archive" ! -type d):$(ls "$small_fs/e")" : '... nothing half is left, and the other rules go on'
rm "$small_fs/rest"
mount -o remount,size=2m "$small_fs"
run purger --root "$small_fs" --config rules.json --now $T --archive-to store2
is "$status:$(ls "$small_fs/d")" 0:5 '... with room it is done'
mount -o remount,ro "$small_fs"
old r/d/x 100
run purger --root "$small_fs" --config rules.json --now 20240305T235959
is "$status" 0 'a read-only disk with nothing to do'
mount -o remount,rw "$small_fs"
old "$small_fs/e/1" 100
mount -o remount,ro "$small_fs"
run purger --root "$small_fs" --config rules.json --now $T
is "$status:$stderr" "3:purger: $small_fs/e/1: 1: cannot be removed: Read-only file system" '... and with something'

done_testing
