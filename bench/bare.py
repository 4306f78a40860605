"""The reference: a Flask endpoint that checks LINE's signature and does nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from flask import Flask, Response, request

SECRET = os.environ["BENCH_SECRET"].encode()

app = Flask(__name__)


@app.post("/webhooks/line/<key>")
def receive(key: str) -> Response:
    """Answer 200 to a body with the right signature, 401 to any other."""
    mac = hmac.new(SECRET, request.get_data(cache=False), hashlib.sha256).digest()
    given = request.headers.get("X-Line-Signature", "")
    right = hmac.compare_digest(base64.b64encode(mac), given.encode("utf-8", "replace"))
    return Response(status=200 if right else 401)
