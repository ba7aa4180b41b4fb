/** Builds the page that compares ways of drawing; into the folder that `benchmarks/drawing.py` names. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  plugins: [react()],
  // The layer's sources lie elsewhere, and have a Leaflet of their own: both must mean the same one.
  resolve: { dedupe: ["leaflet", "react", "react-dom", "topojson-client", "world-atlas"] },
  build: { emptyOutDir: true, target: "es2022" },
});
