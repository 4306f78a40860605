"""Downloads what came with a message, from hosts that may be asked and from nowhere else.

An attachment's address comes from outside. So only the platforms' own hosts
are asked, by https and on its usual port; the name is looked up once, and the
connection goes to the address that was judged, which must be a public one. A
redirect is not followed, nothing is unpacked, and size and time are bounded.
The origin that the settings name for a platform's API (a simulator's) is
trusted as it stands.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from bot.channels.attachments import Fetched, Gone, NotYet, Refused, TokenRefused, TooBig
from bot.channels.failures import CONNECT_SECONDS, READ_SECONDS, retry_after

SECONDS = 20.0
"""The most that one download may take, from the lookup to the last byte."""

LONGEST_URL = 4096
CHUNK = 64 * 1024
# Where the platforms keep what people send; any name below these.
_HOSTS = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com", ".line-scdn.net")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
# Public by the registries' word, yet each of them can carry a private IPv4 address.
_CARRIERS = tuple(
    ipaddress.IPv6Network(net)
    for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


def is_platforms_own(url: str) -> bool:
    """Say whether ``url`` is https on one of the platforms' own hosts."""
    parts = _split(url)
    if parts is None or parts.scheme != "https":
        return False
    host = parts.hostname or ""
    return bool(_NAME.fullmatch(host)) and host.endswith(_HOSTS) and _port(parts) == 443


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the open internet's, whatever it is wrapped in."""
    found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(
        address.partition("%")[0]
    )
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in net for net in _CARRIERS):
            return False
    return found.is_global and not found.is_multicast


def download(
    url: str,
    *,
    trusted: str,
    limit: int,
    write: Callable[[bytes], None],
    headers: Mapping[str, str] | None = None,
    hosts: tuple[str, ...] = (),
) -> Fetched:
    """Fetch ``url`` and hand its bytes to ``write``, at most ``limit`` of them.

    ``trusted`` is the API address from the settings ("" for none), whose
    origin may be asked wherever it stands. ``hosts`` are names beyond the
    platforms' media hosts, for an address that we wrote ourselves. Raises a
    ``FetchError``, and what ``write`` raises.
    """
    parts = _split(url)
    if parts is None:
        raise Refused("The attachment's address cannot be read, so it was not fetched.")
    ours = bool(trusted) and _origin(parts) == _origin(_split(trusted))
    known = is_platforms_own(url) or (parts.scheme == "https" and parts.hostname in hosts)
    if not (ours or known):
        raise Refused("The attachment lies on a host that is none of the platform's.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _connected(parts, anywhere=ours) as connection:
            connection.request(
                "GET",
                path,
                headers={
                    "Accept": "*/*",
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                    "User-Agent": "OpenBill",
                    **(headers or {}),
                },
            )
            with connection.getresponse() as response:
                return _take(response, limit, write)
    except (OSError, http.client.HTTPException):
        raise NotYet("The platform's server did not deliver the attachment in time.") from None
    except ValueError:  # a header or a path that HTTP cannot carry
        raise Refused("The attachment's address cannot be used, so it was not fetched.") from None


def _split(url: str) -> SplitResult | None:
    """Read an address; None for one that is malformed, hides a user, or holds odd signs."""
    if len(url) > LONGEST_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _origin(parts: SplitResult | None) -> tuple[str, str, int] | None:
    return None if parts is None else (parts.scheme, parts.hostname or "", _port(parts))


@contextmanager
def _connected(parts: SplitResult, *, anywhere: bool) -> Iterator[http.client.HTTPConnection]:
    """Connect to an address that was judged, and cut the line when the time is up.

    A read's own timeout begins anew with every byte, so a server that drips
    would hold us for ever.
    """
    end = time.monotonic() + SECONDS
    host = parts.hostname or ""
    line = _dial(host, _port(parts), anywhere=anywhere)
    cut = line.dup()  # stays ours to cut when TLS has taken the socket over
    timer = threading.Timer(max(0.0, end - time.monotonic()), _cut, (cut,))
    timer.daemon = True
    timer.start()
    try:
        if parts.scheme == "https":
            line = _tls().wrap_socket(line, server_hostname=host)
        connection = http.client.HTTPConnection(host, _port(parts))
        connection.default_port = 443 if parts.scheme == "https" else 80
        connection.sock = line
        yield connection
        if time.monotonic() >= end:  # what was read may be a part that looks whole
            raise NotYet("The platform's server did not deliver the attachment in time.")
    finally:
        timer.cancel()
        timer.join()
        cut.close()
        line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it was over already
        line.shutdown(socket.SHUT_RDWR)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # The authorities that the other calls trust too.
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


def _dial(host: str, port: int, *, anywhere: bool) -> socket.socket:
    """Look a name up once and connect to what was found. Raises ``Refused``, ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [one for one in found if anywhere or is_public(str(one[4][0]))]
    if not allowed:
        raise Refused("The attachment's host leads to an address inside a private network.")
    failure: OSError | None = None
    for family, kind, protocol, _, address in allowed[:2]:
        line = socket.socket(family, kind, protocol)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(address)
        except OSError as error:
            line.close()
            failure = error
        else:
            line.settimeout(READ_SECONDS)
            return line
    raise failure or OSError("no address")


def _take(
    response: http.client.HTTPResponse, limit: int, write: Callable[[bytes], None]
) -> Fetched:
    """Read an answer to its end. Raises a ``FetchError``."""
    _judge(response.status, retry_after(response.headers.get("Retry-After")))
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refused("The platform packed the attachment though we asked for it as it is.")
    promised = response.length  # None where it comes in pieces
    if promised is not None and promised > limit:
        raise _too_big(limit)
    size = 0
    while piece := response.read1(CHUNK):
        size += len(piece)
        if size > limit:
            raise _too_big(limit)
        write(piece)
    if promised is not None and size < promised:
        raise NotYet("The connection broke before the whole attachment had come.")
    mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(mime if _TYPE.fullmatch(mime) else None, size)


def _too_big(limit: int) -> TooBig:
    return TooBig(f"The attachment is larger than the {limit // 1_000_000} MB that are kept here.")


def _judge(status: int, after: float | None) -> None:
    """Say what an answer other than 200 means (LINE's reference, "Get content").

    LINE: 202 is "being prepared", 410 "taken back or too old". Meta's media
    hosts answer 403 once an address has expired.
    """
    match status:
        case 200:
            return
        case 403 | 404 | 410:
            raise Gone("The platform has the attachment no more: it is too old, or was taken back.")
        case 202:
            raise NotYet("The platform is still preparing the attachment.", after=after)
        case 401:
            raise TokenRefused("The platform refuses the channel's access token.", after=after)
        case 408 | 425 | 429:
            raise NotYet("The platform asks for a pause.", after=after)
        case _ if status >= 500:
            raise NotYet("The platform had a fault of its own.", after=after)
    raise Refused(f"The platform did not give the attachment (status {status}).")
