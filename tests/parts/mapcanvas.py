"""What the layer's canvas shows, and where on it a place must lie: Web Mercator, reckoned here once more."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from opened import wait_until
from PIL import Image
from playwright.sync_api import Page

from tracker.jupyter.map.symbols import SCALES
from tracker.jupyter.map.symbols import STALE as STALE_CLASS

CANVAS = ".leaflet-overlay-pane > canvas[aria-hidden=true]"
STALE = SCALES["altitude"].colours[STALE_CLASS]

PIXEL = f"""([x, y]) => {{
    const [red, green, blue, alpha] = document.querySelector("{CANVAS}").getContext("2d").getImageData(x, y, 1, 1).data;
    return alpha === 255 ? "#" + [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("") : null;
}}"""
# Whether something is drawn within 3 px above or below each of some places.
DRAWN = f"""(places) => {{
    const canvas = document.querySelector("{CANVAS}").getContext("2d");
    const opaque = (part, at) => at % 4 === 3 && part > 0;
    return places.map(([x, y]) => canvas.getImageData(x, y - 3, 1, 7).data.some(opaque));
}}"""
# The middle of all that is drawn, and between which moments it was drawn: before or after us in a frame.
MIDDLE = f"""() => new Promise((tell) => requestAnimationFrame(() => {{
    const since = performance.now() / 1000;
    requestAnimationFrame(() => {{
        const canvas = document.querySelector("{CANVAS}"), {{ width, height }} = canvas;
        const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
        const until = performance.now() / 1000;
        let [count, x, y] = [0, 0, 0];
        pixels.forEach((pixel, at) => {{ if (pixel) {{ count++; x += at % width; y += Math.floor(at / width); }} }});
        tell({{ since, until, count, x: x / count, y: y / count }});
    }});
}}))"""


def colour_of(altitude: float) -> str:
    """By the same scale as on the notebook's map, m."""
    scale = SCALES["altitude"]
    feet = round(altitude * scale.per_si)
    return scale.colours[sum(feet >= edge for edge in scale.edges)]


def project(lat: float, lon: float, zoom: float) -> tuple[float, float]:
    """px from the world's corner."""
    world = 256 * 2**zoom
    sine = math.sin(math.radians(lat))
    return world * (lon / 360 + 0.5), world * (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi))


def metres_per_pixel(lat: float, zoom: float) -> float:
    return 2 * math.pi * 6_371_008.8 * math.cos(math.radians(lat)) / (256 * 2**zoom)


def on_canvas(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """Where a place lies on the map now, px from its corner."""
    centre, zoom, width, height = page.evaluate(
        "() => { const { map } = flights, { lat, lng } = map.getCenter(), { x, y } = map.getSize();"
        " return [[lat, lng], map.getZoom(), x, y]; }"
    )
    (x, y), (x0, y0) = project(lat, lon, zoom), project(*centre, zoom)
    return x - x0 + width / 2, y - y0 + height / 2


def in_window(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """The same, px from the window's corner."""
    x, y = on_canvas(page, lat, lon)
    box = page.locator(".map").bounding_box()
    return x + box["x"], y + box["y"]


def colour_at(page: Page, lat: float, lon: float) -> str | None:
    """What is drawn at a place; None: nothing, or something soft."""
    x, y = on_canvas(page, lat, lon)
    return page.evaluate(PIXEL, [round(x), round(y)])


def pixels(page: Page) -> npt.NDArray[np.uint8]:
    """The whole canvas: height, width, RGBA."""
    url = page.evaluate(f"document.querySelector('{CANVAS}').toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGBA"))


def wait_for_colour(page: Page, lat: float, lon: float, colour: str | None) -> None:
    x, y = on_canvas(page, lat, lon)
    wait_until(page, f"({{ at, colour }}) => ({PIXEL})(at) === colour", {"at": [round(x), round(y)], "colour": colour})


def wait_for_symbol(page: Page, lat: float, lon: float, *, drawn: bool) -> None:
    x, y = on_canvas(page, lat, lon)
    holds = f"({{ at, drawn }}) => (({PIXEL})(at) !== null) === drawn"
    wait_until(page, holds, {"at": [round(x), round(y)], "drawn": drawn})


def wait_for_drawn(page: Page, places: Sequence[tuple[float, float]], drawn: Sequence[bool]) -> None:
    """Wait until something is drawn at just those places for which it is wished."""
    at = [[round(x) for x in on_canvas(page, *place)] for place in places]
    holds = f"({{ at, drawn }}) => ({DRAWN})(at).every((some, index) => some === drawn[index])"
    wait_until(page, holds, {"at": at, "drawn": list(drawn)})
