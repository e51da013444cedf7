"""The HTTP front: the API, Lambda's Invoke, and the local page, on one port of this machine only."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from infra.local import control, gateway
from infra.local.gateway import Answer, Request
from infra.local.lambdas import FunctionFailed, PayloadTooLarge
from infra.local.stack import Stack

HOST = "127.0.0.1"
INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
MOST_READ = gateway.LARGEST_BODY + 1  # enough to see that a body is too large


def serve(stack: Stack, port: int) -> ThreadingHTTPServer:
    """Listen; raise OSError if the port is taken."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            found = dispatch(stack, self.request_read())
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                with suppress(ConnectionError):  # who asked may have gone
                    self.wfile.write(found.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815 - its names

        def request_read(self) -> Request:
            length = self.headers.get("Content-Length", "0")
            body = self.rfile.read(min(int(length), MOST_READ)) if length.isdigit() else b""
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(self.command, parts.path, parts.query, headers, body, self.client_address[0])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing: a path holds somebody's token."""

    return ThreadingHTTPServer((HOST, port), Handler)


def dispatch(stack: Stack, request: Request) -> Answer:
    """Send a request where it belongs."""
    host = request.headers.get("host", "").split(":")[0]
    if host not in (HOST, "localhost"):
        return Answer(403, {"content-type": "text/plain"}, b"This stack answers to its own machine only.")
    # A form on another website is for the function to judge, as on AWS; the controls are for this one alone.
    foreign = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if foreign and request.method != "GET" and not request.path.startswith("/events/"):
        return Answer(403, {"content-type": "text/plain"}, b"This stack takes no orders from other websites.")
    if request.path == "/":
        return Answer(302, {"location": f"{control.PREFIX}/"}, b"")
    if request.path.startswith(control.PREFIX):
        return control.handle(stack, request)
    invoked = INVOKE.fullmatch(request.path)
    if invoked and request.method == "POST":
        return invoke(stack, invoked[1], request.body)
    return stack.http(request)


def invoke(stack: Stack, name: str, body: bytes) -> Answer:
    """Answer Lambda's Invoke API for a synchronous call."""
    try:
        result = stack.invoke(name, json.loads(body or b"null"))
    except KeyError:
        error = {"Type": "User", "Message": f"Function not found: {name}"}
        return Answer(404, {"x-amzn-errortype": "ResourceNotFoundException"}, json.dumps(error).encode())
    except PayloadTooLarge:
        error = {"Type": "User", "Message": "Request must be smaller than 6291456 bytes"}
        return Answer(413, {"x-amzn-errortype": "RequestTooLargeException"}, json.dumps(error).encode())
    except FunctionFailed as failure:
        return Answer(200, {"x-amz-function-error": "Unhandled"}, json.dumps(failure.answer).encode())
    return Answer(200, {"content-type": "application/json"}, json.dumps(result).encode())
