"""A web server of images for tests, on a free port of the loopback.

    image_server.py FOLDER LOG [--tls]

Prints the port. The first part of a path is the behaviour, the rest a file of FOLDER. Each request
is a line in LOG: method, path and range.
"""

import hashlib
import http.server
import os
import ssl
import sys
import tempfile
import threading
import time

FOLDER, LOG = sys.argv[1:3]
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUbHxC1dHROrq7WyZR1GfTaYLfBDgwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLaW1hZ2VzLnRlc3QwIBcNMjYxMTMwMDk0NjA1WhgPMjEyNjEx
MDYwOTQ2MDVaMBYxFDASBgNVBAMMC2ltYWdlcy50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEmcT7oYe51U3VSODPayG09qElbJEbYSyxj3T3p51yasHwEwoH
UxJE99zGdAY6Vx4cqoZdm78G6vGFjilqVUheiKNxMG8wHQYDVR0OBBYEFBWdPkpv
8CAJ7lUpFNOwuzNLjz5BMB8GA1UdIwQYMBaAFBWdPkpv8CAJ7lUpFNOwuzNLjz5B
MA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4ILaW1hZ2VzLnRlc3SHBH8AAAEw
CgYIKoZIzj0EAwIDSAAwRQIgJdCLI8Wj4/sxl00QlejSCJQDW5hVmYg5dAfPU406
wwQCIQC7aU2jUw6dJknUaZujUbJ8dt5ivI6ufbeCOqQETan8Og==
-----END CERTIFICATE-----
"""
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjiAuU/ycEbP3sH95
kcJvIVS1fm6ztk4D0C6Z9XR3cjmhRANCAASZxPuhh7nVTdVI4M9rIbT2oSVskRth
LLGPdPennXJqwfATCgdTEkT33MZ0BjpXHhyqhl2bvwbq8YWOKWpVSF6I
-----END PRIVATE KEY-----
"""

lock = threading.Lock()
counts = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, sends):
        path = self.path.split("?")[0]
        # A proxy is asked for a whole address.
        if path.startswith("http://"):
            path = "/" + path.split("/", 3)[3]
        with lock, open(LOG, "a") as log:
            log.write(f"{self.command} {path} {self.headers.get('Range', '-')}\n")
            key = (self.command, path)
            counts[key] = counts.get(key, 0) + 1
            number = counts[key]
        behaviour, _, name = path[1:].partition("/")
        try:
            getattr(self, "on_" + behaviour.replace("-", "_"))(name, sends, number)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def content(self, name):
        with open(os.path.join(FOLDER, name), "rb") as file:
            return file.read()

    def head(self, status, headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, str(value))
        self.end_headers()

    def simple(self, status, body=b"", kind="text/plain", sends=True, **headers):
        self.head(status, {"Content-Type": kind, "Content-Length": len(body), **headers})
        if sends:
            self.wfile.write(body)

    def file(self, name, sends, write=None, validators=True):
        if not os.path.isfile(os.path.join(FOLDER, name)):
            return self.simple(404, b"not here", sends=sends)
        content = self.content(name)
        tag = '"' + hashlib.sha256(content).hexdigest()[:16] + '"'
        headers = {"Content-Type": "application/octet-stream"}
        if validators:
            headers["ETag"] = tag
        wanted, status, start = self.headers.get("Range"), 200, 0
        if wanted and self.headers.get("If-Range") == tag:
            start, status = int(wanted.removeprefix("bytes=").split("-")[0]), 206
            if start >= len(content):
                return self.simple(416, **{"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        headers["Content-Length"] = len(content) - start
        self.head(status, headers)
        if sends:
            (write or self.wfile.write)(content[start:])

    def on_plain(self, name, sends, number):
        self.file(name, sends)

    def on_unvalidated(self, name, sends, number):
        self.file(name, sends, validators=False)

    def half(self, content):
        self.wfile.write(content[: (len(content) + 1) // 2])
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)

    def on_cut(self, name, sends, number):
        self.file(name, sends, self.half if number == 1 else None)

    def on_cut_twice(self, name, sends, number):
        self.file(name, sends, self.half if number <= 2 else None)

    def on_always_cut(self, name, sends, number):
        def nothing(content):
            self.close_connection = True
            self.connection.shutdown(2)

        self.file(name, sends, self.half if number == 1 else nothing)

    def on_slow(self, name, sends, number):
        def write(content):
            for start in range(0, len(content), 65536):
                self.wfile.write(content[start : start + 65536])
                self.wfile.flush()
                time.sleep(0.05)

        self.file(name, sends, write)

    def on_hold(self, name, sends, number):
        def write(content):
            self.wfile.write(content[: (len(content) + 1) // 2])
            self.wfile.flush()
            time.sleep(600)

        self.file(name, sends, write if number == 1 else None)

    def on_stall(self, name, sends, number):
        def write(content):
            self.wfile.write(content[:1000])
            self.wfile.flush()
            time.sleep(30)

        self.file(name, sends, write)

    def on_endless(self, name, sends, number):
        self.head(200, {"Content-Type": "application/octet-stream", "Connection": "close"})
        self.close_connection = True
        while sends:
            self.wfile.write(b"\x01" * 65536)

    def on_no_length(self, name, sends, number):
        self.head(200, {"Content-Type": "application/octet-stream", "Connection": "close"})
        self.close_connection = True
        if sends:
            self.wfile.write(self.content(name))

    def on_wrong_length(self, name, sends, number):
        content = self.content(name)
        self.head(200, {"Content-Length": len(content) + 1000, "Connection": "close"})
        self.close_connection = True
        if sends:
            self.wfile.write(content)

    def on_circle(self, name, sends, number):
        self.simple(302, Location=self.path)

    def on_redirect(self, name, sends, number):
        self.simple(302, Location="/plain/" + name)

    def on_redirect_to_file(self, name, sends, number):
        self.simple(302, Location="file:///etc/hostname")

    def on_missing(self, name, sends, number):
        self.simple(404, b"<html>not here</html>", "text/html", sends)

    def on_forbidden(self, name, sends, number):
        self.simple(403, b"no", sends=sends)

    def on_auth(self, name, sends, number):
        if self.headers.get("Authorization") == "Basic dXNlcjpzZWNyZXQ=":
            return self.file(name, sends)
        self.simple(401, b"no", sends=sends, **{"WWW-Authenticate": "Basic realm=x"})

    def on_busy(self, name, sends, number):
        if number <= 2:
            return self.simple(503, b"busy", sends=sends)
        self.file(name, sends)

    def on_busy_for_a_second(self, name, sends, number):
        first = self.server.first_requests.setdefault(self.path, time.monotonic())
        if time.monotonic() - first < 0.9:
            return self.simple(429, b"busy", sends=sends, **{"Retry-After": "1"})
        self.file(name, sends)

    def on_busy_for_long(self, name, sends, number):
        self.simple(503, b"busy", sends=sends, **{"Retry-After": "9999"})

    def on_broken(self, name, sends, number):
        self.simple(500, b"broken", sends=sends)

    def on_html(self, name, sends, number):
        self.simple(200, b"<html>log in</html>", "text/html; charset=utf-8", sends)

    def on_html_as_image(self, name, sends, number):
        self.simple(200, b"<!DOCTYPE html><p>log in", "application/octet-stream", sends)

    def on_no_head(self, name, sends, number):
        if not sends:
            return self.simple(405, sends=False)
        self.file(name, sends)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.first_requests = {}
if "--tls" in sys.argv:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(CERTIFICATE + KEY)
        file.flush()
        context.load_cert_chain(file.name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
