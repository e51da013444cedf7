"""AWS's address for the containers: what they ask is answered by moto in this process."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber

from infra.local.inbox import Inbox

SEND_EMAIL = ("POST", "/v2/email/outbound-emails")

_process = BotocoreStubber.process_request
_turn = threading.RLock()


def _one_at_a_time(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    with _turn:
        return _process(stubber, request)


def serve(address: str, inbox: Inbox) -> ThreadingHTTPServer:
    """Listen at a free port of an address. moto, which is no place for two at once, takes calls in turn from now on."""
    stubber: Any = BotocoreStubber
    stubber.process_request = _one_at_a_time

    class Aws(BaseHTTPRequestHandler):
        def answer(self) -> None:
            # The address does not tell the services apart, but each request is signed for one.
            _, _, region, service, _ = self.headers["Authorization"].split("/", 4)
            name = f"{'email' if service == 'ses' else service}.{region}.amazonaws.com"
            headers = HTTPHeaders()
            for key, value in self.headers.items():
                headers[key] = name if key.lower() == "host" else value
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = AWSPreparedRequest(self.command, f"https://{name}{self.path}", headers, body, stream_output=False)
            status, answered, content = botocore_stubber.process_request(asked) or (HTTPStatus.NOT_FOUND, {}, "")
            if (self.command, self.path) == SEND_EMAIL and status == HTTPStatus.OK:
                inbox.take(json.loads(body), json.loads(content)["MessageId"])
            self.send_response_only(status)
            for key, value in answered.items():
                self.send_header(key, str(value))
            self.end_headers()
            self.wfile.write(content.encode() if isinstance(content, str) else content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing: the functions' own logs are what counts."""

    server = ThreadingHTTPServer((address, 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
