"""The rulebook: money, products, orders, invoices, payments, and which moves are allowed."""
