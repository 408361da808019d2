#!/bin/sh
# uploader: whichever read fails, the granule is whole in the store or the status is 3 and its files are where they were
. "${0%/*}/lib.sh"
need strace
strace -f -o /dev/null true 2>/dev/null || skip_all 'strace cannot trace here'
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0	# leaks cannot be looked for under strace
export ASAN_OPTIONS

l2p=20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc
head -c 300000 /dev/zero >$l2p
md5sum $l2p >$l2p.md5
before=$(md5sum $l2p $l2p.md5)
strace -f -o trace -e trace=read uploader -q --to undisturbed $l2p >/dev/null
reads=$(grep -c 'read(' trace)
failed=0 wrong=
for k in $(seq 1 "$reads"); do
	rm -rf store
	run strace -f -o /dev/null -e trace=read -e "inject=read:error=EIO:when=$k" uploader -q --to store $l2p
	case $status:$stderr in
	127:*) ;;			# the dynamic linker's own
	0:) cmp -s store/aqua/$l2p $l2p || wrong="$wrong $k" ;;
	3:*'Input/output error'*)
		failed=$((failed + 1))
		[ "$(md5sum $l2p $l2p.md5)" = "$before" ] || wrong="$wrong $k"
		;;
	*) wrong="$wrong $k:$status:$stderr" ;;
	esac
done
is "$wrong" '' "each of $reads reads fails once"
ok "$([ "$failed" -ge 3 ]; echo $?)" '... some of which are of the granule and its checksum file'
done_testing
