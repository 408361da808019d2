#!/bin/sh
# A line of a download list means the same to downloader, partition and dlc: each form of generate-list(5), and lines
# that are none.
. "${0%/*}/lib.sh"

name=AQUA_MODIS.20240105T031001.L2.SST.nc
nrt=AQUA_MODIS.20240105T031001.L2.SST.NRT.nc
sum=0123456789abcdef0123456789abcdef01234567
upper=0123456789ABCDEF0123456789abcdef01234567
md5=0123456789abcdef0123456789abcdef
sha256=$md5$md5
obpg=https://oceandata.sci.gsfc.nasa.gov/cgi/getfile/
tab=$(printf '\t')
cr=$(printf '\r')

# What each program makes of the line: where downloader would get it (it shows no query), the line partition writes, what dlc would list.
# Nothing: no item. "bad" and a status of 1: an item that failed.
downloader_says() {
	printf '%s\n' "$1" >line
	run downloader -n -o out <line
	got=$(printf '%s\n' "$stderr" | sed -n 's/^downloader: \(.*\) -> .*/\1/p')
	[ "$status" = 0 ] || got="bad"
	case $stderr in
	*': line 1: '*) ;;
	*) [ "$status" = 0 ] || got="status $status: $stderr" ;;
	esac
}

partition_says() {
	printf '%s\n' "$1" >line
	rm -rf root
	run partition --engine none --tokens none: --root root line
	got=$(cat root/downloader/lists/aqua_*.txt 2>/dev/null)
	case $stderr in
	*': line 1: '*"not OBPG's server"*) ;;
	*': line 1: '*) got="bad" ;;
	esac
}

dlc_says() {
	printf '%s\n' "$1" >line
	run dlc -d aqua --no-state --from-file line
	got=$stdout
	case $stderr in
	*'line 1: '*) got="bad" ;;
	esac
}

# row NAME LINE URL CHECKSUM DLC - a form: what downloader and partition take it for; dlc, which makes its URLs of names
# and wants SHA-1: "" as partition writes it, "bad", or the line it lists
row() {
	want="$3${4:+ $4}"
	downloader_says "$2"
	is "$got" "${3%\?*}" "$1: downloader"
	partition_says "$2"
	is "$got" "$want" "$1: partition"
	dlc_says "$2"
	is "$got" "${5:-$want}" "$1: dlc"
}

# older NAME LINE URL - a name of an older form: jobs cannot be made of it, dlc lists it with --pattern only
older() {
	downloader_says "$2"
	is "$got" "$3" "$1: downloader"
	partition_says "$2"
	is "$got" bad "$1: partition refuses it"
	dlc_says "$2"
	is "$got" '' "$1: dlc passes over it"
}

# none NAME LINE - nothing is in it;  bad NAME LINE - refused by all, and named
none() {
	for program in downloader partition dlc; do
		"${program}_says" "$2"
		is "$status $got" '0 ' "$1: $program"
	done
}

bad() {
	for program in downloader partition dlc; do
		"${program}_says" "$2"
		is "$got" bad "$1: $program"
	done
}

row 'URL and checksum' "$obpg$name $sum" "$obpg$name" "$sum"
row 'tab' "$obpg$name$tab$sum" "$obpg$name" "$sum"
row 'comma' "$obpg$name,$sum" "$obpg$name" "$sum"
row 'several separators' " $obpg$name $tab, $sum  " "$obpg$name" "$sum"
row 'carriage return' "$obpg$name $sum$cr" "$obpg$name" "$sum"
row 'byte order mark' "$(printf '\357\273\277')$obpg$name $sum" "$obpg$name" "$sum"
row 'text behind' "$obpg$name $sum 12345 more" "$obpg$name" "$sum"
row 'upper case' "$obpg$name $upper" "$obpg$name" "$sum"
row 'MD5' "$obpg$name $md5" "$obpg$name" "$md5" bad
row 'SHA-256' "$obpg$name $sha256" "$obpg$name" "$sha256" bad
row 'no checksum' "$obpg$name" "$obpg$name" '' bad
row 'quicklook' "$obpg$nrt $sum" "$obpg$nrt" "$sum"
row 'a bare name' "$name $sum" "$obpg$name" "$sum"
row 'a path' "/some/dir/$name $sum" "$obpg$name" "$sum"
row 'http' "http://oceandata.sci.gsfc.nasa.gov/cgi/getfile/$name $sum" "$obpg$name" "$sum"
row 'another path of the host' "https://oceandata.sci.gsfc.nasa.gov/ob/getfile/$name $sum" \
	"https://oceandata.sci.gsfc.nasa.gov/ob/getfile/$name" "$sum" "$obpg$name $sum"
row 'a query' "$obpg$name?appkey=x $sum" "$obpg$name?appkey=x" "$sum" "$obpg$name $sum"
row 'another host' "https://example.org/x/$name $sum" "https://example.org/x/$name" "$sum" bad
row 'this machine' "http://127.0.0.1:8080/$name $sum" "http://127.0.0.1:8080/$name" "$sum" bad
row 'checksum first' "$sum  $name" "$obpg$name" "$sum"
row 'checksum first, URL' "$sum  http://oceandata.sci.gsfc.nasa.gov/cgi/getfile/$name" "$obpg$name" "$sum"
row 'quotes' "\"$sum\" \"$name\"" "$obpg$name" "$sum"
row 'another suite' "$obpg$(echo "$name" | sed s/SST/SST4/) $sum" "$obpg$(echo "$name" | sed s/SST/SST4/)" "$sum"

older 'a name of 2019' "AQUA_MODIS.2019289042500.L2.SST.nc $sum" "${obpg}AQUA_MODIS.2019289042500.L2.SST.nc"
older 'a name before 2019' "A2004001002000.L2_LAC_SST.nc $sum" "${obpg}A2004001002000.L2_LAC_SST.nc"

none 'empty' ''
none 'blanks' " $tab "
none 'a comment' "# $obpg$name $sum"
none 'a comment behind blanks' "  #$obpg$name $sum"

bad 'no checksum but a word' "$obpg$name checksum"
bad 'a short checksum' "$obpg$name 0123456789abcdef"
bad 'a long checksum' "$obpg$name ${sum}0"
bad 'no hexadecimal digits' "$obpg$name g123456789abcdef0123456789abcdef01234567"
bad 'a checksum alone' "$sum"
bad 'another scheme' "ftp://oceandata.sci.gsfc.nasa.gov/$name $sum"
bad 'a password' "https://user:secret@oceandata.sci.gsfc.nasa.gov/cgi/getfile/$name $sum"
bad 'no host' "https:///$name $sum"
bad 'up the tree' "https://oceandata.sci.gsfc.nasa.gov/../cgi/getfile/$name $sum"
bad 'up the tree, no URL' "../$name $sum"
bad 'a directory' "$obpg $sum"
bad 'an encoded slash' "${obpg}x%2f$name $sum"
bad 'letters that are not ASCII' "https://oceandata.sci.gsfc.nasa.gov/$(printf '\303\244')/$name $sum"
bad 'an impossible date' "${obpg}AQUA_MODIS.20240231T031001.L2.SST.nc $sum"
bad 'an impossible time' "${obpg}AQUA_MODIS.20240105T251001.L2.SST.nc $sum"
bad 'no name of a file' "${obpg}index.html $sum"
bad 'a page' "<html><title>$name</title>"
bad 'JSON' "{\"$name\": {\"checksum\": \"$sum\"}}"
bad 'control characters' "$obpg$name$(printf '\001') $sum"
bad 'too long' "$obpg$name $sum $(printf '%04096d' 0)"

# Another product of OBPG: dlc passes it over, whoever put it into a list is told.
for other in IOP.nc L3m OC_AOP.nc; do
	file=AQUA_MODIS.20240105T031001.L2.$other
	[ "$other" != L3m ] || file=AQUA_MODIS.20240105.L3m.DAY.SST.sst.4km.nc
	dlc_says "$sum  $file"
	is "$status $got" '0 ' "$other: dlc"
	downloader_says "$sum  $file"
	is "$got" bad "$other: downloader"
done

# The lists of the programs are forms too.
dlc_says "$sum  $name"
printf '%s\n' "$stdout" >daily
run partition --engine none --tokens none: --root root2 daily
run downloader -n -o out <"$(ls root2/downloader/lists/aqua_*.txt)"
is "$status $(printf '%s\n' "$stderr" | sed -n 's/.*: \(.*\) -> .*/\1/p')" "0 $obpg$name" 'what dlc writes, partition and downloader read'
done_testing
