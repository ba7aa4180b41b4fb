"""`OpenSky`: the REST interface of the OpenSky Network, as a `Service`: what to ask, with which token, and how often.

credentials ──> token, renewed before it ends ──> /states/all ──┬─> Reader ──> StateVector
                                                                └─> credits left ──> Budget ──> interval
"""

from __future__ import annotations

import logging
import re
from urllib.parse import urlencode

from producer.errors import ProducerError
from producer.sources.backoff import Backoff
from producer.sources.credentials import Credentials
from producer.sources.credits import Budget, cost_of
from producer.sources.exchange import Answer, Request, retry_after
from producer.sources.reader import Reader, Reading, decode
from producer.sources.service import Outcome

logger = logging.getLogger(__name__)

API = "https://opensky-network.org/api"
"""Where state vectors are asked for."""

TOKENS = "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token"
"""Where tokens are asked for."""

SHORTEST = 5.0
"""Seconds between two moments for which an account is given state vectors."""

SHORTEST_ANONYMOUS = 10.0
"""Seconds between two moments for which others are given them."""

_CREDITS, _CREDITS_ANONYMOUS = 4000, 400  # a day, as documented
_EARLY = 30.0  # s, before its end, at which a token is renewed
_LIFETIME = 1800.0  # s, of a token that does not say its own
_SHORTEST_LIFETIME = 60.0  # s: one that ended sooner would be renewed without end
_NOW = 0.0  # s, to wait

_WHOLE = re.compile(r"[0-9]{1,9}")

Region = tuple[float, float, float, float]


class OpenSky(Reading):
    """State vectors of a box or of the world, as often as the credits allow; with an account, or without."""

    label = "opensky"
    attribution: str | None = "The OpenSky Network, https://opensky-network.org"
    terms: str | None = (
        "data of the OpenSky Network (https://opensky-network.org) is for research and other non-commercial use, and "
        "the network is to be named: its terms of use are on that page"
    )

    def __init__(
        self,
        credentials: Credentials | None = None,
        region: Region | None = None,
        interval: float | None = None,
        *,
        api: str = API,
        tokens: str = TOKENS,
    ) -> None:
        """Choose what to ask.

        Args:
            credentials: None: anonymous.
            region: South, west, north and east, degrees, not across the antimeridian; None: the world.
            interval: Seconds between two requests; None: as the credits allow. Never below the service's own.
            api: Another place to ask for state vectors.
            tokens: Another place to ask for tokens.
        """
        self.name = "OpenSky" if credentials else "OpenSky (anonymous)"
        self._credentials = credentials
        names = ("lamin", "lomin", "lamax", "lomax")
        box = dict(zip(names, map(str, region), strict=True)) if region else {}
        self._url = f"{api}/states/all?{urlencode(box | {'extended': '1'})}"
        self._tokens = tokens
        usual, shortest = (_CREDITS, SHORTEST) if credentials else (_CREDITS_ANONYMOUS, SHORTEST_ANONYMOUS)
        self._budget = Budget(cost_of(region), usual, shortest, interval)
        super().__init__(Reader(self.name, "opensky"))
        self._backoff = Backoff(10.0, 900.0)
        self._token: str | None = None
        self._ends = 0.0
        self._asked_token = False
        self._is_renewed = False

    def request(self, wall: float) -> Request:
        """Return what is to be asked now: state vectors, or a token for them."""
        self._asked_token = self._credentials is not None and (self._token is None or wall >= self._ends - _EARLY)
        if self._asked_token and self._credentials is not None:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret,
            }
            return Request(self._tokens, form=form)
        return Request(self._url, {"Authorization": f"Bearer {self._token}"} if self._token else {})

    def take(self, answer: Answer, wall: float, now: float) -> Outcome:
        """Read the answer; as `Service.take`.

        Raises:
            ProducerError: The credentials are refused.
        """
        return self._take_token(answer, wall) if self._asked_token else self._take_states(answer, wall, now)

    def _take_token(self, answer: Answer, wall: float) -> Outcome:
        if answer.status in (400, 401):
            raise ProducerError(
                "OpenSky refuses the client ID or its secret: both are in the file that the account's page gives, for "
                "OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET, or for --credentials"
            )
        if answer.status == 429:
            return self._wait(answer)
        document = decode(answer.body)
        token = document.get("access_token") if isinstance(document, dict) else None
        if answer.status != 200 or not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
            return self._fail(f"gives no token (status {answer.status})")
        lifetime = document.get("expires_in") if isinstance(document, dict) else None
        if not isinstance(lifetime, int | float) or not _SHORTEST_LIFETIME <= lifetime < 86_400:
            lifetime = _LIFETIME
        self._token = token
        self._ends = wall + lifetime
        return Outcome(wait=_NOW)

    def _take_states(self, answer: Answer, wall: float, now: float) -> Outcome:
        if answer.status == 401 and self._token is not None:
            self._token = None
            if self._is_renewed:
                return self._fail("refuses its own token (status 401)")
            self._is_renewed = True
            return Outcome(wait=_NOW)
        if answer.status == 429:
            wait = retry_after(answer, "x-rate-limit-retry-after-seconds")
            if wait is not None:
                self._budget.refuse(wait, wall)
            return self._wait(answer)
        if answer.status == 403:
            return self._fail("refuses (status 403), as it does to addresses of some clouds")
        if answer.status != 200:
            return self._fail(f"answers with status {answer.status}")
        document = decode(answer.body)
        if not isinstance(document, dict) or not isinstance(document.get("states", ()), list | None):
            return self._fail("answers with something that has no state vectors")
        self._is_renewed = False
        self._backoff.reset()
        left = answer.headers.get("x-rate-limit-remaining", "")
        self._budget.spend(int(left) if _WHOLE.fullmatch(left) else None, wall)
        if news := self._budget.news(wall):
            logger.info("%s: %s", self.name, news)
        states = self._reader.read(document, now) if document["states"] else ()
        return Outcome(states, self._budget.interval(wall))

    def _wait(self, answer: Answer) -> Outcome:
        """Obey a refusal for want of credits, or for haste."""
        wait = retry_after(answer, "x-rate-limit-retry-after-seconds") or retry_after(answer)
        if wait is None:
            return self._fail("refuses (status 429)")
        lasting = f" for {wait / 60:.0f} min" if wait >= 60 else ""
        return Outcome(wait=max(wait, 1.0), trouble=f"refuses (status 429){lasting}")

    def _fail(self, what: str) -> Outcome:
        """Back off, other than the shell does: a token that is given does not end the trouble."""
        return Outcome(wait=self._backoff.grow(), trouble=what)
