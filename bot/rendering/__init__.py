"""The invoice as people see it: a picture, a PDF, and the words for chat.

Typst is loaded only in the render child, a process of its own: see `renderer`.
"""
