# shellcheck shell=sh disable=SC2034
# dlc-lib.sh - what the tests of dlc share: OBPG's service on this machine, its answers, a search
#
# $search is the service, $requests its log; reply/body and reply/how are its answer (tests/obpg.py).

files=https://oceandata.sci.gsfc.nasa.gov/cgi/getfile
mkdir archive reply
requests=$work/requests
: >"$requests"
background "$python" "$top/tests/obpg.py" archive port "$requests" reply
wait_for test -s port || give_up 'the service did not start'
host=http://127.0.0.1:$(cat port)
search=$host/api/file_search

# body: standard input is the next answers; how WORDS: how they are given
body() {
	cat >reply/body
}

how() {
	echo "$*" >reply/how
}

plainly() {
	rm -f reply/how
}

# ask ARG...: one run, with the URLs of the real server and fast retries
ask() {
	run dlc --search-url "$search" --files-url "$files/" --retry-base 0.01 "$@"
}

# Everything of an earlier test.
fresh() {
	rm -rf tree lists queue pending state mail
	plainly
}

# The query of the last request.
query() {
	tail -n 1 "$requests" | cut -d ' ' -f 2
}

lines() {
	if [ -e "$1" ]; then wc -l <"$1" | tr -d ' '; else echo none; fi
}

# Names of the lists, without their ids; all lines of all lists, sorted.
list_names() {
	find lists -type f 2>/dev/null | sed 's,.*/,,; s,_[0-9a-f]\{8\}$,,' | sort
}

listed() {
	find lists -type f ! -name '.*' -exec cat {} + 2>/dev/null | sort
}

# What the lists that messages of the queue name say.
announced() {
	cat queue/2* 2>/dev/null | grep -o '"[a-z0-9_]*_filelist[^"]*"' | tr -d '"' | sort -u | while read -r name; do
		cat lists/*/"$name"
	done | sort
}

# The answer of the specification's first example.
example() {
	body <<-!
	9a1f0c1d2e3f405162738495a6b7c8d9e0f10213  AQUA_MODIS.20250611T233501.L2.SST.NRT.nc
	0123456789abcdef0123456789abcdef01234567  AQUA_MODIS.20250612T000000.L2.OC.NRT.nc
	89abcdef0123456789abcdef0123456789abcdef  AQUA_MODIS.20250612T000000.L2.SST.NRT.nc
	76543210fedcba9876543210fedcba9876543210  AQUA_MODIS.20250612T000000.L2.SST4.NRT.nc
	aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd  AQUA_MODIS.20250611T233501.L2.IOP.NRT.nc
	1111111111222222222233333333334444444444  AQUA_MODIS.20250610T101000.L2.SST.nc
	!
}

example_lines="$files/AQUA_MODIS.20250610T101000.L2.SST.nc 1111111111222222222233333333334444444444
$files/AQUA_MODIS.20250611T233501.L2.SST.NRT.nc 9a1f0c1d2e3f405162738495a6b7c8d9e0f10213
$files/AQUA_MODIS.20250612T000000.L2.OC.NRT.nc 0123456789abcdef0123456789abcdef01234567
$files/AQUA_MODIS.20250612T000000.L2.SST.NRT.nc 89abcdef0123456789abcdef0123456789abcdef
$files/AQUA_MODIS.20250612T000000.L2.SST4.NRT.nc 76543210fedcba9876543210fedcba9876543210"
