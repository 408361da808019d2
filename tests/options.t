#!/bin/sh
# The options of every program: --help, --version, wrong ones; the table, the usage text and the man page agree.
. "${0%/*}/lib.sh"

progs=$(find "$BINDIR" -maxdepth 1 -type f -perm -100 2>/dev/null | sed 's|.*/||' | sort)
[ -n "$progs" ] || skip_all 'no programs are built'

# Long options of a source's table, of a usage text, and of the items of a man page; one per line, sorted.
in_table() {
	sed -n 's/^[[:space:]]*{ "\([a-z0-9-]*\)",[[:space:]]*\(no\|required\|optional\)_argument.*/--\1/p' "$@" | sort -u
}

in_help() {
	printf '%s\n' "$1" | grep -Eo '(^|[ ,[|])--[a-z][a-z0-9-]*' | grep -Eo -e '--.*' | sort -u
}

in_page() {
	grep '^[.]It .*Fl' "$1" | grep -Eo 'Fl (Fl |\\?-)[a-z][a-z0-9-]*' | sed 's/Fl \(Fl \|\\\{0,1\}-\)/--/' | sort -u
}

common=$(in_table "$top/lib/base/opts.h")

# both A B - lines of A, or B; minus A B - lines of A that are not in B
both() {
	printf '%s\n%s\n' "$1" "$2" | sed '/^$/d' | sort -u
}

minus() {
	printf '%s\n' "$1" | grep -vxF -e "${2:-no option}" | sed '/^$/d'
}

for p in $progs; do
	run "$p" --help </dev/null
	is "$status" 0 "$p --help ends well"
	like "$stdout" "^[Uu]sage: $p" "... prints the usage on standard output"
	is "$stderr" '' '... and nothing else'
	help=$(in_help "$stdout")

	run "$p" --version </dev/null
	is "$status $stderr" '0 ' "$p --version ends well"
	like "$stdout" "^$p \\(generate\\) [0-9.]+\$" '... and names program and version'

	run "$p" --no-such-option </dev/null
	is "$status" 2 "$p --no-such-option is wrong usage"
	is "$stdout" '' '... prints nothing on standard output'
	is "$(printf '%s\n' "$stderr" | grep -c "^$p: ")" 1 '... and one message'
	like "$stderr" "^$p: .*no-such-option" '... which names it'

	sources=$(find "$top/cmd/$p" "$top/cmd/$p.c" -name '*.c' 2>/dev/null)
	# shellcheck disable=SC2086
	table=$(in_table $sources)
	# shellcheck disable=SC2086
	! grep -q OPTS_COMMON_LONG $sources || table=$(both "$table" "$common")
	is "$(minus "$table" "$help")" '' "$p: every option of the table is in the usage text"
	is "$(minus "$help" "$table")" '' '... and every one of the usage text in the table'

	page=$top/man/$p.1
	[ -e "$page" ]
	ok $? "$p has a man page"
	[ -e "$page" ] || continue
	described=$(in_page "$page")
	is "$(minus "$described" "$help")" '' '... whose options are all in the usage text'
	is "$(minus "$help" "$described")" '' '... and the other way round'
done
done_testing
