"""`/docs`: what its policy lets it do."""

import hashlib
import re
from base64 import b64encode

import httpx

from tracker.server.docs import FILES, described_app


async def test_its_own_scripts_run_and_no_other():
    app = described_app("test", "1", "text")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        page = await http.get("/docs")
    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == "'self'"
    (inline,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    assert rules["script-src"] == f"'self' 'sha256-{b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_it_loads_nothing_from_elsewhere():
    app = described_app("test", "1", "text")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        text = (await http.get("/docs")).text
        links = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert len(links) == 3
        for link in links:
            assert f"/{link}".startswith(FILES)
            assert (await http.get(f"/{link}")).status_code == 200
