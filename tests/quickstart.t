#!/bin/sh
# quickstart: README's first command does what it says, and again does nothing twice (small granules here)
. "${0%/*}/lib.sh"
need python3 ncdump make

demo="$work/my demo"
export SAMPLE_OPTIONS='--lines 40 --pixels 60'
run "$top/scripts/quickstart" "$demo"
is "$status" 0 'it ends well'
like "$stdout$stderr" 'partition: 9 elements of jobs done, 0 failed' 'the programs say what they do'
screen=$(printf '%s\n' "$stdout" | sed -n '/^==> Done/,$p')
like "$screen" 'Done: 4 granules of sea-surface temperature, from 7 Level-2 files' 'at the end it says what was made'
is "$(printf '%s\n' "$screen" | sed -n "s|^$demo/\([a-z]*\)/ .*|\1|p" | while read -r d; do
	[ ! -d "$demo/$d" ] || echo "$d"
done | paste -sd ' ' -)" 'store topic tree logs obpg' '... where it lies'
like "$screen" '^    downloader [0-9.]+ s, combiner [0-9.]*[1-9][0-9.]* s, processor [0-9.]+ s, uploader [0-9.]+ s$' '... how long it took'
is "$(printf '%s\n' "$screen" | sed -n '/^Next, try/,$p' | grep -c '^    ')" 3 '... and three things to try'
ok "$([ "$(printf '%s\n' "$screen" | wc -l)" -le 24 ]; echo $?)" '... on one screen'
run sh -c "$(printf '%s\n' "$screen" | sed -n 's/^    \(ncdump.*\) | less$/\1/p')"
like "$stdout" 'float lat\(nj, ni\)' 'the first shows the header of a granule'
run sh -c "$(printf '%s\n' "$screen" | grep '^    .*combiner')"
is "$status $stdout" '0 ./20240105031001-JPL-L2P_GHRSST-SSTskin-MODIS_A-N-v02.0-fv01.0.nc' 'the second makes another'
like "$screen" '^    man -l man/generate.7$' 'the third is a page to read'

is "$(find "$demo/store" -name '*.nc' | wc -l)$(find "$demo/topic" -type f | wc -l)" 44 'all are stored and announced'
before=$(find "$demo/store" "$demo/topic" -type f -exec md5sum {} + | sort)
run "$top/scripts/quickstart" "$demo"
is "$status" 0 'again'
is "$(find "$demo/store" "$demo/topic" -type f -exec md5sum {} + | sort)" "$before" 'nothing is done twice'
for command in quickstart test; do
	grep -q "^    scripts/$command\$" "$top/README.md" && [ -x "$top/scripts/$command" ]
	ok $? "README's scripts/$command is there"
done
done_testing
