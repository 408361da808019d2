"""foreign.py CERT KEY DIR PORT - an HTTPS server on all addresses of this network namespace, for tests of redirects

/ok/NAME is the file of DIR; /to/HOST/NAME is a redirect to https://HOST:PORT/ok/NAME.
"""

import http.server
import os
import socket
import ssl
import sys

CERT, KEY, DIR, PORT = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        what, *host, name = self.path[1:].split("/")
        body = b""
        if what == "to":
            self.send_response(302)
            self.send_header("Location", "https://%s:%s/ok/%s" % (host[0], PORT, name))
        else:
            with open(os.path.join(DIR, name), "rb") as f:
                body = f.read()
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6    # and IPv4 with it
    daemon_threads = True


server = Server(("::", int(PORT)), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERT, KEY)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
