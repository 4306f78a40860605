"""The rulebook: what an order is, what it costs, how it moves. Pure: no I/O, no clock."""
