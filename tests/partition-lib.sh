# shellcheck shell=sh disable=SC2034
# partition-lib.sh - lists, trees and a cluster that only writes down what is submitted, for the tests of partition

at=https://oceandata.sci.gsfc.nasa.gov/cgi/getfile
data=$top/tests/data/partition

# line OBPG TIME SUITE[.NRT] N - one line of a list, with a checksum that is N behind zeros
line() {
	printf '%s/%s.%s.L2.%s.nc %040d\n' "$at" "$1" "$2" "$3" "$4"
}

# terra_tree DIR - the tree of the golden example: an SST file on disk, a waiting list
terra_tree() {
	rm -rf "$1"
	mkdir -p "$1/combiner/downloads/MODIS_TERRA_L2_SST_OBPG_QUICKLOOK" "$1/combiner/jobs"
	: >"$1/combiner/downloads/MODIS_TERRA_L2_SST_OBPG_QUICKLOOK/TERRA_MODIS.20230504T015001.L2.SST.nc"
	for t in 20230504T015001 20230504T000001 20230504T000501 20230504T005501 20230504T014001; do
		echo "TERRA_MODIS.$t.L2.SST.nc"
	done >"$1/combiner/jobs/terra_quicklook_20230504T180000_abc.txt"
}

# golden DIR - the work files below DIR that are missing or not as they should be
golden() {
	for f in "$data"/golden/*; do
		case ${f##*/} in
		combiner*) sub=combiner/downloads ;;
		processor*) sub=processor/input ;;
		*) sub=downloader/lists ;;
		esac
		cmp -s "$f" "$1/$sub/${f##*/}" || echo "${f##*/}"
	done
}

# free DIR POOL - tokens that are free there
free() {
	license-returner -q --tokens "$1/tokens" --status | awk -v p="$2" '$1 == p { print $3 }'
}

# held DIR NAME - tokens of a reservation
held() {
	license-returner -q --tokens "$1/tokens" --status | awk -v r="$2" '$1 == r { print $2 }'
}

# A cluster: sbatch writes "ID NAME DEPENDENCY" into $cluster/jobs. $cluster/kill: "before" or "after" and a number: the
# N-th sbatch kills its caller before or after it has written. $cluster/down: all fail; $cluster/refuse N: from the
# N-th on sbatch fails, with $cluster/reason, or, where $cluster/once is, only then. scancel writes ids into
# $cluster/cancelled; $cluster/scancel, if it is there, is run first. $cluster/max: MaxArraySize.
make_cluster() {
	cluster=$work/cluster
	rm -rf "$cluster"
	mkdir -p "$cluster/bin"
	: >"$cluster/jobs"
	: >"$cluster/cancelled"
	echo 1001 >"$cluster/max"
	echo 'Socket timed out on send/recv operation' >"$cluster/reason"
	cat >"$cluster/bin/sbatch" <<-!
	#!/bin/sh
	cat >/dev/null
	[ ! -e $cluster/down ] || { echo 'sbatch: error: Unable to contact slurm controller' >&2; exit 1; }
	n=\$((\$(wc -l <$cluster/jobs) + 1))
	calls=\$((\$(cat $cluster/calls 2>/dev/null || echo 0) + 1))
	echo \$calls >$cluster/calls
	if [ -e $cluster/refuse ] && [ \$n -ge \$(cat $cluster/refuse) ]; then
		[ ! -e $cluster/once ] || rm $cluster/refuse
		echo "sbatch: error: Batch job submission failed: \$(cat $cluster/reason)" >&2
		exit 1
	fi
	read -r when which 2>/dev/null <$cluster/kill || when=
	[ "\$when" != before ] || [ \$calls -ne \$which ] || { kill -9 \$PPID; exit 1; }
	for a; do
		case \$a in
		--job-name=*) name=\${a#*=} ;;
		--dependency=*) dep=\${a#*=} ;;
		esac
	done
	echo "\$((1000 + n)) \$name \$dep" >>$cluster/jobs
	[ "\$when" != after ] || [ \$calls -ne \$which ] || { kill -9 \$PPID; exit 1; }
	echo \$((1000 + n))
	!
	cat >"$cluster/bin/squeue" <<-!
	#!/bin/sh
	[ ! -e $cluster/down ] || { echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1; }
	for a; do
		case \$a in
		--name=*) awk -v n="\${a#*=}" '\$2 == n { print \$1 }' $cluster/jobs ;;
		esac
	done
	!
	cat >"$cluster/bin/scontrol" <<-!
	#!/bin/sh
	[ ! -e $cluster/down ] || { echo 'slurm_load_ctl_conf error: Unable to contact slurm controller' >&2; exit 1; }
	printf 'Configuration data\nMaxArraySize            = %d\n' "\$(cat $cluster/max)"
	!
	cat >"$cluster/bin/scancel" <<-!
	#!/bin/sh
	[ ! -e $cluster/scancel ] || . $cluster/scancel
	echo "\$1" >>$cluster/cancelled
	!
	chmod +x "$cluster"/bin/*
	PATH=$cluster/bin:$PATH
}
