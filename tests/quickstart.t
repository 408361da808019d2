#!/bin/sh
# quickstart: README's first command does what it says, and again does nothing twice (small granules here)
. "${0%/*}/lib.sh"
need python3 ncdump make

SAMPLE_OPTIONS='--lines 40 --pixels 60' run "$top/scripts/quickstart" "$work/demo"
is "$status" 0 'it ends well'
like "$stdout" 'Done: 4 granules' 'with four granules'
like "$stdout" 'float lat\(nj, ni\)' 'and shows the header of one'
is "$(find demo/store -name '*.nc' | wc -l)$(find demo/topic -type f | wc -l)" 44 'stored and announced'
before=$(find demo/store demo/topic -type f -exec md5sum {} + | sort)
run "$top/scripts/quickstart" "$work/demo"
is "$status" 0 'again'
is "$(find demo/store demo/topic -type f -exec md5sum {} + | sort)" "$before" 'nothing is done twice'
for command in quickstart test; do
	grep -q "^    scripts/$command\$" "$top/README.md" && [ -x "$top/scripts/$command" ]
	ok $? "README's scripts/$command is there"
done
done_testing
