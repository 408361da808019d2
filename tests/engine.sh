# shellcheck shell=sh disable=SC2016
# engine.sh - programs for jobs to run, and the records of jobs; source it after lib.sh
#
#	job NAME EXTRA ARG...		a record for enginetool; EXTRA are further members
#	chain FILE RECORD...		a file of records
#
# The programs write what they do into $TRACE.

need enginetool

# What jobs run. step NAME SECONDS [FAILING [STATUS]]: fails for element FAILING. Its trace: start and end of each.
mkdir bin
cat >bin/step <<'!'
#!/bin/sh
name=$1 seconds=$2 failing=${3:-none} status=${4:-1}
i=$GENERATE_ARRAY_INDEX
echo "start $name $i" >>"$TRACE"
trap 'echo "term $name $i" >>"$TRACE"; kill $! 2>/dev/null; exit 143' TERM
sleep "$seconds" & wait $!
echo "job $GENERATE_JOB_ID attempt $GENERATE_JOB_ATTEMPT"
echo "end $name $i" >>"$TRACE"
[ "$i" != "$failing" ] || exit "$status"
!
cat >bin/flaky <<'!'
#!/bin/sh
# fails with the status given until the attempt given
echo "start flaky $1 $2" >>"$TRACE"
[ "$GENERATE_JOB_ATTEMPT" -ge "$1" ] || exit "$2"
!
cat >bin/deaf <<'!'
#!/bin/sh
trap '' TERM
echo start deaf >>"$TRACE"
sleep 60 & wait
sleep 60
!
cat >bin/show <<'!'
#!/bin/sh
printf '<%s>\n' "$@"
env | sort
!
chmod +x bin/*
PATH=$work/bin:$PATH
TRACE=$work/trace
export PATH TRACE

job() {
	_name=$1 _extra=$2
	shift 2
	printf '{"name": "%s", "component": "%s", "argv": [' "$_name" "$_name"
	_sep=''
	for _arg in "$@"; do
		printf '%s"%s"' "$_sep" "$_arg"
		_sep=', '
	done
	printf ']%s}' "${_extra:+, $_extra}"
}

# chain FILE RECORD...
chain() {
	_file=$1
	shift
	{
		printf '[\n'
		_sep=''
		for _r in "$@"; do
			printf '%s%s' "$_sep" "$_r"
			_sep=',
'
		done
		printf '\n]\n'
	} >"$_file"
}
