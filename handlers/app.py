"""The front door put together: one Flask application around one runtime."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.runtime import Runtime
from bot.settings import Settings
from handlers import (
    answers,
    api,
    auth,
    bill,
    composer,
    dashboard,
    health,
    inbox,
    keywords,
    live,
    media,
    operators,
    pages,
    posts,
    surfaces,
    webhooks,
)
from handlers.context import EXTENSION
from handlers.demo import create_demo
from handlers.errors import explain_errors
from handlers.security import LARGEST_BODY, guard

FORM_LIFE = timedelta(days=14)


def create_app(runtime: Runtime) -> Flask:
    """Build the application. Call it in the process that serves, after any fork.

    The demo's simulator, where there is one, stands in
    ``app.extensions["simulator"]``.
    """
    settings = runtime.settings
    app = Flask(__name__, static_folder=None)
    app.config.update(_configuration(settings))
    if settings.web.proxies:
        # Addresses only: names and schemes come from the settings, whatever a header says.
        count = settings.web.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0)  # type: ignore[method-assign]
    app.extensions[EXTENSION] = runtime
    app.extensions[webhooks.REFUSALS] = webhooks.Refusals()
    app.extensions[live.STREAMS] = live.Streams(live.most_streams(settings))
    guard(app, settings)
    explain_errors(app)
    pages.prepare(app)
    bill.limit_guesses(app)
    composer.limit_typing(app)
    parts = (
        webhooks,
        auth,
        surfaces,
        inbox,
        composer,
        posts,
        live,
        media,
        bill,
        api,
        health,
        operators,
    )
    for part in parts:
        app.register_blueprint(part.blueprint)
    for part in (keywords, answers):
        app.register_blueprint(part.blueprint)
    dashboard.mount(app, settings)
    if settings.demo:
        app.register_blueprint(create_demo(settings), url_prefix="/simulator")
    return app


def _configuration(settings: Settings) -> dict[str, object]:
    secure = settings.base_url.startswith("https:")
    key = settings.secret_key.get_secret_value().encode()
    return {
        # Signs the form token's cookie and nothing else: sign-ins live in the database.
        "SECRET_KEY": hmac.new(key, b"form tokens", hashlib.sha256).digest(),
        "SESSION_COOKIE_NAME": "__Host-openbill-form" if secure else "openbill-form",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": FORM_LIFE,
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        # The guard asks for the token itself, except where programs call.
        "WTF_CSRF_CHECK_DEFAULT": False,
        # A reply half typed before lunch must go out after it.
        "WTF_CSRF_TIME_LIMIT": None,
        # The strict referrer check needs the referrer that our pages do not send.
        "WTF_CSRF_SSL_STRICT": False,
        "RATELIMIT_STORAGE_URI": "memory://",
    }
