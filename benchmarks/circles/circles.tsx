/** The usual way: a `<CircleMarker>` of React-Leaflet for each aircraft, which stands still between two reports. */
import type * as L from "leaflet";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { CircleMarker, MapContainer, useMap } from "react-leaflet";
import type { Drawing, Start } from "../../tracker/web/bench/rates";
import { colourOf } from "../../tracker/web/src/symbols";
import type { Columns } from "../../tracker/web/src/wire";

type Show = (columns: Columns) => void;

/** On one canvas of Leaflet's, or as an SVG element each. */
export function circles(canvas: boolean): (element: HTMLElement, start: Start) => Promise<Drawing> {
  return (element, { center, zoom }) =>
    new Promise((resolve) => {
      let held: Columns = {};
      const ready = (map: L.Map, show: Show): void => {
        const apply = (columns: Columns): void => show((held = columns));
        resolve({ map, apply, inView: () => inView(map, held) });
      };
      createRoot(element).render(
        <MapContainer center={center} zoom={zoom} preferCanvas={canvas} zoomSnap={0}>
          <Circles ready={ready} />
        </MapContainer>,
      );
    });
}

function Circles({ ready }: { ready: (map: L.Map, show: Show) => void }) {
  const map = useMap();
  const [columns, show] = useState<Columns>({});
  useEffect(() => ready(map, show), [map, ready]);
  return (columns.key ?? []).map((key, i) => {
    const colour = colourOf(columns.altitude?.[i] ?? null, false);
    return (
      <CircleMarker
        key={key}
        center={[columns.lat![i]!, columns.lon![i]!]}
        radius={4}
        pathOptions={{ color: colour, weight: 1, fillOpacity: 0.8 }}
      />
    );
  });
}

function inView(map: L.Map, columns: Columns): number {
  const bounds = map.getBounds();
  return (columns.key ?? []).filter((_, i) => bounds.contains([columns.lat![i]!, columns.lon![i]!])).length;
}
