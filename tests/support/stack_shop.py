"""The shop's side of a stack as a visitor's browser and as a program: plain HTTP, real forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

TIMEOUT = 20


@dataclass(slots=True)
class Form:
    """A form as a page offers it: where it posts to and its hidden or filled-in fields."""

    action: str
    id: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, in its order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.found.append(Form(given.get("action", ""), given.get("id", "")))
        elif tag == "input" and self._inside and "name" in given:
            self.found[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class Desk:
    """A member of staff at the web inbox, without JavaScript."""

    def __init__(self, base: str, email: str, password: str, *, home: str = "/inbox") -> None:
        self.base = base
        self._http = requests.Session()
        form = self.form("/login", "/login")
        response = self._http.post(
            f"{base}/login",
            data={**form.fields, "email": email, "password": password},
            allow_redirects=False,
            timeout=TIMEOUT,
        )
        assert response.status_code == 303, response.status_code
        assert response.headers["Location"] == home

    def get(self, path: str) -> str:
        """A page's text; a status other than 200 is a failure."""
        response = self._http.get(self.base + path, timeout=TIMEOUT)
        assert response.status_code == 200, (path, response.status_code)
        return response.text

    def reply(self, conversation_id: str, text: str) -> str:
        """Write into the conversation's reply box and send it; the page that answers."""
        page, action = f"/inbox/{conversation_id}", f"/inbox/{conversation_id}/messages"
        form = self.form(page, action, id_="composer")
        return self.submit(form, text=text)

    def submit(self, form: Form, **typed: str) -> str:
        """Send a form; the page that answers, redirects followed."""
        response = self._http.post(
            self.base + form.action, data={**form.fields, **typed}, timeout=TIMEOUT
        )
        assert response.status_code == 200, (form.action, response.status_code)
        return response.text

    def link_code(self) -> str:
        """A fresh linking code, read from the account page."""
        page = self.submit(self.form("/account", "/account/link-code"))
        found = re.search(r"/link ([0-9]+)", page)
        assert found is not None, page
        return found[1]

    def form(self, page: str, action: str, *, id_: str = "") -> Form:
        """The form of a page that posts to `action`."""
        forms = Forms(self.get(page)).found
        fitting = [form for form in forms if form.action == action and id_ in ("", form.id)]
        assert fitting, (page, [form.action for form in forms])
        return fitting[0]

    def close(self) -> None:
        """Hang up."""
        self._http.close()


class Api:
    """The JSON API with one shop's token."""

    def __init__(self, base: str, token: str) -> None:
        self.base = f"{base}/api/v1"
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: str) -> Any:
        """The JSON at a path; a status other than 200 is a failure."""
        response = self._http.get(self.base + path, params=query, timeout=TIMEOUT)
        assert response.status_code == 200, (path, response.status_code, response.text)
        return response.json()

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        """The whole answer to a JSON body."""
        return self._http.post(self.base + path, json=body, timeout=TIMEOUT)

    def every(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All items of a list, page after page."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query)
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            query["cursor"] = page["next_cursor"]

    def close(self) -> None:
        """Hang up."""
        self._http.close()
