"""httpd.py - a misbehaving HTTP(S) server for tests of transfers; loopback only

usage: httpd.py DIR PORTS LOG [CERT KEY [WRONGCERT WRONGKEY]]

Serves the files of DIR as /BEHAVIOUR/NAME. Writes the ports it got to PORTS as shell assignments (data, login,
other; with CERT also tls, tlslogin; with WRONGCERT also wrongtls) and one JSON object per request to LOG: time,
server, method, path, headers.

  ok            as it should be: ETag, Last-Modified, Range, If-Range
  weak          the same with a weak ETag and no Last-Modified
  plain         no length, ends by closing            chunked     good chunks
  slow, slow-N  1.5 MB/s (the first N times)          disposition hostile Content-Disposition
  truncate      half the body, then closed            truncate-N  ... the first N times
  short         Content-Length of half the body       long        Content-Length 100 more, connection kept open
  stall, reset  after half the body                   mute, cut   nothing, closed before any answer
  loris         one header byte at a time             drip        one body byte at a time
  endless       chunks for ever                       flood       no length, for ever
  chunkbad      broken chunk size                     chunkcut    closed between chunks
  zero, zerochunk, nocontent                          badlength   Content-Length: abc
  wrong         one byte flipped                      wrong-N     ... the first N times
  html, html-N  200 text/html                         plainhtml   HTML as application/octet-stream
  status-S[-N[-AFTER]]  status S (the first N times), Retry-After: AFTER
  past-N        status 503 the first N times, Retry-After: 3 seconds ago, by a clock that is a minute slow
  two           status 429 while two others are sent; else the file, for a tenth of a second
  loop, hops-N  redirects without end, N redirects    nowhere     302 without Location
  downgrade     302 to http                           file        302 to file:///etc/passwd
  other         302 to the other server               nothttp     garbage instead of an answer
  norange       Range ignored  badrange  another part than asked for   range416  416 for every Range
  header-N      a header of 400 KB the first N times  cookies-N   a thousand cookies of 4 KB
  refuse-S      status S and a JSON object that says why and where that is resolved
  closed        redirects to a page that says there is maintenance
  gzip          sent as gzip though nobody asked      zzip        Content-Encoding: zzip
  oauth         redirects to the login server, which wants user:secret, and back; then a cookie.
                new:secret has not approved the application
  page          redirects to the login server, which shows a page
"""

import base64
import email.utils
import gzip
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

COUNTS = {}
LOCK = threading.Lock()
PORTS = {}
LOG = None
ROOT = "."
BASIC = "Basic " + base64.b64encode(b"user:secret").decode()
PAGE = b"<!DOCTYPE html><html><body>Earthdata Login</body></html>\n"


def count(key):
    """How often key was asked for, this time included."""
    with LOCK:
        COUNTS[key] = COUNTS.get(key, 0) + 1
        return COUNTS[key]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def log_message(self, *args):
        pass

    def note(self):
        entry = {"time": time.time(), "server": self.server.label, "method": self.command, "path": self.path,
                 "headers": {k.lower(): v for k, v in self.headers.items()}}
        with LOCK:
            LOG.write(json.dumps(entry) + "\n")
            LOG.flush()

    # ---- pieces of answers ----

    def begin(self, status, headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()

    def reply(self, status, body=b"", **headers):
        fields = {k.replace("_", "-"): v for k, v in headers.items()}
        self.begin(status, {"Content-Length": str(len(body)), **fields})
        self.wfile.write(body)

    def redirect(self, to, **headers):
        self.reply(302, b"moved\n", Location=to, **headers)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def hang_up(self, reset=False):
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        if not reset:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.connection.close()

    def url(self, server, path):
        host = "localhost" if "login" in server else "127.0.0.1"
        scheme = "https" if server.startswith("tls") else "http"
        return "%s://%s:%d%s" % (scheme, host, PORTS[server], path)

    # ---- dispatch ----

    def do_GET(self):
        self.note()
        path = urllib.parse.urlsplit(self.path)
        if "login" in self.server.label:
            self.login_server(path)
            return
        parts = path.path.split("/")
        if parts[1] == "cgi" and len(parts) == 4:
            parts[1:3] = ["ok"]
        if len(parts) != 3:
            self.reply(404, b"no\n")
            return
        what, *args = parts[1].split("-")
        self.name = parts[2]
        try:
            with open(os.path.join(ROOT, os.path.basename(self.name)), "rb") as f:
                self.body = f.read()
        except OSError:
            self.reply(404, b"not here\n", Content_Type="text/html")
            return
        getattr(self, "x_" + what, self.x_unknown)(args)

    def x_unknown(self, args):
        self.reply(404, b"no such behaviour\n")

    # ---- proper answers ----

    def x_ok(self, args, pace=None, ranges=True, weak=False, **extra):
        body = self.body
        etag = '%s"%x"' % ("W/" if weak else "", len(body))
        modified = "Tue, 24 Jan 2023 20:15:00 GMT"
        headers = {"ETag": etag, "Content-Type": "application/x-netcdf", **extra}
        if not weak:
            headers["Last-Modified"] = modified
        wanted = self.headers.get("Range")
        status, start = 200, 0
        if wanted and ranges and self.headers.get("If-Range", etag) in (etag, modified):
            start = int(wanted[6:].split("-")[0])
            if start >= len(body):
                self.reply(416, b"", Content_Range="bytes */%d" % len(body))
                return
            status = 206
            headers["Content-Range"] = "bytes %d-%d/%d" % (start, len(body) - 1, len(body))
        headers["Content-Length"] = str(len(body) - start)
        self.begin(status, headers)
        if self.command == "HEAD":
            return
        if not pace:
            self.wfile.write(body[start:])
            return
        for i in range(start, len(body), pace // 20):
            self.wfile.write(body[i:i + pace // 20])
            time.sleep(0.05)

    def x_weak(self, args):
        self.x_ok(args, weak=True)

    def x_slow(self, args):
        self.x_ok(args, pace=1500000 if self.times(args) else None)

    def x_norange(self, args):
        if count(self.path) == 1:
            self.x_truncate([])
        else:
            self.x_ok(args, ranges=False)

    def x_disposition(self, args):
        self.x_ok(args, **{"Content-Disposition": 'attachment; filename="../../evil.nc"'})

    def x_plain(self, args):
        self.begin(200, {"Connection": "close"})
        self.wfile.write(self.body)
        self.hang_up()

    def x_chunked(self, args):
        self.begin(200, {"Transfer-Encoding": "chunked"})
        for i in range(0, len(self.body), 1000):
            self.chunk(self.body[i:i + 1000])
        self.chunk(b"")

    # ---- broken bodies ----

    def half(self, length=None, **headers):
        n = len(self.body)
        self.begin(200, {"Content-Length": str(n if length is None else length), "ETag": '"%x"' % n,
                         **headers})
        self.wfile.write(self.body[:n // 2])

    def times(self, args):
        """Whether to misbehave: always, or the first N times."""
        return not args or count(self.path) <= int(args[0])

    def x_truncate(self, args):
        if not self.times(args):
            self.x_ok([])
            return
        self.half()
        self.hang_up()

    def x_short(self, args):
        self.begin(200, {"Content-Length": str(len(self.body) // 2)})
        self.wfile.write(self.body)
        self.close_connection = True

    def x_long(self, args):
        self.begin(200, {"Content-Length": str(len(self.body) + 100)})
        self.wfile.write(self.body)
        time.sleep(20)

    def x_stall(self, args):
        if not self.times(args):
            self.x_ok([])
            return
        self.half()
        time.sleep(20)

    def x_reset(self, args):
        if not self.times(args):
            self.x_ok([])
            return
        self.half()
        time.sleep(0.05)
        self.hang_up(reset=True)

    def x_mute(self, args):
        time.sleep(20)

    def x_cut(self, args):
        self.hang_up(reset=bool(args))

    def drip(self, data):
        try:
            for i in range(len(data)):
                self.wfile.write(data[i:i + 1])
                time.sleep(0.1)
        except OSError:
            self.close_connection = True

    def x_loris(self, args):
        self.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 184\r\n" + b"X: y\r\n" * 100)

    def x_drip(self, args):
        self.begin(200, {"Content-Length": str(len(self.body))})
        self.drip(self.body)

    def x_endless(self, args):
        self.begin(200, {"Transfer-Encoding": "chunked"})
        while True:
            self.chunk(b"x" * 65536)

    def x_flood(self, args):
        self.begin(200, {"Connection": "close"})
        while True:
            self.wfile.write(b"x" * 65536)

    def x_chunkbad(self, args):
        self.begin(200, {"Transfer-Encoding": "chunked"})
        self.chunk(self.body[:50])
        self.wfile.write(b"zz\r\nwhat\r\n")
        self.hang_up()

    def x_chunkcut(self, args):
        if not self.times(args):
            self.x_ok([])
            return
        self.begin(200, {"Transfer-Encoding": "chunked"})
        self.chunk(self.body[:50])
        self.hang_up()

    def x_zero(self, args):
        self.reply(200)

    def x_zerochunk(self, args):
        self.begin(200, {"Transfer-Encoding": "chunked"})
        self.chunk(b"")

    def x_nocontent(self, args):
        self.begin(204, {})

    def x_badlength(self, args):
        self.begin(200, {"Content-Length": "abc"})
        self.wfile.write(self.body)
        self.hang_up()

    def x_wrong(self, args):
        if self.times(args):
            self.body = self.body[:100] + bytes([self.body[100] ^ 1]) + self.body[101:]
        self.x_ok([])

    def x_html(self, args):
        if self.times(args):
            self.reply(200, PAGE, Content_Type="text/html; charset=utf-8")
        else:
            self.x_ok([])

    def x_plainhtml(self, args):
        self.reply(200, PAGE, Content_Type="application/octet-stream")

    def x_nothttp(self, args):
        self.wfile.write(b"220 mail ready\r\n\r\n")
        self.hang_up()

    # ---- statuses and redirects ----

    def x_status(self, args):
        if not self.times(args[1:2]):
            self.x_ok([])
            return
        headers = {"Retry_After": args[2]} if len(args) > 2 else {}
        self.reply(int(args[0]), b"no\n", Content_Type="text/html", **headers)

    def x_header(self, args):
        self.x_ok([], **({"X-Big": "x" * 400000} if self.times(args) else {}))

    def x_cookies(self, args):
        if not self.times(args):
            self.x_ok([])
            return
        self.send_response(200)
        for i in range(1000):
            self.send_header("Set-Cookie", "c%d=%s" % (i, "x" * 4000))
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def x_refuse(self, args):
        self.reply(int(args[0]), b'{"status_code":403,"error":"EULA Acceptance Failure","resolution_url":'
                   b'"https://urs.example/approve_app?client_id=1"}', Content_Type="application/json")

    def x_closed(self, args):
        if args:
            self.reply(200, b"<html>The <b>systems</b> are down for\nweekly maintenance</html>", Content_Type="text/html")
        else:
            self.redirect("/closed-now/" + self.name)

    def x_gzip(self, args):
        self.reply(200, gzip.compress(self.body), Content_Encoding="gzip", ETag='"x"', Content_Type="application/x-netcdf")

    def x_zzip(self, args):
        self.reply(200, self.body, Content_Encoding="zzip")

    def x_past(self, args):
        if not self.times(args):
            self.x_ok([])
            return
        self.send_response_only(503)
        for key, ago in ("Date", 60), ("Retry-After", 63):
            self.send_header(key, email.utils.formatdate(time.time() - ago, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def x_two(self, args):
        with LOCK:
            busy = COUNTS.get("two", 0)
            if busy < 2:
                COUNTS["two"] = busy + 1
        if busy >= 2:
            self.reply(429, b"slow down\n", Retry_After="0")
            return
        time.sleep(0.1)
        self.x_ok([])
        with LOCK:
            COUNTS["two"] -= 1

    def x_loop(self, args):
        self.redirect("/loop/%s" % self.name)

    def x_hops(self, args):
        n = int(args[0])
        self.redirect("/hops-%d/%s" % (n - 1, self.name) if n > 1 else "/ok/" + self.name)

    def x_nowhere(self, args):
        self.reply(302, b"?")

    def x_downgrade(self, args):
        self.redirect(self.url("data", "/ok/" + self.name))

    def x_file(self, args):
        self.redirect("file:///etc/passwd")

    def x_other(self, args):
        self.redirect(self.url("other", "/ok/" + self.name))

    def x_badrange(self, args):
        if "Range" not in self.headers:
            if count(self.path) == 1:
                self.x_truncate([])
            else:
                self.x_ok([])
            return
        n = len(self.body)
        self.reply(206, self.body[1:], Content_Range="bytes 1-%d/%d" % (n - 1, n))

    def x_range416(self, args):
        if "Range" in self.headers:
            self.reply(416)
        elif count(self.path) == 1:
            self.x_truncate([])
        else:
            self.x_ok([])

    # ---- login ----

    def x_oauth(self, args):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if "session=good" in self.headers.get("Cookie", ""):
            self.x_ok([])
        elif query.get("code") == ["c0de"]:
            self.redirect("/oauth/" + self.name, Set_Cookie="session=good; Path=/")
        else:
            login = "tlslogin" if self.server.label.startswith("tls") else "login"
            back = self.url(self.server.label, "/oauth/" + self.name)
            self.redirect(self.url(login, "/oauth/authorize?" + urllib.parse.urlencode({"redirect_uri": back})))

    def x_page(self, args):
        self.redirect(self.url("login", "/page"))

    def login_server(self, path):
        if path.path == "/page":
            self.reply(200, PAGE, Content_Type="text/html")
        elif self.headers.get("Authorization") == "Basic " + base64.b64encode(b"new:secret").decode():
            self.reply(200, b"<html><head>\n<title>\n Approve\tOceanData\x1b[2J &c </title></head><body>...", Content_Type="text/html")
        elif self.headers.get("Authorization") == BASIC:
            back = urllib.parse.parse_qs(path.query)["redirect_uri"][0]
            self.redirect(back + "?code=c0de", Set_Cookie="edl=yes; Path=/")
        else:
            self.reply(401, PAGE, Content_Type="text/html", WWW_Authenticate='Basic realm="login"')

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    context = None

    def finish_request(self, request, client_address):
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


def start(label, cert=None, key=None):
    server = Server(("127.0.0.1", 0), Handler)
    server.label = label
    if cert:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(cert, key)
    PORTS[label] = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()


def main():
    global LOG, ROOT
    ROOT, ports, log, *certs = sys.argv[1:]
    LOG = open(log, "a", encoding="ascii")
    for label in "data", "login", "other":
        start(label)
    if certs:
        start("tls", *certs[:2])
        start("tlslogin", *certs[:2])
    if len(certs) > 2:
        start("wrongtls", *certs[2:4])
    with open(ports + ".tmp", "w", encoding="ascii") as f:
        for label, port in PORTS.items():
            f.write("%s=%d\n" % (label, port))
    os.rename(ports + ".tmp", ports)


main()
