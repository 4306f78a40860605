"""Media: what came with messages is fetched at once, checked, kept for its time, and forgotten.

A row is one attachment. Its life::

    fetching -> stored     the file is here
             -> gone       the platform has it no more, or it could not be had in time
             -> too_big    it is larger than we keep
             -> refused    its host is none of the platform's, or it is no picture
    any      -> gone       taken back by who sent it, or kept long enough

An attempt is counted before the download. A process may die anywhere: what it
held comes due again when its lease ends, and the file's name was known before
the file was, so none is left behind.
"""

from bot.media.fetching import drain
from bot.media.forgetting import forget, sweep, tidy
from bot.media.keeping import (
    KINDS,
    THUMB,
    MediaFile,
    MediaView,
    files_of,
    find,
    list_for,
    note,
    open_file,
)
from bot.media.probing import probe

__all__ = [
    "KINDS",
    "THUMB",
    "MediaFile",
    "MediaView",
    "drain",
    "files_of",
    "find",
    "forget",
    "list_for",
    "note",
    "open_file",
    "probe",
    "sweep",
    "tidy",
]
