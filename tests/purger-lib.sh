# shellcheck shell=sh disable=SC2034
# purger-lib.sh - trees to be purged; sourced after lib.sh
#
#	old PATH HOURS [TEXT]	a file of that age at $T, below the current directory
#	old_dir PATH HOURS	a directory
#	level2 PATH HOURS [ATTRIBUTE=TEXT ...]	a netCDF-4 file with these global attributes
#	example			the tree of the first worked example, in mnt
#	tree DIR		all names below DIR, sorted
#	rules JSON		purger.json with one component "c" of these entries
#	listed			what $stdout says is done with which path, without the root

T=20240305T230000
T_seconds=1709679600
tab=$(printf '\t')

_age() {
	touch -h -d "@$(echo "$T_seconds $2" | awk '{ printf "%d", $1 - $2 * 3600 }')" "$1"
}

old() {
	mkdir -p "$(dirname "$1")"
	printf '%s\n' "${3-text of $1}" >"$1"
	_age "$1" "$2"
}

old_dir() {
	mkdir -p "$1"
	_age "$1" "$2"
}

level2() {
	_path=$1 _hours=$2
	shift 2
	mkdir -p "$(dirname "$_path")"
	{
		echo 'netcdf x {'
		for _a in "$@"; do
			printf '\t:%s = "%s" ;\n' "${_a%%=*}" "${_a#*=}"
		done
		echo '}'
	} | ncgen -k nc4 -o "$_path" - 2>/dev/null || { printf 'netcdf x {\n}\n' >x.cdl; ncgen -k nc4 -o "$_path" x.cdl; }
	_age "$_path" "$_hours"
}

example() {
	rm -rf mnt
	while IFS=$tab read -r _result _hours _kind _product _path; do
		case $_kind:$_product in
		dir:*) old "mnt/$_path/inside" 1 && _age "mnt/$_path" "$_hours" ;;
		file:NRT) level2 "mnt/$_path" "$_hours" "product_name=$(basename "$_path" .nc).NRT.nc" ;;
		file:none) level2 "mnt/$_path" "$_hours" "product_name=$(basename "$_path")" ;;
		*) old "mnt/$_path" "$_hours" ;;
		esac
	done <"$top/tests/data/purger/example1.tsv"
}

# What the example says is kept, deleted, archived.
example_says() {
	awk -F '\t' -v what="$1" '$1 == what { print "mnt/" $5 }' "$top/tests/data/purger/example1.tsv" | sort
}

tree() {
	(cd "$1" && find . ! -name . | sed 's|^[.]/||' | sort)
}

rules() {
	printf '{"c":{%s}}\n' "$1" >rules.json
}

listed() {
	printf '%s\n' "$stdout" | awk -F '\t' '{ sub(/^[^\/]*\//, "", $5); print $1, $5 }'
}
