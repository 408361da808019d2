#!/bin/sh
# All programs where a question about a file has no answer, or a file or directory cannot be opened or made: status 3
# with the reason of the call that failed, or all that comes out without it. Never "not there", never a failed item
. "${0%/*}/lib.sh"
need strace ncgen
strace -f -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
. "$top/tests/downloader-lib.sh"
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
SOURCE_DATE_EPOCH=1 GENERATE_TOKENS=terra=4,floating=1 AWS_BATCH_JOB_ID=job
export ASAN_OPTIONS SOURCE_DATE_EPOCH GENERATE_TOKENS AWS_BATCH_JOB_ID

time=2023_05_12_18_57_02
name=AQUA_MODIS.20240105T031001.L2
l2p=20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
in=tree/processor/input/AQUA_QUICKLOOK/2024/5/A20240105T031001.LAC_GSSTN.nc
mkgranule -d aqua -f night -l 12 -p 10 --nrt -o made --time 20240105T031001 >/dev/null
combiner -q -o combined made/$name.SST.NRT.nc >/dev/null
processor -q -o l2p combined/*.nc >/dev/null
fixtures
misbehave
. "$top/tests/partition-lib.sh"

tree_combiner() { mkdir tree; }
tree_processor() { mkdir -p "${in%/*}"; cp combined/*.nc $in; }
tree_uploader() { cp -r l2p tree; }
tree_downloader() { mkdir tree; cp "srv/$N1" tree; }
tree_dlc() { mkdir tree; }
tree_partition() { terra_tree tree; }
tree_returner() { tree_partition; partition -q --root tree --engine none --uid 8720 --time $time "$data/terra.list" >/dev/null; }
tree_purger() { mkdir -p tree/combiner/jobs; touch -d 2020-01-01 tree/combiner/jobs/old.txt; }

# What a run has left and printed, but for times.
left() {
	(cd tree && find . -type f ! -path './queue/*' && find . -name '*.nc' -exec md5sum {} +) | sort
	sed 's/[0-9]*[0-9]_[0-9_]*//g' out
}

text_of() {
	case $1 in
	EIO) echo 'Input/output error' ;;
	EMFILE) echo 'Too many open files' ;;
	EACCES) echo 'Permission denied' ;;
	ENOSPC) echo 'No space left on device' ;;
	esac
}

# fails CALL ERRORS PROGRAM ARG... - let call after call of the program fail for a file or directory of the work, with one
# error after the other
fails() {
	call=$1 errors=$2
	shift 2
	# Without prctl programs stay readable for strace, which need not be root then.
	strace -f -y -e trace="$call,prctl" -e inject=prctl:retval=0 -o calls "$@" >out 2>err || note "without a fault: $(cat err)"
	left >want
	grep "$call(" calls |
		awk '{ n = ++count[$1] } !/, "\/(lib|usr|etc|proc|dev|sys|bin)/ && !/<\/(lib|usr|etc|proc|dev|sys)[^>]*>, ""/ { print n }' | sort -nu >all
	awk -v step=$(($(wc -l <all) / 50 + 1)) 'NR % step == 0' all >places
	bad=
	while read -r at; do
		error=${errors%% *} errors="${errors#* } ${errors%% *}"
		rm -rf tree
		"$prepare"
		strace -f -e trace="$call" -e inject="$call:error=$error:when=$at" -o /dev/null "$@" >out 2>err
		code=$?
		if grep -q 'loading shared' err; then
			:				# not ours yet
		elif [ $code -eq 0 ]; then
			left | cmp -s - want || bad="$bad; $at: status 0, something else: $(left | diff want - | tr '\n' ' ')"
		elif [ $code -ne 3 ] || ! grep -q "$(text_of "$error")" err; then
			bad="$bad; $at: $error: status $code: $(head -1 err)"
		fi
	done <places
	is "$bad" '' "$1: $(wc -l <places | tr -d ' ') times $call"
	rm -rf tree
	"$prepare"
}

# faulty WORK PROGRAM ARG... - its work in a tree made by tree_WORK
faulty() {
	prepare=tree_$1
	shift
	rm -rf tree
	"$prepare"
	fails newfstatat 'EIO EACCES' "$@"
	fails openat 'EIO EMFILE EACCES ENOSPC' "$@"
	fails mkdir 'ENOSPC EIO' "$@"
}

faulty combiner combiner -q -j1 --root tree -t quicklook made/$name.SST.NRT.nc
faulty processor processor -q -j1 --root tree $in
faulty uploader uploader -q -j1 --to tree/store --announce tree/topic tree/$l2p
faulty downloader downloader -q -j1 -o tree "$H/ok/$N1 $S1" "$H/ok/$N2 $S2"
echo "https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/$N1 $S1" >found
faulty dlc dlc -q -d aqua --from-file found --root tree --lists tree/lists --announce tree/queue
faulty partition partition -q --root tree --engine none --uid 8720 --time $time "$data/terra.list"
faulty returner license-returner -q --root tree -d terra -t quicklook 8720
faulty purger purger -q --root tree --yes
done_testing
