// Copies MapLibre GL JS from node_modules beside the console's page, with its licence.
// The page loads it from there, so that no request leaves the machine.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const from = join(root, "node_modules", "maplibre-gl");
const to = join(root, "src", "truceline", "web", "static", "vendor");
const files = ["maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css"];

mkdirSync(to, { recursive: true });
for (const file of files) {
  const text = readFileSync(join(from, "dist", file), "utf8");
  // The source maps are 8 MB and not copied; a browser with open tools would ask for them.
  writeFileSync(join(to, file), text.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
}
copyFileSync(join(from, "LICENSE.txt"), join(to, "maplibre-gl-LICENSE.txt"));

const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
console.log(`maplibre-gl ${version} -> ${to}`);
