#!/bin/sh
# downloader: every way a server can misbehave ends in the right verdict: the file, or no file and the reason.
. "${0%/*}/lib.sh"
need ncgen
. "$top/tests/downloader-lib.sh"

fixtures
big AQUA_MODIS.20230124T220000.L2.SST.nc 3000
B=AQUA_MODIS.20230124T220000.L2.SST.nc
SB=$(sha1 "srv/$B")
misbehave

# try BEHAVIOUR [OPTION...] - one file from there, into o
try() {
	what=$1
	shift
	rm -rf o
	forget
	# shellcheck disable=SC2086
	run downloader -o o $fast "$@" "$H/$what/$N1 $S1"
}

good() {
	try "$@"
	is "$status $stdout $(left o) $(sha1 "o/$N1")" "0 o/$N1 $N1 $S1" "$1: the file"
}

# bad STATUS REQUESTS MESSAGE BEHAVIOUR... - no file, that many requests, one line that says why
bad() {
	want="$1 $2"
	message=$3
	shift 3
	try "$@"
	is "$status $(asked .) $(printf '%s\n' "$stderr" | wc -l)" "$want 1" "$1: status, requests, one line"
	like "$stderr" "^downloader: .*$message" '... which says why'
	is "$stdout$(find o -name 'AQUA*' 2>/dev/null)" '' '... and no file'
}

good ok
good plain
good chunked
good disposition
good hops-5
good other

# what is repeated, and how often
good truncate-1
good reset-1
good stall-1
good chunkcut-1
good wrong-1
good wrong-2
good status-500-2
good norange
good badrange
good range416
good html-1
start=$(date +%s%N)
good status-503-1-1
[ $(($(date +%s%N) - start)) -ge 1000000000 ]
ok $? 'Retry-After is waited for'
waits() {
	"$python" -c '
import json, sys
t = [json.loads(line)["time"] for line in open("requests")]
w = [b - a for a, b in zip(t, t[1:])]
print(max(w) > float(sys.argv[1]))' "$1"
}
for what in status-429-7-0 past-7; do
	try "$what" --retries 7 --retry-base 0.1
	is "$status $(asked .) $(waits 0.1)" '0 8 True' "$what: Retry-After now, or in the past: the waits grow all the same"
done
rm -rf o
forget
i=10
while [ $i -lt 50 ]; do
	ln "srv/$N1" "srv/AQUA_MODIS.20230125T22${i}00.L2.SST.nc"
	echo "$H/two/AQUA_MODIS.20230125T22${i}00.L2.SST.nc $S1"
	i=$((i + 1))
done >forty
run downloader -j 16 --retry-base 0.2 -o o <forty
is "$status $(printf '%s\n' "$stdout" | grep -c AQUA)" '0 40' '16 workers get 40 files of a server that bears two at a time'
[ "$(asked .)" -lt 120 ]
ok $? '... because fewer are at work'
theirs="/$N1: [A-Za-z]"	# a reason in libcurl's words, which change
bad 3 3 "$theirs" truncate
bad 3 3 "$theirs" reset
bad 3 3 "$theirs" chunkcut
bad 3 3 "$theirs" chunkbad
bad 3 3 "$theirs" cut
bad 3 3 'no data for 1 s' stall
bad 3 3 'no data for 1 s' mute
bad 3 3 'no data for 1 s' long
bad 3 3 "$theirs" badlength
bad 3 3 "$theirs" nothttp
bad 3 3 'HTTP 500$' status-500
bad 3 3 'HTTP 503$' status-503
bad 3 3 'HTTP 429$' status-429
bad 1 3 "$N1: HTTP 404\$" status-404
bad 1 3 'HTTP 410$' status-410
bad 1 3 'wrong checksum: [0-9a-f]{40}, listed is' wrong
bad 1 3 'wrong checksum' short
bad 1 3 'wrong checksum' plainhtml
bad 1 3 'empty file' zero
bad 1 3 'empty file' zerochunk
good header-1
good cookies-1
bad 3 3 'a header of the answer is too long$' header
rm -rf o
run downloader -o o --retry-base 0.01 --retries 1 "http://127.0.0.1:1/$N1 $S1"
is "$status" 3 'nobody listens'
like "$stderr" "http://127.0.0.1:1/$N1: .*: Connection refused\$" '... the message has the reason of the call that failed'
bad 3 1 "$theirs" drip --max-time-per-file 1 --retries 0
bad 3 1 'no data for 1 s' loris --retries 0

# what is not
bad 1 1 'HTTP 403$' status-403
bad 1 1 'HTTP 400$' status-400
bad 1 1 'HTTP 204$' nocontent
bad 1 1 'larger than 20000000 bytes' endless --max-size 20
bad 1 1 'larger than 20000000 bytes' flood --max-size 20
bad 1 21 'more than 20 redirects' loop
bad 1 21 'more than 20 redirects' hops-40
bad 1 1 'without a place to go' nowhere
bad 1 1 'redirect to file:///etc/passwd refused' file

# the listed checksum is no SHA-1 of the file there: it stays
rm -rf o
mkdir o
cp "srv/$N1" o
# shellcheck disable=SC2086
run downloader -o o $fast "$H/wrong/$N1 $S2"
is "$status $(sha1 "o/$N1")" "1 $S1" 'a file that was there survives a failed download'

# other checksums
rm -rf o
run downloader -o o --json "$H/ok/$N1 $(md5 "srv/$N1")"
is "$status $(left o)" "0 $N1" 'MD5 by its length'
like "$stdout" "\"sha1\":null,.*\"md5\":\"$(md5 "srv/$N1")\"" '... in --json too'
run downloader -o o --force "$H/ok/$N1 $(sha256sum "srv/$N1" | cut -c 1-64)"
is "$status" 0 'SHA-256 by its length'

# ---- resume ----

range() {
	"$python" -c '
import json
for line in open("requests"):
    h = json.loads(line)["headers"]
    print(h.get("range", "-"), h.get("if-range", "-"))'
}
size=$(stat -c %s "srv/$B")
rm -rf o
forget
C=AQUA_MODIS.20230124T221000.L2.SST.nc
ln "srv/$B" "srv/$C"
mkfifo two
(echo "$H/range416/$B $SB" && sleep 0.5 && echo "$H/range416/$C $SB") >two &
# shellcheck disable=SC2086
run downloader -o o $fast <two
is "$status $(asked range416) $(range | grep -c bytes)" '0 5 1' 'a host that refuses a part is asked for one once'
rm -rf o
forget
# shellcheck disable=SC2086
run downloader -o o $fast "$H/truncate-1/$B $SB"
is "$status $(sha1 "o/$B")" "0 $SB" 'a body cut in the middle is continued'
is "$(range)" "- -
bytes=$((size / 2))- \"$(printf %x "$size")\"" '... with Range and If-Range'
rm -rf o
run downloader -o o --retries 0 "$H/truncate-1/$B?again $SB"
is "$status" 3 'given up ...'
is "$(left o)" ".$B.part .$B.resume" '... what there is stays, hidden'
forget
run downloader -o o "$H/truncate-1/$B?again $SB"
is "$status $(range)" "0 bytes=$((size / 2))- \"$(printf %x "$size")\"" '... and is continued by the next run'

resume() {
	rm -rf o
	mkdir o
	head -c "$1" "srv/$B" >"o/.$B.part"
	printf 'url %s\nchecksum %s\netag %s\nlength %s\nend\n' "$H/ok/$B" "$SB" "$2" "$size" >"o/.$B.resume"
	${3:-:} "o/.$B.part"
	forget
	run downloader -o o --retry-base 0.01 "$H/ok/$B $SB"
	is "$status $(left o) $(sha1 "o/$B")" "0 $B $SB" "$4"
}
flip() {
	printf 'x' | dd of="$1" bs=1 seek=1000 conv=notrunc 2>/dev/null
}
etag="\"$(printf %x "$size")\""
resume 1000000 "$etag" : 'continued from an earlier run'
is "$(range)" "bytes=1000000- $etag" '... where it ended'
resume "$size" "$etag" : 'the earlier run had it all'
is "$(asked .)" 0 '... so nothing is asked for'
resume 1000000 '"old"' : 'another version on the server now'
is "$(range)" 'bytes=1000000- "old"' '... which sends all of it'
resume 1000000 "$etag" flip 'the earlier part was damaged'
is "$(range)" "bytes=1000000- $etag
- -" '... which the checksum shows, and all is fetched'
resume "$size" "$etag" flip 'all there, but damaged'
is "$(range)" '- -' '... fetched anew'
rm -rf o
mkdir o
head -c 1000 "srv/$B" >"o/.$B.part"
echo torn >"o/.$B.resume"
forget
run downloader -o o "$H/ok/$B $SB"
is "$status $(range) $(left o)" "0 - - $B" 'a torn side file: begun anew'
rm -rf o
mkdir o
head -c 1000 "srv/$B" >"o/.$B.part"
printf 'url %s\nchecksum %s\netag %s\nlength 5\nend\n' "$H/ok/$B" '' "$etag" >"o/.$B.resume"
forget
run downloader -o o "$H/ok/$B"
is "$status $(range) $(left o)" "0 - - $B" 'without a checksum nothing of an earlier run is trusted'

# ---- Earthdata Login ----

login() {
	rm -rf o
	forget
	run downloader -o o --login-host "http://localhost:$login" --retry-base 0.01 -v "$@" \
	    "$H/oauth/$N1 $S1" "$H/oauth/$N2 $S2"
}
authorized() {
	"$python" -c '
import json
for line in open("requests"):
    e = json.loads(line)
    if "authorization" in e["headers"]:
        print(e["server"])' | sort | uniq -c | sed 's/^ *//'
}
(
	export EDL_USERNAME=user EDL_PASSWORD=secret
	login
	echo "$status $(left o)"
	authorized
	printf '%s' "$stderr" | grep -c 'secret\|dXNlcjpzZWNyZXQ' || :
) >got
is "$(cat got)" "0 $N1 $F2
1 login
0" 'credentials of the environment: one login for two files, to the login host only, never shown'
EDL_USERNAME=user EDL_PASSWORD=wrong login
is "$status $(authorized) $(left o)" '3 2 login ' 'a wrong password is tried twice, not once a file'
like "$stderr" '^downloader: authentication failed: localhost: refused the credentials \(HTTP 401\): Earthdata Login; the run is stopped; check EDL_USERNAME' \
    '... and ends the run with a message one cannot miss'
unlike "$stderr" 'wrong' '... without the password'
login
is "$status $(authorized)" '3 ' 'no credentials'
like "$stderr" '^downloader: authentication failed: localhost: asks for credentials and there are none' '... says the message'
EDL_USERNAME=user login
is "$status $(asked .)" '2 0' 'half of the credentials are wrong usage'
cat >netrc <<!
# machine localhost login x password x
machine other.host
	login x password y
macdef init
	machine localhost login no password no

machine localhost login user password "secret"
default login z password z
!
login --netrc netrc
is "$status $(left o)" "0 $N1 $F2" '--netrc'
NETRC=netrc login
is "$status $(left o)" "0 $N1 $F2" 'NETRC'
cp netrc "$HOME/.netrc"
login
is "$status $(left o)" "0 $N1 $F2" '.netrc in the home directory'
EDL_USERNAME=user EDL_PASSWORD=wrong login
is "$status" 3 'the environment is stronger than ~/.netrc'
EDL_USERNAME=user EDL_PASSWORD=wrong login --netrc netrc
is "$status" 0 '--netrc is stronger than the environment'
login --netrc none
is "$status" 2 'a netrc file that is not there is wrong usage'
rm "$HOME/.netrc"
rm -rf o
forget
EDL_USERNAME=user EDL_PASSWORD=secret run downloader -o o --login-host "http://localhost:$other" "$H/oauth/$N1 $S1"
is "$(authorized)" '' 'a host that is not the login host never gets them'
EDL_USERNAME=user EDL_PASSWORD=secret run downloader -o o --login-host "http://localhost:$login" "$H/other/$N1 $S1"
is "$status $(authorized)" '0 ' '... nor does the target of a redirect'
run downloader -o o --login-host http://example.org "$H/ok/$N1 $S1"
is "$status" 2 'a login host over plain http is refused'

for what in html page status-401; do
	rm -rf o
	forget
	EDL_USERNAME=user EDL_PASSWORD=secret run downloader -o o -j 2 --login-host "http://localhost:$login" \
	    --failed failed "$H/$what/$N1 $S1" "$H/$what/$N2 $S2" "$H/ok/$B $SB" "$H/ok/$N2 $S2"
	is "$status $(left o | sed "s/ *$B//; s/ *$F2//")" '3 ' "$what: an authentication failure"
	like "$stderr" '^downloader: authentication failed: .*the run is stopped' '... that says so'
	is "$(sed -n "\\,/$what/$N1,p" failed)" "$H/$what/$N1 $S1" '... and keeps the line'
done
# what the server says, and advice that fits
EDL_USERNAME=new EDL_PASSWORD=secret login
is "$status $(authorized) $(left o)" '3 2 login ' 'the application is not approved'
like "$stderr" '^downloader: authentication failed: localhost: took the credentials and shows a page instead of letting us in: Approve OceanData \[2J &c; the run is stopped; log in there with a browser, approve' \
    '... says the page, and the advice is to do so'
unlike "$stderr" EDL_USERNAME '... not about the password'
bad 1 1 'HTTP 403: EULA Acceptance Failure; see https://urs.example/approve_app\?client_id=1$' refuse-403
bad 3 3 'HTTP 503: EULA' refuse-503
rm -rf o
EDL_USERNAME=user EDL_PASSWORD=secret run downloader -o o "$H/closed/$N1 $S1"
is "$status" 3 'a maintenance page ends the run'
like "$stderr" "^downloader: $H/closed/$N1: the server sends an HTML page instead of the file: The systems are down for weekly maintenance; the run is stopped; try again later" \
    '... says so, and does not speak of passwords'

# a body that is sent encoded though nobody asked
good gzip
rm -rf o
run downloader -o o --json "$H/gzip/$N1"
is "$status $(sha1 "o/$N1")" "0 $S1" '... without a checksum too'
bad 3 3 'Content-Encoding zzip, which was not asked for' zzip

rm -rf o
for i in 1 2 3 4 5 6 7 8 9; do
	echo "$H/status-403/AQUA_MODIS.20230124T22${i}000.L2.SST.nc $S1"
done | sed 's/T22\(.\)0/T220\1/' >refused
sed 's/.*\(AQUA.*nc\) .*/\1/' refused | while read -r f; do
	ln "srv/$N1" "srv/$f" 2>/dev/null
done
forget
run downloader -o o -j 1 <refused
is "$status $(asked .)" '3 4' 'four refusals in a row end the run'
like "$stderr" 'authentication failed: .*HTTP 403, the 4th refusal in a row' '... with the reason'
done_testing
