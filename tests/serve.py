"""serve.py DIR PORT_FILE LOG - HTTP server for tests on an ephemeral port of the loopback interface

A file of DIR is at /NAME and, as OBPG has it, at /cgi/getfile/NAME. Ranges, If-Range, ETag, Last-Modified and
conditional requests work; connections are kept. LOG gets a line per request: method, path, Range or -, status.
"""

import email.utils
import hashlib
import os
import re
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = LOG = None
BLOCK = 1 << 16


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def log_request(self, code="-", size="-"):
        line = f"{self.command} {self.path} {self.headers.get('Range', '-')} {int(code)}\n"
        fd = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(fd, line.encode())
        os.close(fd)

    def find(self):
        name = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        if name.startswith("cgi/getfile/"):
            name = name[len("cgi/getfile/"):]
        path = os.path.realpath(os.path.join(ROOT, name))
        inside = path.startswith(os.path.realpath(ROOT) + os.sep)
        return path if inside and os.path.isfile(path) else None

    def byte_range(self, size, etag, modified):
        """(first, length) of a single satisfiable range, None without one, (-1, 0) when it is out of bounds."""
        m = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not m or m.group(0) == "bytes=-":
            return None
        if self.headers.get("If-Range", etag) not in (etag, modified):
            return None
        if m.group(1) == "":
            first, last = max(size - int(m.group(2)), 0), size - 1
        else:
            first, last = int(m.group(1)), min(int(m.group(2) or size - 1), size - 1)
        return (first, last - first + 1) if first <= last else (-1, 0)

    def answer(self, code, headers):
        self.send_response(code)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()

    def do_GET(self):
        path = self.find()
        if path is None:
            body = b"no such file\n"
            self.answer(404, {"Content-Length": len(body), "Content-Type": "text/plain"})
            if self.command == "GET":
                self.wfile.write(body)
            return
        with open(path, "rb") as f:
            st = os.fstat(f.fileno())
            etag = '"' + hashlib.md5(f"{st.st_mtime_ns} {st.st_size}".encode()).hexdigest() + '"'
            modified = email.utils.formatdate(int(st.st_mtime), usegmt=True)
            headers = {"ETag": etag, "Last-Modified": modified, "Accept-Ranges": "bytes"}
            self.send_file(f, st.st_size, etag, modified, headers)

    do_HEAD = do_GET

    def send_file(self, f, size, etag, modified, headers):
        if etag == self.headers.get("If-None-Match") or modified == self.headers.get("If-Modified-Since"):
            self.answer(304, headers)
            return
        part = self.byte_range(size, etag, modified)
        if part == (-1, 0):
            self.answer(416, headers | {"Content-Range": f"bytes */{size}", "Content-Length": 0})
            return
        first, length = part or (0, size)
        headers |= {"Content-Length": length, "Content-Type": "application/octet-stream"}
        if part:
            headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{size}"
        self.answer(206 if part else 200, headers)
        f.seek(first)
        while self.command == "GET" and length > 0:
            block = f.read(min(BLOCK, length))
            if not block:
                self.close_connection = True
                return
            self.wfile.write(block)
            length -= len(block)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a client that went away is not worth a trace


def main(handler, root, port_file, log):
    """Serve until the process is ended; port_file gets the port."""
    global ROOT, LOG
    ROOT, LOG = root, log
    server = Server(("127.0.0.1", 0), handler)
    with open(port_file + ".tmp", "w") as out:
        print(server.server_address[1], file=out)
    os.rename(port_file + ".tmp", port_file)
    server.serve_forever()


if __name__ == "__main__":
    main(Handler, *sys.argv[1:4])
