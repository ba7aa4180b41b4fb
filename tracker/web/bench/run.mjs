/** Run a TypeScript module of this directory in Node: `node bench/run.mjs reckoning.ts`. */
import { resolve } from "node:path";
import { runnerImport } from "vite";

const module = process.argv[2];
if (!module) throw new Error("which module? for instance: node bench/run.mjs reckoning.ts");
await runnerImport(resolve(import.meta.dirname, module), { configFile: false, logLevel: "error" });
