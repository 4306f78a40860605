"""The API: what programs read of one shop, and how they say something, as JSON below ``/api/v1``.

``openapi`` describes it; a test holds the description to what is really answered.
"""

from handlers.api.routes import blueprint

__all__ = ["blueprint"]
