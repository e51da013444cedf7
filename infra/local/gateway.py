"""API Gateway's HTTP API: requests in, events of format 2.0 to the routed function, answers out."""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.cloud import Cloud
from infra.local.lambdas import FunctionFailed, PayloadTooLarge
from shared import clock

LARGEST_BODY = 10 * 1024 * 1024  # bytes; the gateway takes no more
TEXT_TYPES = ("application/json", "text/", "application/xml", "application/javascript")


@dataclass(frozen=True)
class Request:
    """An HTTP request; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def handle(cloud: Cloud, request: Request) -> Answer:
    """Route a request to its function and return what the gateway would answer."""
    if len(request.body) > LARGEST_BODY:
        return gateway_error(413, "Request Entity Too Large")
    found = route(cloud, request.method, request.path)
    if found is None:
        return gateway_error(404, "Not Found")
    key, parameters = found
    try:
        answer = cloud.invoke(cloud.functions[cloud.routes[key]], event(request, key, parameters))
    except PayloadTooLarge:
        return gateway_error(413, "Request Entity Too Large")
    except FunctionFailed:
        return gateway_error(500, "Internal Server Error")
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): str(value) for name, value in answer.get("headers", {}).items()}
    return Answer(answer["statusCode"], headers, content)


def route(cloud: Cloud, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """Find the route: a literal path goes before one with parameters, both before $default."""
    candidates = []
    for key in cloud.routes:
        if key == "$default":
            continue
        verb, pattern = key.split(" ", 1)
        # "{name}" is one part of the path, "{name+}" all that follows.
        expression = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
        found = re.fullmatch(re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", expression), path)
        if found and verb in (method, "ANY"):
            candidates.append((pattern.count("{"), key, {name: unquote(v) for name, v in found.groupdict().items()}))
    if candidates:
        _, key, parameters = min(candidates, key=lambda one: one[:2])
        return key, parameters
    return ("$default", {}) if "$default" in cloud.routes else None


def event(request: Request, key: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Shape a request as the gateway does: forms come in Base64, JSON and text plain."""
    kind = request.headers.get("content-type", "")
    is_text = kind.startswith(TEXT_TYPES)
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    shaped: dict[str, Any] = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": {name: value for name, value in request.headers.items() if name != "cookie"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": request.headers.get("host", "127.0.0.1"),
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": unquote(request.path),
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": key,
            "stage": "$default",
            "timeEpoch": int(clock.now().timestamp() * 1000),
        },
        "isBase64Encoded": bool(request.body) and not is_text,
    }
    if "cookie" in request.headers:
        shaped["cookies"] = [one.strip() for one in request.headers["cookie"].split(";")]
    if query:
        shaped["queryStringParameters"] = query
    if parameters:
        shaped["pathParameters"] = parameters
    if request.body:
        shaped["body"] = request.body.decode("utf-8", "replace") if is_text else base64.b64encode(request.body).decode()
    return shaped


def gateway_error(status: int, message: str) -> Answer:
    return Answer(status, {"content-type": "application/json"}, f'{{"message":"{message}"}}'.encode())
