#!/bin/sh
# downloader: https only, certificates verified, no way down to http, credentials over TLS to one host.
. "${0%/*}/lib.sh"
need ncgen openssl
. "$top/tests/downloader-lib.sh"

fixtures

# ca NAME - a certificate authority; cert CA NAME HOSTS - a server's certificate of it
ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" \
	    -out "$1.pem" 2>/dev/null
}
cert() {
	printf 'subjectAltName=%s\n' "$3" >"$2.ext"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$2.key" -out "$2.csr" \
	    2>/dev/null
	openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" -CAcreateserial -days 2 -extfile "$2.ext" \
	    -out "$2.pem" 2>/dev/null
}
ca good
ca evil
cert good server DNS:localhost,IP:127.0.0.1
cert good elsewhere DNS:example.org
misbehave server.pem server.key elsewhere.pem elsewhere.key
T=https://127.0.0.1:$tls

get() {
	rm -rf o
	forget
	run downloader -o o --retry-base 0.01 --retries 1 "$@"
}

get --cacert good.pem "$T/ok/$N1 $S1"
is "$status $(left o)" "0 $N1" 'a certificate of a trusted authority'
get "$T/ok/$N1 $S1"
is "$status $(asked .) $(left o)" '3 0 ' 'one of an authority nobody knows: no request'
like "$stderr" "^downloader: $T/ok/$N1: [A-Za-z]" '... and the message has a reason'
is "$(printf '%s\n' "$stderr" | wc -l)" 1 '... once'
get --cacert evil.pem "$T/ok/$N1 $S1"
is "$status $(asked .)" '3 0' 'one of another authority'
get --cacert good.pem "https://127.0.0.1:$wrongtls/ok/$N1 $S1"
is "$status $(asked .)" '3 0' 'one for another host'
get --cacert good.pem "https://127.0.0.1:$data/ok/$N1 $S1"
is "$status" 3 'a server that does not speak TLS'
get --cacert good.pem "$T/downgrade/$N1 $S1"
is "$status $(left o)" '1 ' 'a redirect from https to http is not followed, not even on this machine'
is "$(asked '"server": "data"')" 0 '... not one request'
like "$stderr" "^downloader: $T/downgrade/$N1: redirect to $H/ok/$N1 refused\$" '... and the message tells'
get "http://example.invalid/$N1 $S1"
is "$status" 3 'http elsewhere becomes https'
like "$stderr" '^downloader: https://example.invalid/' '... as the message shows'

export EDL_USERNAME=user EDL_PASSWORD=secret
get --cacert good.pem --login-host "https://localhost:$tlslogin" "$T/oauth/$N1 $S1" "$T/oauth/$N2 $S2"
is "$status $(left o)" "0 $N1 $F2" 'Earthdata Login over TLS'
is "$(grep -c authorization requests) $(grep authorization requests | grep -c '"server": "tlslogin"')" '1 1' \
    '... which alone got the credentials'
is "$(grep -c 'session=good' requests)" 2 '... and the cookie does for the files'
get --cacert good.pem --login-host "localhost:$login" "$T/oauth/$N1 $S1"
is "$(asked authorization)" 0 'another port is another host'
done_testing
