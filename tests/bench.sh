# shellcheck shell=sh
# bench.sh - what the benchmarks share; a benchmark begins with  . "${0%/*}/../bench.sh"
#
#	need TOOL...		end with a note when a tool is missing
#	versus OURS THEIRS	run two shell functions in turn, $RUNS times (5) after a warm-up; sets $ours and
#				$theirs, the median seconds, and $ratio = ours / theirs
#	peak CMD...		sets $mb, the largest resident set of a process of the command
#	report NAME TEXT...	one line of the report
#
# The programs are in $PATH, $work is a scratch directory that is removed at exit, and the current one.

set -eu
top=$(cd "${0%/*}/../.." && pwd)
case ${BINDIR:-bin} in /*) ;; *) BINDIR=$top/${BINDIR:-bin} ;; esac
case ${BUILD:-build} in /*) ;; *) BUILD=$top/${BUILD:-build} ;; esac
PATH=$BINDIR:$BUILD/tests:$PATH
RUNS=${RUNS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/generate-bench.XXXXXX")
unset GENERATE_ROOT
bench_pid=
bench_cleanup() {
	[ -z "$bench_pid" ] || kill "$bench_pid" 2>/dev/null || :
	rm -rf "$work"
}
trap bench_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work"

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "${0##*/}: skipped, $tool is not installed"
		exit 0
	done
}

# stopwatch CMD... - append its seconds to the file times
stopwatch() {
	begin=$(date +%s%N)
	"$@" >/dev/null
	end=$(date +%s%N)
	echo "$begin $end" | awk '{ printf "%.4f\n", ($2 - $1) / 1e9 }'
}

bench_median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

versus() {
	: >ours.times
	: >theirs.times
	"$1" >/dev/null
	"$2" >/dev/null
	n=0
	while [ "$n" -lt "$RUNS" ]; do
		stopwatch "$1" >>ours.times
		stopwatch "$2" >>theirs.times
		n=$((n + 1))
	done
	ours=$(bench_median ours.times)
	theirs=$(bench_median theirs.times)
	ratio=$(echo "$ours $theirs" | awk '{ printf "%.2f", $1 / $2 }')
}

peak() {
	/usr/bin/time -f '%M' -o peak.txt "$@" >/dev/null
	mb=$(tail -n 1 peak.txt | awk '{ printf "%.0f", $1 / 1024 }')
}

report() {
	name=$1
	shift
	printf '%-36s %s\n' "$name" "$*"
}
