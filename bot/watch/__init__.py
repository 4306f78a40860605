"""The watch over channels: is the token good, are we still heard, what is left of the quota.

``look`` reads our own rows and raises alarms; ``drain`` asks the platforms.
Both are the ``upkeep`` worker's; the webhooks know nothing of it.
"""

from bot.watch.alarms import find_alarms
from bot.watch.asking import drain, probe_now
from bot.watch.listening import look

__all__ = ["drain", "find_alarms", "look", "probe_now"]
