#!/bin/sh
# A pipe, a directory, a link or a second name in the place of a file: no program waits for it, writes through it or
# publishes what it leads to
. "${0%/*}/lib.sh"
need ncgen
. "$top/tests/downloader-lib.sh"
GENERATE_TOKENS=terra=4,floating=1 AWS_BATCH_JOB_ID=job
export GENERATE_TOKENS AWS_BATCH_JOB_ID

name=AQUA_MODIS.20240105T031001.L2
l2p=20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
in=tree/processor/input/AQUA_QUICKLOOK/2024/5/A20240105T031001.LAC_GSSTN.nc
mkgranule -d aqua -f night -l 12 -p 10 --nrt -o made --time 20240105T031001 >/dev/null
combiner -q -o combined made/$name.SST.NRT.nc >/dev/null
processor -q -o l2p combined/*.nc >/dev/null
fixtures
misbehave
. "$top/tests/partition-lib.sh"

tree_combiner() { cp -r made tree; }
tree_processor() { mkdir -p "${in%/*}"; cp combined/*.nc "$in"; }
tree_uploader() { cp -r l2p tree; }
tree_downloader() { mkdir tree; }
tree_dlc() { mkdir tree; }
tree_partition() { terra_tree tree; }
tree_returner() { mkdir -p tree/tokens; }
tree_purger() { mkdir tree; echo '{}' >tree/rules; }

# what KIND PATH - put it there
what() {
	rm -rf "$2"
	mkdir -p "$(dirname "$2")"
	case $1 in
	pipe) mkfifo "$2" ;;
	directory) mkdir "$2" ;;
	link) ln -s "$work/outside" "$2" ;;
	second) ln outside "$2" ;;
	esac
}

# $named: what messages name, if not PATH
named=

# tried WORK KINDS PATH PROGRAM ARG... - each of these in the place of PATH
tried() {
	prepare=tree_$1 kinds=$2 path=$3 bad=
	shift 3
	for kind in $kinds; do
		rm -rf tree outside
		echo secret >outside
		"$prepare"
		what "$kind" "$path"
		timeout -s KILL 20 "$@" >out 2>err </dev/null
		code=$?
		[ $code -le 3 ] || bad="$bad $kind: status $code"
		[ "$(cat outside)" = secret ] || bad="$bad $kind: overwritten"
		[ $code -eq 0 ] || grep -q "${named:-$(basename "$path")}" err || bad="$bad $kind: $code $(head -1 err)"
		[ $code -ne 0 ] || while read -r made; do
			[ ! -e "$made" ] || { [ -f "$made" ] && [ ! -h "$made" ] && ! cmp -s "$made" outside; } ||
				bad="$bad $kind: published $made"
		done <out
	done
	is "$bad" '' "$1: $kinds in the place of $(basename "$path")"
}

all='pipe directory link second'
part() { echo "$(dirname "$1")/.$(basename "$1").part"; }

combined=tree/out/A20240105T031001.LAC_GSSTN.nc
set -- combiner -q -j1 -o tree/out tree/$name.SST.NRT.nc
tried combiner "$all" tree/$name.SST.NRT.nc "$@"
tried combiner "$all" tree/$name.SST4.NRT.nc "$@"
tried combiner "$all" "$(part $combined)" "$@"
tried combiner 'pipe directory link' $combined "$@"
tried combiner 'pipe directory link' tree/waiting combiner -q -j1 --root tree -w 1000 --waiting tree/waiting tree/$name.SST.NRT.nc

product=tree/processor/output/MODIS_L2P_CORE_NETCDF/MODIS_A/2024/5/$l2p
set -- processor -q -j1 --root tree $in
tried processor "$all" $in "$@"
tried processor "$all" "$(part $product)" "$@"
tried processor "$all" "$(part $product.md5)" "$@"
tried processor 'pipe directory link' $product "$@"
tried processor 'pipe directory link' tree/processor/scratch/ghrsst_master_modis_a_quicklook_list_processed_files_job.dat "$@"

tree_bad() { mkdir -p tree/bad; echo bad >"tree/bad/${in##*/}"; }
set -- processor -q -j1 -o tree/out --quarantine tree/q "tree/bad/${in##*/}"
tried bad "$all" "tree/q/${in##*/}" "$@"
named=${in##*/}
tried bad "$all" "tree/q/.$named.reason.part" "$@"
named=

set -- uploader -q -j1 --to tree/store --announce tree/topic tree/$l2p
tried uploader 'pipe directory link second' tree/$l2p "$@"
tried uploader "$all" tree/$l2p.md5 "$@"
tried uploader 'pipe directory' tree/.$l2p.announced "$@"
tried uploader "$all" "$(part tree/.$l2p.announced)" "$@"
tried uploader "$all" "$(part tree/store/aqua/$l2p)" "$@"
tried uploader 'pipe directory' tree/store/aqua/$l2p "$@"

set -- downloader -q -j1 --retries 0 -o tree "$H/ok/$N1 $S1"
tried downloader "$all" tree/.$N1.part "$@"
tried downloader "$all" tree/.$N1.resume "$@"
tried downloader "$all" tree/$N1 "$@"

echo "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/$N1 $S1" >found
set -- dlc -q -d aqua --from-file found --state tree/state
tried dlc 'pipe directory' tree/state "$@"
tried dlc "$all" tree/.state.part "$@"
tried dlc 'pipe directory' tree/list dlc -q -d aqua --from-file tree/list --no-state

set -- partition -q --root tree --engine none --uid 8720 --time 2023_05_12_18_57_02 "$data/terra.list"
tried partition 'pipe directory' tree/list partition -q --root tree --engine none tree/list
tried partition "$all" tree/partition/.plan_TERRA_2023_05_12_18_57_02_8720.json.part "$@"
tried partition "$all" tree/tokens/.pool.json.part "$@"
tried partition 'pipe directory' tree/tokens/pool.json "$@"
tried partition 'pipe directory link' tree/combiner/jobs/terra_quicklook_x.txt "$@"
tried partition 'pipe directory link' tree/partition/.terra.lock "$@"

tried returner 'pipe directory' tree/tokens/pool.json license-returner -q --root tree --status
tried purger 'pipe directory' tree/rules purger -q --root tree --config tree/rules
done_testing
