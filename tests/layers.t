#!/bin/sh
# The includes follow the layers, only the dataset table knows the names of datasets, and JSON is not written by hand.
. "${0%/*}/lib.sh"
CC=${CC:-gcc}
need "${CC%% *}"
plan 11

cd "$top" || exit 1

# includes FILE... - "file header" for every include of ours
includes() {
	for f in "$@"; do
		[ ! -e "$f" ] || sed -n "s|^[[:space:]]*#[[:space:]]*include[[:space:]]*\"\\(.*\\)\".*|$f \\1|p" "$f"
	done
}

# knows AREA LAYER... - nothing in lib/AREA includes headers of other layers
knows() {
	area=$1
	shift
	allowed=$(printf '%s|' "$area" "$@")
	bad=$(includes lib/"$area"/*.[ch] | grep -Ev " (${allowed%|})/[a-z0-9_]+\\.h\$")
	is "$bad" '' "lib/$area knows ${*:-nothing else}"
}

knows base
knows granule base
knows netcdf base
knows remote base
knows place base remote
knows run base granule place

# A program includes lib/AREA/x.h as "AREA/x.h" and its own headers as "x.h".
bad=$(includes cmd/*.[ch] cmd/*/*.[ch] | while read -r file header; do
	case $header in
	*/*/* | ../*) echo "$file $header" ;;
	*/*) [ -e "lib/$header" ] || echo "$file $header" ;;
	*) [ -e "${file%/*}/$header" ] || echo "$file $header" ;;
	esac
done)
is "$bad" '' 'programs know the library and themselves, not each other'

bad=$(for f in cmd/*.[ch] cmd/*/*.[ch] lib/*/*.[ch]; do
	[ ! -e "$f" ] || awk 'FNR == 1 && !/^(\/\*|#ifndef [A-Z0-9_]+_H$)/ { print FILENAME }' "$f"
done)
is "$bad" '' 'every source begins with its purpose, every header with its guard'

# Literals without blanks (with them they are for people) that hold a name of the table. "viirs" and the like as a
# whole are names, in "viirs.h" they are not. LAC is a resolution too.
names() {
	grep -Eo "[.]($1) = \"[^\"]*\"" lib/granule/dataset.c | cut -d '"' -f 2 | grep -vx LAC | sort -u | paste -sd '|' -
}

upper=$(names 'token|data_type|obpg|combined|l2p|downloads')
lower=$(names key)
bad=$(for f in cmd/*.[ch] cmd/*/*.[ch] lib/*/*.[ch]; do
	[ -e "$f" ] || continue
	[ "$f" != lib/granule/dataset.c ] || continue
	compile -fpreprocessed -E -P "$f" 2>/dev/null | grep -v '^[[:space:]]*#' | grep -Eo '"([^"\\]|\\.)*"' |
		grep -v ' ' | grep -E "(^|[^A-Za-z0-9])($upper)([^A-Za-z0-9]|\$)|^\"($lower)\"\$" | sed "s|^|$f: |"
done)
is "$bad" '' 'only lib/granule/dataset.c knows the names of datasets'

# A format like {"name":"%s"} is wrong for the first value with a quote in it; jansson knows how.
bad=$(grep -nE '\\"[A-Za-z_]+\\":|[{:]\\"' cmd/*.[ch] cmd/*/*.[ch] lib/*/*.[ch] 2>/dev/null)
is "$bad" '' 'no literal is a piece of JSON'

# Of the library lib/run prints, and base/prog, which it uses. mem_die ends the program, a message to the place "-" goes
# there, and what the local engine is between fork and exec has nobody else to tell.
words='v?f?printf|dprintf|f?puts|f?putc|putchar|fwrite|perror|stdout|stderr|prog_(say|info|warn|debug|log|fail.*|bad.*|progress.*)'
bad=$(grep -nEw "$words" lib/*/*.c | grep -Ev '^lib/(run/|base/(prog|mem)|place/(topic_local|engine_local_child))|__attribute__|/dev/std')
is "$bad" '' 'of the library only lib/run and base/prog print'
