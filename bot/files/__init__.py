"""Files by name: a small interface, with a local folder or a bucket of an S3 store behind it.

A file is whole or not there. Names are ours, random and plain; nobody else's
words become part of a path. Nobody but us can read them.
"""

from bot.files.folder import ABANDONED, Folder
from bot.files.interface import Files

__all__ = ["ABANDONED", "Files", "Folder"]
