#!/bin/sh
# dry-run: -n changes nothing, whatever other options would do, and tells nobody
. "${0%/*}/lib.sh"
need "$python" py:netCDF4 py:h5py

sst=AQUA_MODIS.20240105T031001.L2.SST.nc
mkdir obpg in
mkgranule -o obpg -d aqua --flag night --time 20240105T031001 --lines 40 --pixels 60 >/dev/null
serve obpg
(cd obpg && sha1sum -- *.nc) | awk -v url="$URL" '{ print url "/" $2, $1 }' >list
sed 's|http://[^ ]*/||' list >names
cp obpg/*.nc in
echo junk >in/TERRA_MODIS.20240105T031001.L2.SST.nc

# A tree with work for every program.
downloader -q --root tree <list >downloaded && combiner -q -o in in/$sst >combined && processor -q -o in "$(cat combined)" >l2p
ok $? 'there is work to do'
mkdir tree/old
echo old >tree/old/file && touch -d '10 days ago' tree/old/file
echo '{"test": {"old": {"path": "old", "threshold": 1, "glob_ops": ["*"], "action": "archive"}}}' >rules
echo '[["'$sst'", "TERRA_MODIS.20240105T031001.L2.SST.nc"]]' >tree/combiner_file_lists_AQUA_refined_x.json
echo '[["20240105T031001", "20240105T031002"]]' >tree/processor_timestamp_list_AQUA_refined_x.json
dlc -q -d aqua --from-file names --state state --lists lists --announce queue --pending pending >/dev/null
ok $? '... announced lists'
mkdir -p topic mail
GENERATE_TOKENS=aqua=9 partition -q --root tree --engine none -o plan <list >/dev/null

snapshot() {
	find . -path ./obpg -prune -o ! -path . ! -path ./before ! -path ./after -printf '%p %y %m %s %T@ %l\n' | sort
	find . -type f ! -path './obpg/*' ! -path ./before ! -path ./after -exec md5sum {} + | sort -k 2
}

# changes_nothing STATUS PROGRAM ... - with -n, and -n --json
changes_nothing() {
	want=$1
	shift
	snapshot >before
	for json in '' --json; do
		run "$@" -n $json
		like "$status" "^($want)\$" "$* $json"
		snapshot >after
		is "$(diff before after)" '' '... changes nothing'
		unlike "$stderr" 'final_log|print_final' '... and logs nothing that is counted'
	done
}

tell='--notify mail --final-log'
# shellcheck disable=SC2086
{
	changes_nothing 0 dlc -d aqua --from-file names --state new --lists new --announce newqueue --pending newpending \
		--notify mail
	changes_nothing '0|1' downloader --root tree --force --failed again $tell "$(head -n 1 list)" "$URL/no.nc"
	changes_nothing '0|1' downloader -o out --failed again $tell "$(head -n 1 list)" garbage
	changes_nothing 1 combiner -o out --force --waiting waiting --quarantine quarantine $tell in/*.SST.nc none.nc
	changes_nothing 1 combiner --root tree -w 100000 --waiting waiting $tell tree/combiner/downloads/*/*.SST.nc none.nc
	changes_nothing '0|1' combiner --root tree --job tree/combiner_file_lists_AQUA_refined_x.json $tell
	changes_nothing 1 processor -o out --force --quarantine quarantine $tell "$(cat combined)" none.nc
	changes_nothing 1 processor --root tree --quarantine quarantine $tell "$(cat combined)" in/$sst
	changes_nothing 0 processor --root tree --job tree/processor_timestamp_list_AQUA_refined_x.json $tell
	changes_nothing 1 uploader --to store --announce topic --failed again $tell "$(cat l2p)" none.nc
	changes_nothing 1 uploader --to store --announce - --again --failed again $tell "$(cat l2p)" none.nc
	changes_nothing 0 uploader --root tree --to store --announce topic --job tree/processor_timestamp_list_AQUA_refined_x.json
	changes_nothing 0 partition --root tree --engine local --to store --announce topic --notify mail
	changes_nothing 0 partition --root tree --engine none -o plan2 --to store --announce topic --final-log
	changes_nothing 1 license-returner --root tree -d aqua --all $tell 00000001 x
	changes_nothing 0 license-returner --root tree --reap --force --age 0 --notify mail
	changes_nothing 0 license-returner --root tree --set-capacity aqua=3 --notify mail
	changes_nothing 0 purger --root tree --config rules --archive-to archives --notify mail
} <list

# The message of a queue, and those that wait for a free token.
changes_nothing 0 partition --root tree --engine local --event --lists lists --pending pending --to store --announce topic \
	--notify mail "$(find queue -type f ! -name '.*' | head -n 1)"
done_testing
