/** How the page is built (into `tracker/page/`), served while it is developed, and its pure modules tested. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env["BACKEND_URL"] ?? "http://127.0.0.1:8000";
const host = process.env["WEB_HOST"] ?? "127.0.0.1";
const port = Number(process.env["WEB_PORT"] ?? "3000");

export default defineConfig({
  base: "./",
  plugins: [react()],
  build: { outDir: "../page", emptyOutDir: true, assetsInlineLimit: 0 },
  server: {
    host,
    port,
    strictPort: true,
    proxy: Object.fromEntries(
      ["/api", "/ws", "/docs", "/openapi.json", "/metrics", "/healthz", "/readyz"].map((path) => [
        path,
        { target: backend, changeOrigin: true, ws: path === "/ws" },
      ]),
    ),
  },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});
