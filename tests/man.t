#!/bin/sh
# The man pages are well-formed mdoc.
. "${0%/*}/lib.sh"
need mandoc

cd "$top/man" 2>/dev/null || skip_all 'no man pages'
pages=$(find . -name '*.[1-9]' | sed 's|^[.]/||' | sort)
[ -n "$pages" ] || skip_all 'no man pages'

# Pages refer to each other before they are installed; examples come early in ours.
known() {
	grep -v 'sections out of conventional order: Sh \(EXAMPLES\|ENVIRONMENT\|OPTIONS\|FILES\)$' | while read -r line; do
		xr=${line##*referenced manual not found: Xr }
		[ "$xr" != "$line" ] || { echo "$line"; continue; }
		name=$(printf '%s\n' "$xr" | sed 's/^\([^ ]*\) \([1-9]\).*/\1.\2/')
		[ -e "$name" ] || [ -n "$(man -w "${name##*.}" "${name%.*}" 2>/dev/null)" ] || echo "$line"
	done
}

for p in $pages; do
	is "$(mandoc -Tlint "$p" 2>&1 | known)" '' "$p"
done
done_testing
