"""A person with a browser that has no scripts: it follows links and redirects, keeps cookies, and sends forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests

if TYPE_CHECKING:
    from organization import Person

PATIENCE_SECONDS = 30
# How many pages a person goes through on the way to one goal: sign-in, user code, consent, and what follows.
MOST_STEPS = 6


@dataclass
class Form:
    """A form, with the values it would be sent with."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads the forms and the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.onward = ""
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "meta" and attributes.get("http-equiv") == "refresh":
            self.onward = attributes["content"].partition("url=")[2]
        elif tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get").lower()))
            self.open = True
        elif self.open and "name" in attributes:
            pair = (attributes["name"], attributes.get("value", ""))
            if tag == "input" and attributes.get("type") not in ("radio", "checkbox", "submit"):
                self.forms[-1].fields[pair[0]] = pair[1]
            elif tag == "button":
                self.forms[-1].buttons.append(pair)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = False

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Page:
    """What a visitor is shown."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.url = response.url
        self.path = urlsplit(response.url).path
        self.html = response.text
        reader = _Reader()
        reader.feed(self.html)
        self.forms = reader.forms
        # Where the page goes by itself.
        self.onward = reader.onward
        self.text = " ".join(" ".join(reader.words).split())

    def form(self, path: str) -> Form | None:
        """The form that goes to `path`, if the page has one."""
        return next((form for form in self.forms if urlsplit(form.action).path == path), None)


class Visitor:
    """One browser."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.http = requests.Session()
        self.http.trust_env = False

    def open(self, address: str) -> Page:
        """Follows a link."""
        return Page(self.http.get(urljoin(self.origin, address), timeout=PATIENCE_SECONDS))

    def send(self, page: Page, form: Form, **typed: str) -> Page:
        """Sends a form, as browsers do: with the origin of the page it is on."""
        address = urljoin(page.url, form.action)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        fields = form.fields | typed
        page = Page(self.http.post(address, fields, headers={"Origin": origin}, timeout=PATIENCE_SECONDS))
        return self.open(page.onward) if page.onward else page

    def choose_password(self, link: str, person: Person) -> Page:
        """Follows a one-time link and chooses the person's password."""
        page = self.open(link)
        form = page.form(urlsplit(link).path)
        assert form, page.text
        page = self.send(page, form, password=person.password, repeated=person.password)
        assert page.status == 200, page.text
        return page

    def sign_in(self, person: Person, address: str = "/start/") -> Page:
        """Opens `address`, and signs in on the way."""
        page = self.open(address)
        form = page.form("/start/sign-in")
        assert form, page.text
        return self.send(page, form, user_name=person.user_name, password=person.password)

    def sign_out(self) -> Page:
        """Ends the session."""
        page = self.open("/start/")
        form = page.form("/start/sign-out")
        assert form, page.text
        return self.send(page, form)

    def decide(self, address: str, person: Person, decision: str = "allow", user_code: str = "") -> list[Page]:
        """Opens what a program asks to open, does what the pages ask for, and decides: every page on the way."""
        pages = [self.open(address)]
        for _ in range(MOST_STEPS):
            page = pages[-1]
            if form := page.form("/start/sign-in"):
                typed = {"user_name": person.user_name, "password": person.password}
            elif form := page.form("/device"):
                typed = {"user_code": user_code or form.fields["user_code"]}
            elif form := page.form("/authorize/consent"):
                assert ("decision", decision) in form.buttons, form
                typed = {"decision": decision}
            else:
                return pages
            pages.append(self.send(page, form, **typed))
        raise AssertionError(f"no end after {MOST_STEPS} pages: {[page.url for page in pages]}")
