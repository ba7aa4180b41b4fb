/** Mounts the page. */

import "leaflet/dist/leaflet.css";
import "./page/page.css";
import "./page/table.css";
import "./page/map.css";
import "./page/status.css";
import "./page/narrow.css";
import { createRoot } from "react-dom/client";
import { App } from "./page/App";
import { PageContext } from "./page/hooks";
import { Page, type Inside } from "./page/page";

declare global {
  interface Window {
    /** For the console and for tests: what the page shows, as objects. */
    flights?: Inside;
  }
}

const page = new Page(new AbortController().signal);

createRoot(document.getElementById("root")!).render(
  <PageContext value={page}>
    <App />
  </PageContext>,
);
