"""What guards every page: whose host we answer to, forms of our own only, and strict headers.

A blueprint may set a header before these do (the RQ dashboard's policy, the
simulator's): what is set already stands.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from bot.settings import Settings

LARGEST_BODY = 16 * 1024 * 1024
"""A Meta batch of 1,000 escaped messages can reach 12 MiB."""

LARGEST_FORM = 256 * 1024

POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

# Programs call these: they carry a signature or a bearer token and no cookie, and what has
# a signature is kept whatever a proxy made of the Host.
SIGNED = "/webhooks/"
PROGRAMS = (SIGNED, "/api/", "/simulator/", "/payments/")
ANY_HOST = (SIGNED, "/health")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


def guard(app: Flask, settings: Settings) -> None:
    """Put the guards before and behind every request of ``app``."""
    hosts = known_hosts(settings)
    take_addresses = _takes_addresses(settings)
    protection: Any = CSRFProtect  # published without types
    csrf = protection(app)

    @app.before_request
    def refuse_strangers() -> None:
        host = host_name(request.host)
        known = host in hosts or (take_addresses and _is_address(host))
        if not known and not request.path.startswith(ANY_HOST):
            abort(400)
        if not request.path.startswith(PROGRAMS):
            request.max_content_length = LARGEST_FORM
            csrf.protect()

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        if settings.base_url.startswith("https:"):
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def known_hosts(settings: Settings) -> frozenset[str]:
    """Give the host names that we are reached by; links are never built from any of them."""
    hosts = {host_name(urlsplit(settings.base_url).netloc)}
    if settings.web.host not in EVERY_ADDRESS:
        hosts.add(settings.web.host.lower())
    if hosts & set(LOOPBACK):
        hosts.update(LOOPBACK)
    return frozenset(hosts - {""})


def host_name(netloc: str) -> str:
    """Give the name in a Host header, in lower case; "" for one that is malformed."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _takes_addresses(settings: Settings) -> bool:
    """Say whether a bare IP address may name us: tried out on a local network, no name of its own.

    A name is what an attacker can point at us; an address is not.
    """
    local = host_name(urlsplit(settings.base_url).netloc) in LOOPBACK
    return local and settings.web.host in EVERY_ADDRESS


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
