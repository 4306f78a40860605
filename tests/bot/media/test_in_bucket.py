"""With a bucket in place of the folder everything that was promised of files holds as well."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from bot import media
from bot.media import probe
from bot.settings.sections import BucketSettings, KeepDaysSettings, MediaSettings
from tests.bot.media.conftest import Chat, Picture
from tests.support.s3 import BUCKET, KEY, REGION, SECRET, Store
from tests.support.shop import Shop


@pytest.fixture
def store(httpserver: HTTPServer) -> Store:
    return Store(httpserver)


@pytest.fixture
def bucket_chat(shop: Shop, httpserver: HTTPServer, store: Store) -> Chat:
    """A conversation of a shop that keeps its files in a bucket, Instagram's for ten days."""
    s3 = BucketSettings(
        bucket=BUCKET,
        endpoint=store.endpoint,
        region=REGION,
        prefix="siam/",
        access_key=SecretStr(KEY),
        secret_key=SecretStr(SECRET),
    )
    told = MediaSettings(s3=s3, keep_days=KeepDaysSettings(instagram=10))
    return Chat(shop.with_settings(media=told), httpserver, "instagram")


def test_a_picture_is_kept_in_the_bucket_under_random_names(
    bucket_chat: Chat, store: Store, picture: Picture
) -> None:
    bucket_chat.note(bucket_chat.has(picture()))
    bucket_chat.drain()
    view = bucket_chat.view()
    assert view.state == "stored"
    assert sorted(store.objects) == [f"siam/{view.token}", f"siam/{view.token}.thumb"]
    assert bucket_chat.files() == []
    kept = media.open_file(bucket_chat.shop.runtime, bucket_chat.channel.shop_id, view.token)
    assert kept is not None
    with kept.body as body:
        assert body.read() == store.objects[f"siam/{view.token}"]


def test_T64_what_is_taken_back_goes_from_the_bucket(
    bucket_chat: Chat, store: Store, picture: Picture
) -> None:
    bucket_chat.note(bucket_chat.has(picture()))
    bucket_chat.drain()
    bucket_chat.forget()
    bucket_chat.drain()
    assert store.objects == {}
    assert bucket_chat.view().state == "gone"


def test_what_was_kept_long_enough_goes_from_the_bucket(
    bucket_chat: Chat, store: Store, picture: Picture
) -> None:
    bucket_chat.note(bucket_chat.has(picture()))
    bucket_chat.drain()
    bucket_chat.shop.clock.move(days=9)
    bucket_chat.drain()
    assert store.objects
    bucket_chat.shop.clock.move(days=2)
    bucket_chat.drain()
    assert store.objects == {}


def test_F08_a_store_that_is_away_loses_no_picture(
    bucket_chat: Chat, store: Store, picture: Picture
) -> None:
    store.status = 503
    bucket_chat.note(bucket_chat.has(picture()))
    bucket_chat.drain()
    assert bucket_chat.view().state == "fetching"
    assert bucket_chat.view().reason == "The file could not be kept in our storage."
    store.status = 0
    bucket_chat.shop.clock.move(minutes=1)
    bucket_chat.drain()
    assert bucket_chat.view().state == "stored"


def test_what_cannot_be_removed_now_is_removed_later(
    bucket_chat: Chat, store: Store, picture: Picture
) -> None:
    bucket_chat.note(bucket_chat.has(picture()))
    bucket_chat.drain()
    bucket_chat.forget()
    store.status = 503
    bucket_chat.drain()
    assert store.objects
    store.status = 0
    bucket_chat.drain()
    assert store.objects == {}


def test_the_place_is_tried_out_and_left_clean(bucket_chat: Chat, store: Store) -> None:
    assert probe(bucket_chat.shop.runtime) is None
    assert store.objects == {}
    store.public = True
    address = probe(bucket_chat.shop.runtime)
    assert address is not None
    assert address.startswith(f"{store.endpoint}/{BUCKET}/siam/")
    assert store.objects == {}
    store.public, store.status = False, 403
    with pytest.raises(OSError, match="refuses"):
        probe(bucket_chat.shop.runtime)


def test_T58_no_log_holds_the_stores_keys(
    bucket_chat: Chat, store: Store, picture: Picture, logs: list[Any]
) -> None:
    store.status = 403
    bucket_chat.note(bucket_chat.has(picture()))
    bucket_chat.drain()
    assert logs
    assert SECRET not in repr(logs)
    assert SECRET in bucket_chat.shop.runtime.settings.secrets()
