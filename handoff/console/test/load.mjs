// Lets tests import the console's TypeScript: bundles one module in memory, as the build would.

import { webcrypto } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// What every browser has, and Node only from 20 on.
globalThis.crypto ??= webcrypto;

const src = join(dirname(fileURLToPath(import.meta.url)), "..", "src");

export async function load(name) {
  const result = await build({
    entryPoints: [join(src, name)],
    bundle: true,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    jsxImportSource: "preact",
    write: false,
    logLevel: "warning",
  });
  const code = Buffer.from(result.outputFiles[0].contents).toString("base64");
  return import(`data:text/javascript;base64,${code}`);
}
