"""obpg.py DIR PORT_FILE LOG [REPLY] - what OBPG's server does for downloads, on the loopback interface

As serve.py, and /api/file_search answers searches for the files of DIR: sensor or sensor_id, dtype, search, sdate and
edate (the days of the data), psdate and pedate (the days the files were made), std_only, cksum, addurl and
results_as_file. Answers are those of the service, down to "No Results Found".

REPLY is a directory that may change at any time. Its file `body` is the answer instead; the words of its file `how` say
how it is given:

    status=N  after=S  type=TEXT    HTTP status, Retry-After, Content-Type
    times=N                         only the first N times (counted anew when `how` changes), then as it should be
    cut=N                           only N bytes of it, then closed, though all were announced
    reset=N                         N bytes, then a TCP reset
    close                           no length, ends by closing
    chunked, chunkcut=N             in chunks; broken off after N bytes
    sleep=S                         begin S seconds later
    to=URL                          redirect
"""

import datetime
import fnmatch
import hashlib
import os
import re
import socket
import struct
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True  # nothing is written beside the tests
import serve  # noqa: E402

PREFIX = {"aqua": "AQUA_MODIS", "terra": "TERRA_MODIS", "viirs": "SNPP_VIIRS", "viirsj1": "JPSS1_VIIRS",
          "7": "AQUA_MODIS", "8": "TERRA_MODIS", "14": "SNPP_VIIRS", "33": "JPSS1_VIIRS"}
NONE_FOUND = "No Results Found"
SUMS = {}


def sha1(path):
    """SHA-1 of a file, computed once."""
    st = os.stat(path)
    key = path, st.st_mtime_ns, st.st_size
    if key not in SUMS:
        digest = hashlib.sha1()
        with open(path, "rb") as f:
            while block := f.read(1 << 20):
                digest.update(block)
        SUMS[key] = digest.hexdigest()
    return SUMS[key]


def on(query, key):
    return query.get(key, "0") not in ("", "0")


def data_day(name):
    """The day of the data as YYYY-MM-DD, "" when the name has none."""
    m = re.match(r"[^.]*[.](\d{4})(\d\d)(\d\d)T\d{6}[.]", name)
    return "-".join(m.groups()) if m else ""


def wanted(name, path, query):
    prefix = PREFIX.get(query.get("sensor_id") or query.get("sensor"), "?")
    made = datetime.datetime.fromtimestamp(os.stat(path).st_mtime, datetime.timezone.utc).strftime("%Y-%m-%d")
    day = data_day(name)
    return (name.startswith(prefix + ".") and day != ""
            and ".%s." % query.get("dtype", "L2") in name
            and fnmatch.fnmatchcase(name, query.get("search", "*"))
            and query.get("sdate", "")[:10] <= day <= (query.get("edate", "9")[:10] or "9")
            and query.get("psdate", "")[:10] <= made <= (query.get("pedate", "9")[:10] or "9"))


def search(root, query, base):
    """The body of an answer."""
    names = sorted(n for n in os.listdir(root) if os.path.isfile(os.path.join(root, n)) and not n.startswith("."))
    names = [n for n in names if wanted(n, os.path.join(root, n), query)]
    if not names:
        return NONE_FOUND
    if on(query, "cksum"):
        lines = ["%s  %s" % (sha1(os.path.join(root, n)), n) for n in names]
    elif on(query, "addurl"):
        lines = [base + n for n in names]
    else:
        lines = names
    return "".join(line + "\n" for line in lines)


class Handler(serve.Handler):
    reply = None
    how_seen = ""
    answers = 0

    def how(self):
        """The words of REPLY/how, when they count for this answer."""
        try:
            with open(os.path.join(Handler.reply, "how")) as f:
                text = f.read()
        except (OSError, TypeError):
            return {}
        if text != Handler.how_seen:
            Handler.how_seen, Handler.answers = text, 0
        Handler.answers += 1
        how = {k: v for k, _, v in (word.partition("=") for word in text.split())}
        return how if "times" not in how or Handler.answers <= int(how["times"]) else {}

    def body(self, query):
        try:
            with open(os.path.join(Handler.reply, "body"), "rb") as f:
                return f.read()
        except (OSError, TypeError):
            base = "http://%s/cgi/getfile/" % self.headers.get("Host", "localhost")
            return search(serve.ROOT, query, base).encode()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path != "/api/file_search":
            super().do_GET()
            return
        query = dict(urllib.parse.parse_qsl(url.query))
        how = self.how()
        body = self.body(query)
        kind = "text/plain" if on(query, "results_as_file") or on(query, "cksum") else "text/html"
        time.sleep(float(how.get("sleep", 0)))
        headers = {"Content-Type": how.get("type", kind)}
        if "after" in how:
            headers["Retry-After"] = how["after"]
        if "to" in how:
            headers["Location"] = how["to"]
        if "chunked" in how or "chunkcut" in how:
            headers["Transfer-Encoding"] = "chunked"
        elif "close" in how:
            self.close_connection = True
        else:
            headers["Content-Length"] = len(body)
        self.answer(int(how.get("status", 302 if "to" in how else 200)), headers)
        if self.command == "GET":
            self.send(body, how)

    do_HEAD = do_GET

    def send(self, body, how):
        if "chunked" in how or "chunkcut" in how:
            n = int(how.get("chunkcut", len(body)))
            self.wfile.write(b"%x\r\n%s\r\n" % (n, body[:n]) if n else b"")
            self.wfile.write(b"" if "chunkcut" in how else b"0\r\n\r\n")
            self.close_connection |= "chunkcut" in how
            return
        n = int(how.get("cut", how.get("reset", len(body))))
        self.wfile.write(body[:n])
        if "reset" in how:
            self.wfile.flush()
            time.sleep(0.1)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection |= "cut" in how or "reset" in how


if __name__ == "__main__":
    Handler.reply = sys.argv[4] if len(sys.argv) > 4 else None
    serve.main(Handler, *sys.argv[1:4])
