"""The logs: JSON lines that hold no secret and cannot be forged."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs

SECRET = "canary-7f3a9c"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A configured log; the process's own is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    stream = io.StringIO()
    logs.configure("info", [SECRET], stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_line_is_one_json_object_with_time_level_and_name(stream: io.StringIO) -> None:
    structlog.get_logger("bot.inbox").info("received", channel="siam-line", events=2)
    (line,) = lines(stream)
    assert line["event"] == "received"
    assert line["level"] == "info"
    assert line["logger"] == "bot.inbox"
    assert line["time"].endswith("Z")
    assert (line["channel"], line["events"]) == ("siam-line", 2)


def test_the_standard_librarys_loggers_take_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").warning("port %s", 8000, extra={"worker": 3})
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["worker"]) == ("port 8000", "warning", 3)


def test_a_level_below_the_chosen_one_is_silent(stream: io.StringIO) -> None:
    structlog.get_logger("bot").debug("small talk")
    logging.getLogger("urllib3.connectionpool").info("GET /secret")
    assert lines(stream) == []


def test_T57_no_text_forges_a_line_or_colours_a_terminal(stream: io.StringIO) -> None:
    forged = 'x\n{"level": "error", "event": "admin"}\r\x1b[31m\x9b31m\u202e\u2028ไทย'
    structlog.get_logger("bot").info(forged, reason=forged)
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.isascii()
    assert "\x1b" not in text
    assert lines(stream)[0]["event"] == forged


def test_T57_a_megabyte_is_cut(stream: io.StringIO) -> None:
    structlog.get_logger("bot").info("x" * 1_000_000, body=["y" * 1_000_000])
    assert len(stream.getvalue()) < 10_000


@pytest.mark.parametrize(
    "text",
    [
        f"the token is {SECRET}.",
        "https://graph.facebook.com/me?access_token=EAAcanary123&fields=id",
        '{"access_token": "EAAcanary123"}',
        "headers: {'Authorization': 'Bearer EAAcanary123'}",
        "Authorization: Bearer EAAcanary123",
        "Cookie: openbill=EAAcanary123; other=1",
        "appsecret_proof=EAAcanary123",
        "redis://:EAAcanary123@localhost:6379/0",
        "postgresql+psycopg://openbill:EAAcanary123@db/openbill",
        "channel_secret = 'EAAcanary123'",
    ],
)
def test_T58_secrets_are_hidden_in_words_fields_and_tracebacks(
    stream: io.StringIO, text: str
) -> None:
    log = structlog.get_logger("bot")
    log.info(text)
    log.info("field", reason=text, nested={"deep": [text]})
    logging.getLogger("rq.worker").error("job failed: %s", text)
    for logger in (log, logging.getLogger("urllib3")):
        try:
            raise RuntimeError(text)
        except RuntimeError:
            logger.exception("it broke")
    assert len(lines(stream)) == 5
    assert "canary" not in stream.getvalue()
    assert "RuntimeError" in lines(stream)[3]["exception"]


@pytest.mark.parametrize(
    "fall", ["fall()", "import threading; t = threading.Thread(target=fall); t.start(); t.join()"]
)
def test_T58_what_nobody_caught_is_logged_without_its_secrets(fall: str) -> None:
    code = (
        "from bot import logs\n"
        f"logs.configure('info', ['{SECRET}'])\n"
        f"def fall(): raise RuntimeError('{SECRET} and access_token=canary')\n{fall}"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    (line,) = run.stdout.splitlines()
    assert json.loads(line)["level"] == "critical"
    assert "RuntimeError: [hidden] and access_token=[hidden]" in json.loads(line)["exception"]
    assert run.stderr == ""


def test_T58_a_field_that_is_named_for_a_secret_is_hidden(stream: io.StringIO) -> None:
    structlog.get_logger("bot").info("x", password="canary", headers={"X-Api-Key": "canary"})
    assert "canary" not in stream.getvalue()


def test_a_secret_learnt_later_is_hidden_from_then_on() -> None:
    redaction = logs.Redaction()
    redaction.add("of-the-database")
    assert redaction.text("it is of-the-database") == "it is [hidden]"


def test_a_secret_that_is_part_of_another_leaves_no_rest() -> None:
    redaction = logs.Redaction(["abcdef", "abcdefghij"])
    assert redaction.text("abcdefghij") == "[hidden]"


def test_numbers_and_ordinary_words_stay_readable() -> None:
    redaction = logs.Redaction(["abc", ""])
    assert redaction.value({"tokens": 3, "state": "sent", "secret": None}) == {
        "tokens": 3,
        "state": "sent",
        "secret": None,
    }
    assert redaction.text("abc: two deliveries held") == "abc: two deliveries held"


def test_warnings_are_logged_too(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("mind the step", UserWarning, stacklevel=1)
    assert "mind the step" in lines(stream)[0]["event"]


def test_the_place_of_an_error_tells_the_line_and_none_of_its_words() -> None:
    try:
        raise ValueError("สวัสดีค่ะ เอาชาเขียว 2")
    except ValueError as error:
        told = logs.place(error)
    assert re.fullmatch(r"test_logs\.py:\d+", told)
