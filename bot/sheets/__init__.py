"""Sheets: tables that people keep in a spreadsheet, read from CSV and XLSX and written as both.

What is read is text in rows with the numbers that a spreadsheet shows; what it
means is the reader's business. A sheet is a stranger's file: its size is
bounded before it is opened, and XLSX is opened in a process of its own.
"""

from bot.sheets.reading import read
from bot.sheets.sheet import LARGEST_BYTES, MOST_ROWS, Sheet, SheetError, SheetRow

__all__ = ["LARGEST_BYTES", "MOST_ROWS", "Sheet", "SheetError", "SheetRow", "read"]
