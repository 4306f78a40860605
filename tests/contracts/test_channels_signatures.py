"""Every channel takes only what its platform signed."""

from __future__ import annotations

import hashlib
import hmac

from bot.channels import CHANNELS
from tests.contracts.channel_cases import SECRET, every_channel, sign

BODY = '{"text":"สวัสดี"}'.encode()


@every_channel
def test_a_delivery_is_genuine_by_any_of_the_secrets_and_whatever_the_headers_case(
    kind: str,
) -> None:
    ((name, value),) = sign(kind, BODY).items()
    for spelling in (name, name.lower(), name.upper()):
        for secrets in (("old", SECRET), (SECRET, "old")):
            assert CHANNELS[kind].verify({spelling: value}, BODY, secrets)


@every_channel
def test_T01_a_delivery_without_a_signature_is_refused(kind: str) -> None:
    assert not CHANNELS[kind].verify({"Content-Type": "application/json"}, BODY, (SECRET,))


@every_channel
def test_T02_a_signature_of_another_body_or_a_spoiled_one_is_refused(kind: str) -> None:
    ((name, value),) = sign(kind, BODY).items()
    flipped = value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:]
    for spoiled in (
        sign(kind, BODY + b" ")[name],
        flipped,
        value[:-1],
        value + "=",
        value.swapcase(),
        value.lower() if kind == "line" else value.upper(),
        "",
    ):
        assert not CHANNELS[kind].verify({name: spoiled}, BODY, (SECRET,)), spoiled
    assert not CHANNELS[kind].verify({name: value}, BODY + b"\n", (SECRET,))


@every_channel
def test_T03_a_monstrous_signature_header_is_refused_without_an_error(kind: str) -> None:
    ((name, value),) = sign(kind, BODY).items()
    for monster in (
        "é" + value,
        "\udcff",
        "ก" * 10,
        "A" * 1_000_000,
        "sha256=",
        f"{value},{value}",
    ):
        assert not CHANNELS[kind].verify({name: monster}, BODY, (SECRET,))
    twice = {name: value, name.lower(): value}
    assert not CHANNELS[kind].verify(twice, BODY, (SECRET,))


@every_channel
def test_T04_the_algorithm_is_ours_to_choose(kind: str) -> None:
    ((name, value),) = sign(kind, BODY).items()
    md5 = hmac.new(SECRET.encode(), BODY, hashlib.md5).hexdigest()
    sha1 = hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    for other in (f"md5={md5}", f"sha1={sha1}", value.replace("sha256=", "SHA256="), sha1):
        if other != value:
            assert not CHANNELS[kind].verify({name: other}, BODY, (SECRET,))
    assert not CHANNELS[kind].verify({"X-Hub-Signature": f"sha1={sha1}"}, BODY, (SECRET,))


@every_channel
def test_T05_another_channels_secret_does_not_sign_for_this_one(kind: str) -> None:
    assert not CHANNELS[kind].verify(sign(kind, BODY, "another secret"), BODY, (SECRET,))


@every_channel
def test_an_empty_secret_lets_nobody_sign(kind: str) -> None:
    assert not CHANNELS[kind].verify(sign(kind, BODY, ""), BODY, ("",))
    assert not CHANNELS[kind].verify(sign(kind, BODY), BODY, ())
