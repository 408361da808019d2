#!/bin/sh
# downloader: no server elsewhere sends it to a machine of the networks around it, however the address is spelled.
# Two network namespaces, ours (203.0.113.2, and some private addresses) and that of the server (203.0.113.1).
if [ -z "${OURS:-}" ] && unshare -n true 2>/dev/null; then
	OURS=1 exec unshare -n sh "$0" "$@"
fi
. "${0%/*}/lib.sh"
need ncgen openssl ip nsenter
[ -n "${OURS:-}" ] || skip_all 'network namespaces are not permitted here'
. "$top/tests/downloader-lib.sh"

fixtures
background unshare -n sleep 600
theirs=$pid
in_theirs() {
	nsenter -t "$theirs" -n "$@"
}
apart() {
	[ "$(readlink /proc/self/ns/net)" != "$(in_theirs readlink /proc/self/ns/net)" ]
}
wait_for apart
ip link add ours type veth peer name theirs netns "$theirs" 2>/dev/null || skip_all 'no pairs of interfaces here'
ip addr add 203.0.113.2/24 dev ours
for a in 10.9.9.9/32 169.254.9.9/32 fd00::9/128 fe80::9/64; do
	ip addr add "$a" dev lo
done
ip link set lo up
ip link set ours up
in_theirs ip addr add 203.0.113.1/24 dev theirs
in_theirs ip link set theirs up
printf 'subjectAltName=IP:203.0.113.1,IP:203.0.113.2,IP:10.9.9.9,IP:169.254.9.9,IP:fd00::9,IP:0.0.0.0,IP:::,IP:::1,%s\n' \
	'IP:::ffff:10.9.9.9,IP:::ffff:127.0.0.1,DNS:inner.example,DNS:localhost,IP:127.0.0.1' >ext
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x -keyout key -out cert \
	-addext "$(cat ext)" 2>/dev/null
background "$python" "$top/tests/foreign.py" cert key srv 8443
background nsenter -t "$theirs" -n "$python" "$top/tests/foreign.py" cert key srv 8443

get() {
	rm -rf o
	run downloader -o o --cacert cert --min-interval 0 --retry-base 0.1 --connect-timeout 5 "https://$1/$N1 $S1"
}
up() {
	get "203.0.113.1:8443/ok" && get "127.0.0.1:8443/ok" && [ "$status" = 0 ]
}
wait_for up
get 203.0.113.1:8443/ok
is "$status" 0 'a server elsewhere'
get 203.0.113.1:8443/to/203.0.113.1
is "$status" 0 '... may redirect to itself'
for to in 127.0.0.1 localhost 0.0.0.0 10.9.9.9 169.254.9.9 203.0.113.2 '[::1]' '[::]' '[fd00::9]' '[::ffff:10.9.9.9]' \
	'[::ffff:127.0.0.1]' 0x0a090909 10.592137; do
	get "203.0.113.1:8443/to/$to"
	is "$status $(left o)" '1 ' "a redirect to $to"
	like "$stderr" "^downloader: https://203.0.113.1:8443/to/[^ ]*: redirect to [^ ]*( \([0-9a-f.:]*\))? refused\$" '... is refused'
done
get 10.9.9.9:8443/to/127.0.0.1
is "$status" 1 'a private address is not this machine'
get 10.9.9.9:8443/to/169.254.9.9
is "$status" 0 'a server of our own network may redirect within it'
get 10.9.9.9:8443/to/203.0.113.1
is "$status" 0 '... and elsewhere'
rm -rf o
run downloader -o o --cacert cert --min-interval 0 -j 1 "https://10.9.9.9:8443/ok/$N2 $S2" \
	"https://203.0.113.1:8443/to/10.9.9.9/$N1 $S1"
is "$status" 1 'an open connection does not help'
done_testing
