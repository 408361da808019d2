# shellcheck shell=sh disable=SC2034
# lib.sh - what the tests share; a test begins with  . "${0%/*}/lib.sh"
#
# It runs in a scratch directory of its own, with the programs in $PATH, without the caller's AWS, Slurm and
# proxy settings, and in a time zone that is not UTC. At exit background processes are stopped, mounts undone and
# the scratch directory removed. Names with an underscore in front are private.
#
#	plan N | done_testing		number of tests: before the first, or after the last
#	ok $? NAME			passes when the status is 0
#	is GOT WANT NAME, isnt		equal texts
#	like TEXT ERE NAME, unlike	a line of the text matches
#	run CMD...			sets $status $stdout $stderr; standard input is the caller's ($run_out,
#					$run_err: the files, for binary output)
#	skip N REASON, skip_all REASON	N tests, or the rest of them; visibly
#	need TOOL...			skip_all without a tool (error when $CI is set); py:MODULE for Python's
#	compile ARG...			the compiler
#	serve DIR			HTTP server for DIR: $URL/NAME, $URL/cgi/getfile/NAME; $serve_log = requests
#	small_fs SIZE			$small_fs = a directory on a file system of SIZE (256k, 1m), or skip_all
#	background CMD...		start a server, stopped at exit; $pid. stop PID: stop it now
#	wait_for CMD...			until CMD succeeds, at most $WAIT_LIMIT (10) seconds; status 1 then
#	mkgranule ARG...		make OBPG-like files, print their paths
#	sha1 FILE, md5 FILE		digest in hex
#	note TEXT
#	give_up REASON			the test cannot go on: it fails, and the others run
#
# $top is the checkout, $work the scratch directory, $python the interpreter that has the Debian modules.

_dir=$(cd "${0%/*}" && pwd) || exit 1
while [ ! -e "$_dir/tests/lib.sh" ] && [ -n "$_dir" ]; do
	_dir=${_dir%/*}
done
top=$_dir
_count=0 _failed=0 _planned='' _pids='' _mounts='' _last=''
status='' stdout='' stderr=''

_absolute() {
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) printf '%s\n' "$top/$1" ;;
	esac
}

BUILD=$(_absolute "${BUILD:-build}")
BINDIR=$(_absolute "${BINDIR:-bin}")
_scratch=$(mktemp -d "${TMPDIR:-/tmp}/generate-test.XXXXXX") || exit 1
work=$_scratch/work
run_out=$_scratch/stdout
run_err=$_scratch/stderr
python=${PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3

# stop PID - end a background process; one that does not listen is killed after some seconds
stop() {
	kill "$1" 2>/dev/null || return 0
	(sleep 5 && kill -9 "$1") </dev/null >/dev/null 2>&1 &
	_killer=$!
	wait "$1" 2>/dev/null
	kill -9 "$_killer" 2>/dev/null
	return 0
}

_cleanup() {
	_code=$?
	trap - EXIT
	trap '' HUP INT TERM
	for _p in $_pids; do
		stop "$_p"
	done
	cd /
	for _m in $_mounts; do
		umount "$_m" 2>/dev/null || umount -l "$_m"
	done
	if [ -n "${KEEP:-}" ]; then
		echo "# kept $_scratch" >&2
	else
		chmod -R u+rwx "$_scratch" 2>/dev/null
		rm -rf "$_scratch"
	fi
	[ "$_failed" -eq 0 ] || [ "$_code" -ne 0 ] || _code=1
	exit "$_code"
}
trap _cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

for _v in $(env | sed -n 's/^\(\(AWS\|SLURM\|GENERATE\|EARTHDATA\)_[A-Za-z0-9_]*\)=.*/\1/p'); do
	unset "$_v"
done
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SOURCE_DATE_EPOCH
mkdir "$work" "$_scratch/home" && cd "$work" || exit 1
PATH=$BINDIR:$BUILD/tests:$PATH
HOME=$_scratch/home
TZ=XST-5:30
LC_ALL=C
AWS_EC2_METADATA_DISABLED=true
export PATH HOME TZ LC_ALL AWS_EC2_METADATA_DISABLED BUILD BINDIR

note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

_diag() {
	printf '%s\n' "$*" | sed 's/^/# /' >&2
}

give_up() {
	_diag "given up: ${0##*/}: $*"
	exit 1
}

plan() {
	_planned=$1
	echo "1..$1"
}

done_testing() {
	_planned=$_count
	echo "1..$_count"
}

# _result STATUS NAME - one line of TAP; the details of a failure follow on standard error.
_result() {
	_count=$((_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $_count - $2"
		return 0
	fi
	_failed=$((_failed + 1))
	echo "not ok $_count - $2"
	_diag "failed: ${0##*/} $_count: $2"
	if [ -n "$_last" ]; then
		_diag "after: $_last"
		_diag "status $status, stderr: $(printf '%.600s' "$stderr")"
		_last=
	fi
	return 1
}

ok() {
	_result "$1" "$2"
}

is() {
	[ "$1" = "$2" ]
	_result $? "$3" || _diag "got:  $1
want: $2"
}

isnt() {
	[ "$1" != "$2" ]
	_result $? "$3" || _diag "got: $1"
}

like() {
	printf '%s\n' "$1" | grep -Eq -e "$2"
	_result $? "$3" || _diag "got: $(printf '%.2000s' "$1")
want a line like: $2"
}

unlike() {
	! printf '%s\n' "$1" | grep -Eq -e "$2"
	_result $? "$3" || _diag "got: $(printf '%.2000s' "$1")
want no line like: $2"
}

run() {
	_last=$(printf '%.300s' "$*")
	"$@" >"$run_out" 2>"$run_err"
	status=$?
	stdout=$(tr -d '\000' <"$run_out")
	stderr=$(tr -d '\000' <"$run_err")
	return 0
}

skip() {
	_n=$1
	shift
	while [ "$_n" -gt 0 ]; do
		_count=$((_count + 1)) _n=$((_n - 1))
		echo "ok $_count # SKIP $*"
	done
}

skip_all() {
	if [ -n "$_planned" ]; then
		skip $((_planned - _count)) "$*"
	elif [ "$_count" -eq 0 ]; then
		echo "1..0 # SKIP $*"
	else
		skip 1 "$*"
		done_testing
	fi
	exit 0
}

_have() {
	case $1 in
	py:*) "$python" -c "import ${1#py:}" 2>/dev/null ;;
	*) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
	esac
}

need() {
	for _t in "$@"; do
		_have "$_t" && continue
		[ -z "${CI:-}" ] || give_up "$_t is missing; scripts/deps test installs it"
		skip_all "$_t is missing"
	done
}

# The compiler may be a command with arguments (CC='ccache gcc').
compile() {
	# shellcheck disable=SC2086
	${CC:-gcc} "$@"
}

background() {
	"$@" &
	pid=$!
	_pids="$_pids $pid"
}

wait_for() {
	_until=$(($(date +%s) + ${WAIT_LIMIT:-10}))
	until "$@"; do
		[ "$(date +%s)" -le "$_until" ] || return 1
		sleep 0.05
	done
}

serve() {
	[ -d "$1" ] || give_up "serve: $1: no such directory"
	_served=$(cd "$1" && pwd)
	_nserve=$((${_nserve:-0} + 1))
	serve_log=$_scratch/requests.$_nserve
	_port_file=$_scratch/port.$_nserve
	: >"$serve_log"
	background "$python" "$top/tests/serve.py" "$_served" "$_port_file" "$serve_log"
	wait_for test -s "$_port_file" || give_up 'the HTTP server did not start'
	URL=http://127.0.0.1:$(cat "$_port_file")
}

small_fs() {
	small_fs=$(mktemp -d "$_scratch/small.XXXXXX")
	mount -t tmpfs -o "size=$1" tmpfs "$small_fs" 2>/dev/null || skip_all 'mounting is not permitted here'
	_mounts="$small_fs $_mounts"
}

mkgranule() {
	"$BUILD/tests/mkgranule" "$@" || _diag "mkgranule $*: failed"
}

# A file that is not in the scratch directory may be one of those that are served.
_file() {
	if [ ! -e "$1" ] && [ -n "${_served:-}" ]; then
		printf '%s\n' "$_served/$1"
	else
		printf '%s\n' "$1"
	fi
}

sha1() {
	sha1sum <"$(_file "$1")" | cut -d ' ' -f 1
}

md5() {
	md5sum <"$(_file "$1")" | cut -d ' ' -f 1
}
