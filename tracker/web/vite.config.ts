/** How the page is built (into `tracker/page/`), served while it is developed, and its pure modules tested. */
import react from "@vitejs/plugin-react";
import type { ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";

const backend = new URL(process.env["BACKEND_URL"] ?? "http://127.0.0.1:8000");
const host = process.env["WEB_HOST"] ?? "127.0.0.1";
const port = Number(process.env["WEB_PORT"] ?? "3000");
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  throw new Error(`WEB_PORT: ${process.env["WEB_PORT"]} is no port: 1 to 65535`);
}

/** Of the pages that this server itself serves. */
const ours = new Set([host, "localhost", "127.0.0.1", "[::1]"].map((name) => new URL(`http://${name}:${port}`).origin));

/**
 * The backend lets in its own pages alone, and ours count as such. The `Origin` of any other page goes through as it
 * is, and is refused there: else every page in the browser could read through us.
 */
const proxy: ProxyOptions = {
  target: backend.origin,
  changeOrigin: true, // the `Host`
  ws: true,
  configure: (server) => {
    server.on("proxyReq", (request, { headers }) => {
      if (ours.has(headers.origin ?? "")) request.setHeader("Origin", backend.origin);
    });
    server.on("proxyReqWs", (request, { headers }) => {
      if (ours.has(headers.origin ?? "")) request.setHeader("Origin", backend.origin);
    });
  },
};
const proxied = ["/api", "/ws", "/docs", "/static-offline-docs", "/openapi.json", "/metrics", "/healthz", "/readyz"];

export default defineConfig({
  base: "./",
  plugins: [react()],
  build: { outDir: "../page", emptyOutDir: true, assetsInlineLimit: 0, license: { fileName: "licences.md" } },
  server: {
    host,
    port,
    strictPort: true,
    // Where changes of a mounted file are not told, such as in some containers.
    watch: process.env["WEB_POLL"] === "1" ? { usePolling: true, interval: 300 } : {},
    proxy: Object.fromEntries(proxied.map((path) => [path, proxy])),
  },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});
