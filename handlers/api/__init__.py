"""The API: what programs read of one shop and do in it, as JSON below ``/api/v1``.

``routes`` has what is read; ``orders``, ``moves``, ``products``, ``customers`` and
``saying`` have what is written, all of it by ``writing``. ``openapi``
describes it; a test holds the description to what is really answered.
"""

from handlers.api import customers, moves, orders, products, saying
from handlers.api.routes import blueprint

__all__ = ["blueprint", "customers", "moves", "orders", "products", "saying"]
