"""What can be seen on a live map, and what a browser says of it; shared by the tests of its parts."""

from __future__ import annotations

import base64

import ipyleaflet

from tracker.jupyter.map.livemap import LiveMap


def shown(live: LiveMap) -> dict[tuple[float, ...], ipyleaflet.Marker]:
    """The markers that can be seen, by where they are."""
    return {tuple(m.location): m for m in markers(live) if m.icon.icon_size != [0, 0]}


def markers(live: LiveMap) -> list[ipyleaflet.Marker]:
    (group,) = [layer for layer in live.layers if isinstance(layer, ipyleaflet.LayerGroup) and layer.name == "Aircraft"]
    return list(group.layers)


def svg(marker: ipyleaflet.Marker) -> str:
    return base64.b64decode(marker.icon.icon_url.partition(",")[2]).decode()


def click(marker: ipyleaflet.Marker) -> None:
    """As a browser says it."""
    content = {"event": "interaction", "type": "click", "coordinates": [0, 0]}
    marker.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def answer(marker: ipyleaflet.Marker) -> None:
    """As a browser does when it has moved a marker."""
    content = {"event": "move", "location": marker.location}
    marker.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def count(live: LiveMap) -> str:
    return live.controls[2].widget.value
