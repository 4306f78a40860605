"""The catalogue: a shop's album of products, changed, counted, pictured, imported and searched.

Use cases run in their caller's transaction, judge the ``Keeper`` by the shop's
rights, and write their audit row there. What they raise has its ``sentence``:
``ProductError`` and the rulebook's ``OrderError``.
"""

from bot.catalogue.applying import Applied, Moved, apply
from bot.catalogue.changing import archive, change, create, keep_item, restore, set_price
from bot.catalogue.counting import adjust_stock, set_stock
from bot.catalogue.errors import ProductChanged, ProductError, ProductUnknown
from bot.catalogue.exporting import export_products
from bot.catalogue.given import bring_products
from bot.catalogue.keeper import Keeper
from bot.catalogue.lines import Fault
from bot.catalogue.pictures import add_picture, open_picture, order_pictures
from bot.catalogue.planning import Change, Planned, Preview, preview
from bot.catalogue.reading import (
    PICKED,
    ProductView,
    find_product,
    list_codes,
    list_page,
    pick,
    read_entry,
    read_product,
    view,
    views,
)
from bot.catalogue.shipping import (
    find_way,
    follow_shipping,
    quote_way,
    read_way,
    weigh_order,
    write_way,
)

__all__ = [
    "PICKED",
    "Applied",
    "Change",
    "Fault",
    "Keeper",
    "Moved",
    "Planned",
    "Preview",
    "ProductChanged",
    "ProductError",
    "ProductUnknown",
    "ProductView",
    "add_picture",
    "adjust_stock",
    "apply",
    "archive",
    "bring_products",
    "change",
    "create",
    "export_products",
    "find_product",
    "find_way",
    "follow_shipping",
    "keep_item",
    "list_codes",
    "list_page",
    "open_picture",
    "order_pictures",
    "pick",
    "preview",
    "quote_way",
    "read_entry",
    "read_product",
    "read_way",
    "restore",
    "set_price",
    "set_stock",
    "view",
    "views",
    "weigh_order",
    "write_way",
]
