"""Pages that are open in a browser, and whatever they complain about."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from chromium import PATIENCE, SCREENSHOTS, is_here, only_here
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

TILES = "tile.openstreetmap.org"
"""The one host that a page may ask besides its server; nothing is let through to it."""

DEAD_SERVER = (
    r"WebSocket connection to .* failed|net::ERR_(CONNECTION|CONTENT_LENGTH|EMPTY|INCOMPLETE)|backdrop stays empty"
    r"|status of 426"
)
"""What the browser complains about while a server is away.

426: the page asked why its socket had failed when the server was back already.
"""

REFUSED = """addEventListener("securitypolicyviolation",
    (event) => console.error(`refused by policy: ${event.violatedDirective} ${event.blockedURI}`));"""


class Opener:
    """Opens pages in contexts of their own, and listens to them."""

    def __init__(self, browser: Browser, name: str) -> None:
        self._browser = browser
        self._name = re.sub(r"\W+", "-", name)
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []
        self._expected: list[str] = []
        self.asked: set[str] = set()
        """Hosts that were asked for something."""

    def open(self, url: str, *, size: tuple[int, int] = (1280, 800), scheme: str = "light") -> Page:
        """A page that is connected.

        Args:
            url: Whole, with its fragment.
            size: Of the window, CSS px.
            scheme: What the system prefers, light or dark.
        """
        page = self.blank(size=size, scheme=scheme)
        page.goto(url)
        connected(page)
        return page

    def blank(self, *, size: tuple[int, int] = (1280, 800), scheme: str = "light") -> Page:
        """A page that has gone nowhere yet."""
        width, height = size
        context = self._browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        context.route("**/*", only_here)
        context.add_init_script(REFUSED)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complaints.append(f"thrown: {error}"))
        page.on("request", self._request)
        return page

    def expect(self, pattern: str) -> None:
        """What this test provokes is no complaint."""
        self._expected.append(pattern)

    def close(self) -> list[str]:
        """Keep a picture of each page, close them, and tell their complaints."""
        SCREENSHOTS.mkdir(exist_ok=True)
        for number, context in enumerate(self._contexts):
            for page in context.pages:
                page.screenshot(path=SCREENSHOTS / f"page-{self._name}-{number}.png")
            context.close()
        foreign = sorted(self.asked - {"127.0.0.1", TILES})
        unexpected = [text for text in self._complaints if not any(re.search(known, text) for known in self._expected)]
        return unexpected + [f"asked {host} for something" for host in foreign]

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        refused = urlsplit(url).hostname == TILES and "ERR_FAILED" in message.text
        if message.type in ("error", "warning") and not refused:
            self._complaints.append(f"console: {message.text} ({url})")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws", "wss"):
            self.asked.add("127.0.0.1" if is_here(request.url) else urlsplit(request.url).hostname or request.url)


def connected(page: Page) -> None:
    """Wait until the page is."""
    page.locator("footer [role=status]", has_text=re.compile(r"^Connected$")).wait_for()


def wait_until(page: Page, holds: str, arg: object = None, *, seconds: float = PATIENCE / 1000) -> None:
    """Wait until a function holds in the page.

    `page.wait_for_function` has the page evaluate text, which its policy forbids.
    """
    page.evaluate(
        f"""([arg]) => new Promise((tell, fail) => {{
            const holds = {holds}, end = performance.now() + {1000 * seconds};
            const look = async () => {{
                if (await holds(arg)) tell();
                else if (performance.now() > end) fail(new Error("it never holds: " + holds));
                else setTimeout(look, 20);
            }};
            look();
        }})""",
        [arg],
    )
