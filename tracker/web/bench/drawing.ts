/** The layer alone; beside React-Leaflet it is measured by `benchmarks/drawing.py`. What came of it is in `window.result`. */
import "leaflet/dist/leaflet.css";
import { layer, run } from "./rates";

window.result = await run({ layer });
