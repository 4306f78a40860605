"""A pretend S3 store: objects in memory, and each request's AWS Signature V4 worked out anew.

The recipe is AWS's ("Authenticating Requests: Using the Authorization Header"); nothing of
boto3 is used here, so that a wrong signature would be seen.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY, SECRET, REGION, BUCKET = "AKIATEST", "a-secret/of+the-store", "ap-southeast-1", "chat-files"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\S+?)/(\d{8})/(\S+?)/s3/aws4_request, "
    r"SignedHeaders=(\S+?), Signature=([0-9a-f]{64})"
)
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Store:
    """One bucket and what it holds. ``public`` lets strangers read, as a wrong policy would."""

    server: HTTPServer
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    public: bool = False
    status: int = 0
    """What each request is refused with, where it is not 0."""

    def __post_init__(self) -> None:
        every = re.compile(rf"/{BUCKET}/.*")
        self.server.expect_request(every).respond_with_handler(self._answer)

    @property
    def endpoint(self) -> str:
        return self.server.url_for("").rstrip("/")

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        if self.status:
            return _refusal(self.status, "SlowDown")
        reads = request.method in ("GET", "HEAD")
        if not (reads and self.public) and not is_signed(request, KEY, SECRET, REGION):
            return _refusal(403, "SignatureDoesNotMatch")
        name = request.path.removeprefix(f"/{BUCKET}/")
        if request.method == "PUT":
            self.objects[name] = request.get_data()
            return Response(headers={"ETag": _mark(self.objects[name])})
        if request.method == "DELETE":
            self.objects.pop(name, None)
            return Response(status=204)
        if name not in self.objects:
            return _refusal(404, "NoSuchKey")
        return _object(request, self.objects[name])


def is_signed(request: Request, key: str, secret: str, region: str) -> bool:
    """Say whether this request was signed with the secret: headers, address, time and body."""
    told = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    digest = request.headers.get("X-Amz-Content-SHA256", "")
    at = request.headers.get("X-Amz-Date", "")
    if told is None or (told[1], told[3], told[2]) != (key, region, at[:8]):
        return False
    age = datetime.now(UTC) - datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(age) > timedelta(minutes=15):
        return False
    if digest != hashlib.sha256(request.get_data()).hexdigest():
        return False
    names = told[4].split(";")
    if "host" not in names or any(
        name.lower().startswith("x-amz-") and name.lower() not in names
        for name, _ in request.headers
    ):
        return False
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(request.query_string.decode(), keep_blank_values=True))
    )
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names)
    path = quote(request.path, safe="/-_.~")
    canonical = "\n".join((request.method, path, query, headers, told[4], digest))
    scope = f"{told[2]}/{region}/s3/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    wanted = "\n".join(("AWS4-HMAC-SHA256", at, scope, hashed))
    signing = b"AWS4" + secret.encode()
    for part in (*scope.split("/"), wanted):
        signing = hmac.digest(signing, part.encode(), hashlib.sha256)
    return hmac.compare_digest(signing.hex(), told[5])


def _object(request: Request, body: bytes) -> Response:
    if request.headers.get("If-Match", _mark(body)) != _mark(body):
        return _refusal(412, "PreconditionFailed")
    part = _RANGE.fullmatch(request.headers.get("Range", ""))
    headers = {"ETag": _mark(body), "Accept-Ranges": "bytes"}
    if part is None or request.method == "HEAD":
        return Response(body, headers=headers)
    start, end = int(part[1]), int(part[2] or len(body) - 1)
    if start >= len(body):
        return _refusal(416, "InvalidRange")
    headers["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
    return Response(body[start : end + 1], 206, headers)


def _mark(body: bytes) -> str:
    return f'"{hashlib.md5(body).hexdigest()}"'


def _refusal(status: int, code: str) -> Response:
    words = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    return Response(words, status, content_type="application/xml")
