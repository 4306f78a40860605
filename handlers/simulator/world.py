"""The simulator's world: who is who, what a person does, and what a person is shown."""

from __future__ import annotations

import secrets
from typing import Any

from handlers.simulator import events
from handlers.simulator.behaviour import Moods
from handlers.simulator.config import SimAccount, SimPerson, SimulatorConfig
from handlers.simulator.ledger import Ledger
from handlers.simulator.postman import Postman
from handlers.simulator.tokens import Tokens


class World:
    """Everything a simulator holds. Nothing runs and no file is open before the first request."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.ledger = Ledger(config.db_path)
        self.moods = Moods(self.ledger, config.behaviour)
        self.postman = Postman(config, self.ledger, self.moods)
        self.tokens = Tokens(self.ledger)
        self.people = {person.id: person for person in config.people}
        self._accounts = {account.key: account for account in config.accounts}
        self._tokens = {account.access_token: account for account in config.accounts}

    def account(self, key: str) -> SimAccount:
        """The account of this key; KeyError where there is none."""
        return self._accounts[key]

    def account_by_token(self, token: str, *kinds: str) -> SimAccount | None:
        """The account that this access token opens, if it is of one of these kinds."""
        account = self._tokens.get(token) or self.tokens.owner_of(token, self._accounts)
        return account if account is not None and account.kind in kinds else None

    def person_of(self, account: SimAccount, person_id: object) -> SimPerson | None:
        """The person of this id, if they know this account."""
        person = self.people.get(person_id) if isinstance(person_id, str) else None
        return person if person is not None and person.account_key == account.key else None

    def knows(self, account: SimAccount, address: str) -> bool:
        """Whether a LINE push may go there: a person, or a group an event came from."""
        room = self.ledger.fact(f"room:{account.key}:{address}")
        return room is not None or self.person_of(account, address) is not None

    # What a person does --------------------------------------------------------

    def say(
        self,
        person: SimPerson,
        text: str,
        payload: str | None = None,
        *,
        quoted: str | None = None,
    ) -> int:
        """The person writes; ``payload`` is that of a tapped Meta quick reply.

        ``quoted`` is the id of the message that is quoted, on LINE.
        """
        if person.kind == "line":
            quote = {"quotedMessageId": quoted} if quoted else {}
            return self.do(person, {"message": events.line_text(text) | quote})
        message: dict[str, Any] = {"mid": events.make_mid(person.kind), "text": text}
        if payload is not None:
            message["quick_reply"] = {"payload": payload}
        return self.do(person, {"message": message})

    def tap(self, person: SimPerson, data: str, title: str) -> int:
        """The person taps a postback button."""
        if person.kind == "line":
            return self.do(person, {"type": "postback", "postback": {"data": data}})
        mid = events.make_mid(person.kind)
        return self.do(person, {"postback": {"title": title, "payload": data, "mid": mid}})

    def send_picture(self, person: SimPerson, mimetype: str, data: bytes, base: str) -> int:
        """The person sends a picture; ``base`` is where the simulator itself is reached."""
        content_id = events.make_line_message_id()
        self.ledger.insert("contents", id=content_id, type=mimetype, data=data)
        if person.kind == "line":
            provider = {"type": "line"}
            message = {"id": content_id, "type": "image", "contentProvider": provider}
            return self.do(person, {"message": message})
        attachment = {"type": "image", "payload": {"url": f"{base}/contents/{content_id}"}}
        mid = events.make_mid(person.kind)
        return self.do(person, {"message": {"mid": mid, "attachments": [attachment]}})

    def do(self, person: SimPerson, fields: dict[str, Any]) -> int:
        """Make an event of these fields over the usual ones and owe its webhook to the product.

        A field that is None is left out. Gives the webhook's number in the ledger.
        """
        at, account = self.ledger.now(), self.account(person.account_key)
        with self.ledger.transaction():
            if person.kind == "line":
                return self._do_on_line(account, person, at, fields)
            return self._do_on_meta(account, person, at, fields)

    def _do_on_line(
        self, account: SimAccount, person: SimPerson, at: float, fields: dict[str, Any]
    ) -> int:
        kind = str(fields.get("type", "message"))
        source = {"type": "user", "userId": person.id}
        event = events.line_event(kind, at, source, {"type": kind} | fields)
        address = self._note_source(account, person, event)
        if kind in ("follow", "unfollow"):
            self.ledger.remember(f"blocked:{address}", value=kind == "unfollow" or None)
        token: str | None = None
        repliable = kind in events.REPLIABLE and event.get("mode") == "active"
        if repliable and "replyToken" not in fields:
            token = event["replyToken"] = events.make_reply_token()
            self.ledger.insert(
                "tokens", token=token, account=account.key, source=address, event_at=at
            )
        self.note_said(account, address, at, kind, event)
        body = events.line_body(account, event)
        return self.postman.post(account, kind, body, person=address, reply_token=token)

    def _note_source(self, account: SimAccount, person: SimPerson, event: dict[str, Any]) -> str:
        source = event.get("source")
        for name in ("groupId", "roomId"):
            if isinstance(source, dict) and isinstance(source.get(name), str):
                self.ledger.remember(f"room:{account.key}:{source[name]}", value=True)
                return str(source[name])
        return person.id

    def _do_on_meta(
        self, account: SimAccount, person: SimPerson, at: float, fields: dict[str, Any]
    ) -> int:
        item = events.messaging(account, person.id, at, fields)
        kind = next((key for key in item if key not in ("sender", "recipient", "timestamp")), "")
        if kind in events.OPENING and not _is_echo(item):
            self.ledger.remember(f"inbound:{person.id}", at)
            self.note_said(account, person.id, at, kind, item)
        body = events.meta_body(account, at, item)
        return self.postman.post(account, kind, body, person=person.id)

    def note_said(
        self, account: SimAccount, address: str, at: float, kind: str, event: dict[str, Any]
    ) -> None:
        """Write down what a person said; ``event`` holds it under its kind."""
        told = event.get(kind)
        message = told if isinstance(told, dict) else {}
        text = message.get("text") or message.get("title")
        self.ledger.insert(
            "seen",
            at=at,
            direction="in",
            channel=account.kind,
            account=account.key,
            person=address,
            kind=str(message.get("type") or kind),
            text=_storable(text) if isinstance(text, str) else "",
            payload=message,
            platform_id=str(message.get("id") or message.get("mid") or ""),
        )

    # What a person is shown ----------------------------------------------------

    def show(
        self,
        account: SimAccount,
        address: str,
        message: dict[str, Any],
        *,
        kind: str,
        text: str,
        platform_id: str,
        delivery_key: str | None,
        lane: str,
        request: int,
    ) -> None:
        """Write down that the person saw this message from the shop."""
        self.ledger.insert(
            "seen",
            at=self.ledger.now(),
            direction="out",
            channel=account.kind,
            account=account.key,
            person=address,
            kind=kind,
            text=_storable(text),
            payload=message,
            platform_id=platform_id,
            delivery_key=delivery_key,
            lane=lane,
            request=request,
        )

    def echo(self, account: SimAccount, person_id: str, mid: str, message: dict[str, Any]) -> None:
        """Tell the product of its own message: the echo and, on Messenger, the delivery."""
        at = self.ledger.now()
        if self.moods.draw(account.kind, "echo") is None:
            item = events.echo(account, person_id, at, mid, message)
            self.postman.post(
                account, "echo", events.meta_body(account, at, item), person=person_id
            )
        if account.kind == "messenger":
            self.tell(
                account, person_id, {"delivery": {"mids": [mid], "watermark": int(at * 1000)}}
            )

    def read(self, person: SimPerson, mid: str) -> None:
        """The person has read everything up to this message; LINE tells nobody."""
        account, at = self.account(person.account_key), self.ledger.now()
        if person.kind == "messenger":
            self.tell(account, person.id, {"read": {"watermark": int(at * 1000)}})
        elif person.kind == "instagram":
            self.tell(account, person.id, {"read": {"mid": mid}})

    def tell(self, account: SimAccount, person_id: str, fields: dict[str, Any]) -> None:
        """Post a Meta event that is nobody's message: a delivery, a reading."""
        at = self.ledger.now()
        body = events.meta_body(account, at, events.messaging(account, person_id, at, fields))
        self.postman.post(account, next(iter(fields)), body, person=person_id)

    def close(self) -> None:
        """End the postman's threads and close the ledger."""
        self.postman.close()
        self.ledger.close()


def make_trace() -> str:
    """An id of one API call, as the platforms put it into their answers."""
    return secrets.token_hex(16)


def _is_echo(item: dict[str, Any]) -> bool:
    message = item.get("message")
    return isinstance(message, dict) and bool(message.get("is_echo"))


def _storable(text: str) -> str:
    """SQLite's text cannot hold a lone surrogate; the payload beside it keeps the escape."""
    return text.encode("utf-8", "replace").decode()
