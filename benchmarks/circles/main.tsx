/** `?n=10000&mode=layer`, `circles-svg` or `circles-canvas`: see `rates.ts`. */
import "leaflet/dist/leaflet.css";
import { layer, run } from "../../tracker/web/bench/rates";
import { circles } from "./circles";

window.result = await run({ layer, "circles-svg": circles(false), "circles-canvas": circles(true) });
