#!/bin/sh
# The options of every program: --help, --version, wrong ones; the usage text and the man pages agree.
. "${0%/*}/lib.sh"

progs=$(find "$BINDIR" -maxdepth 1 -type f -perm -100 2>/dev/null | sed 's|.*/||' | sort)
[ -n "$progs" ] || skip_all 'no programs are built'

# Long options of a usage text (own and common ones), of the items of a man page, and of its line of common options;
# one per line, sorted.
in_help() {
	printf '%s\n' "$1" | grep -Eo '^ {2,6}(-.,)? *--[a-z][a-z0-9-]*' | grep -Eo -e '--.*' | sort -u
}

in_page() {
	grep '^[.]It .*Fl' "$1" | grep -Eo 'Fl (Fl |\\?-)[a-z][a-z0-9-]*' | sed 's/Fl \(Fl \|\\\{0,1\}-\)/--/' | sort -u
}

common_in_page() {
	sed -n '/^Common options/,/[.]$/p' "$1" | sed -n '/^[.]Fl/,$p' | grep -Eo ' -[a-z][a-z0-9-]*' | sed 's/ -/--/' | sort -u
}

# Letters of an usage text, and of that line.
letters_in_help() {
	printf '%s\n' "$1" | sed -n 's/^  -\(.\), --.*/\1/p' | sort | tr -d '\n'
}

letters_in_page() {
	sed -n '/^Common options/,/[.]$/p' "$1" | sed -n 's/^[.]Fl \([0-9a-z]*\) ,.*/\1/p' | head -n 1 | fold -w 1 | sort | tr -d '\n'
}

described=$(in_page "$top/man/generate.7")

# What every page need not say, and what has a letter, which stands for it.
always='--help
--version
--quiet
--verbose
--null
--dataset
--jobs
--dry-run
--output
--type'

# minus A B - lines of A that are not in B
minus() {
	printf '%s\n' "$1" | grep -vxF -e "${2:-no option}" | sed '/^$/d'
}

for p in $progs; do
	run "$p" --help </dev/null
	is "$status" 0 "$p --help ends well"
	like "$stdout" "^[Uu]sage: $p" "... prints the usage on standard output"
	is "$stderr" '' '... and nothing else'
	help=$stdout

	run "$p" --version </dev/null
	is "$status $stderr" '0 ' "$p --version ends well"
	like "$stdout" "^$p \\(generate\\) [0-9.]+\$" '... and names program and version'

	run "$p" --no-such-option </dev/null
	is "$status" 2 "$p --no-such-option is wrong usage"
	is "$stdout" '' '... prints nothing on standard output'
	is "$(printf '%s\n' "$stderr" | grep -c "^$p: ")" 1 '... and one message'
	like "$stderr" "^$p: .*no-such-option" '... which names it'

	own=$(in_help "${help%%Common options*}")
	common=$(in_help "Common options${help#*Common options}")
	is "$(minus "$common" "$described")" '' "$p: its common options are described in generate(7)"

	page=$top/man/$p.1
	[ -e "$page" ]
	ok $? "$p has a man page"
	[ -e "$page" ] || continue
	is "$(in_page "$page")" "$own" '... with the options of its own'
	is "$(common_in_page "$page")" "$(minus "$common" "$always")" '... and one line of the common ones'
	is "$(letters_in_page "$page")" "$(letters_in_help "Common options${help#*Common options}")" '... and their letters'
done
done_testing
