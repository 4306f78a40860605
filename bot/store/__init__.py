"""The store: every table, every query, every migration; no other package writes SQL."""
