"""Keeps files in a bucket of an S3-compatible store, through boto3.

An object is put in one request, so it is whole or not there; it gets no access
rules of its own, so it is as private as its bucket. boto3 is an extra
(``pip install openbill[s3]``) and is loaded only where this module is.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.files.interface import judge_name

CHUNK = 256 * 1024
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
# A media job has 30 s for a download (20) and this; what fails is tried again by the row.
_config: Any = Config  # published without types
_CONFIG = _config(
    signature_version="s3v4",
    connect_timeout=2,
    read_timeout=5,
    retries={"total_max_attempts": 1},
    # Stores that are not AWS's own refuse the checksums that it added in 2025.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    s3={"addressing_style": "path", "payload_signing_enabled": True},
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bucket is and what opens it. ``endpoint`` "" is AWS's own; ``prefix`` may be ""."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


class Bucket:
    """A bucket. Holds no state of its own: make one anywhere."""

    def __init__(self, place: Place) -> None:
        """Nothing is asked of the store yet."""
        self._place = place

    def put(self, name: str, source: IO[bytes]) -> None:
        """Keep the rest of ``source`` under ``name``, over what was there."""
        key = self._key(name)
        with _as_os_errors(key):
            self._client.put_object(
                Bucket=self._place.bucket,
                Key=key,
                Body=source,
                ContentType="application/octet-stream",
            )

    def open(self, name: str) -> BinaryIO:
        """Open a file to read; nothing of it is fetched before it is. ``FileNotFoundError``."""
        key = self._key(name)
        with _as_os_errors(key):
            head = self._client.head_object(Bucket=self._place.bucket, Key=key)
        remote = _Remote(self._client, self._place.bucket, key, head["ContentLength"], head["ETag"])
        return io.BufferedReader(remote, CHUNK)

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed already."""
        key = self._key(name)
        with _as_os_errors(key):
            self._client.delete_object(Bucket=self._place.bucket, Key=key)

    def tidy(self) -> None:
        """Do nothing: a put that was cut off leaves nothing behind."""

    def address(self, name: str) -> str | None:
        """Give a file's address without any signature, at which it must not be readable."""
        where = f"{self._place.bucket}/{self._key(name)}"
        return f"{self._client.meta.endpoint_url.rstrip('/')}/{where}"

    @property
    def _client(self) -> Any:
        return _connect(self._place, os.getpid())

    def _key(self, name: str) -> str:
        judge_name(name)
        return self._place.prefix + name


class _Remote(io.RawIOBase):
    """An object that is read where the reader stands; a jump asks for the rest from there."""

    def __init__(self, client: Any, bucket: str, key: str, size: int, mark: str) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self._size, self._mark = size, mark
        self._at = 0
        self._stream: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        target = max(base + offset, 0)
        if target != self._at:
            self._drop()
            self._at = target
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        with _as_os_errors(self._key):
            if self._stream is None:
                answer = self._client.get_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    Range=f"bytes={self._at}-",
                    IfMatch=self._mark,  # never half of one file and half of the next
                )
                self._stream = answer["Body"]
            data = self._stream.read(len(buffer))
        if not data:
            raise OSError("The store ended a file before its end.")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


@contextmanager
def _as_os_errors(key: str) -> Iterator[None]:
    """Let a store's refusals be what a disk's are; nothing of a request stays in the sentence."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise FileNotFoundError(key) from None
        raise OSError(f"The store refuses ({code or 'no code'}).") from None
    except BotoCoreError as error:
        raise OSError(f"The store cannot be reached ({type(error).__name__}).") from None


@lru_cache(maxsize=8)
def _connect(place: Place, _process: int) -> Any:
    """Keep one pooled client per place; a forked process makes its own connections."""
    session: Any = boto3.session.Session  # published without types
    return session().client(
        "s3",
        endpoint_url=place.endpoint or None,
        region_name=place.region or "us-east-1",
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
        config=_CONFIG,
    )
