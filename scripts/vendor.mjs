// Copies the browser modules that the client imports from node_modules into static/vendor/, as they lie,
// and draws the icon sprite. Run after `npm ci`; the result is not kept in git.
//
// The sprite holds only the icons named in static/js/ui/icon_names.js: adding one there is all it takes.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const from = join(root, "node_modules");
const to = join(root, "static", "vendor");

const FILES = [
  "lit-html/lit-html.js",
  "lit-html/directive.js",
  "lit-html/directive-helpers.js",
  "lit-html/directives/class-map.js",
  "lit-html/directives/guard.js",
  "lit-html/directives/live.js",
  "lit-html/directives/ref.js",
  "lit-html/directives/repeat.js",
  "lit-html/directives/unsafe-html.js",
  "lit-html/async-directive.js",
  "lit-html/LICENSE",
  "marked/lib/marked.esm.js",
  "marked/LICENSE",
  "lucide-static/LICENSE",
];

// Source maps are not shipped, so the browser must not be sent looking for them.
const SOURCE_MAP = /\n?\/\/# sourceMappingURL=\S+\s*$/;

async function copyModules() {
  for (const file of FILES) {
    const target = join(to, file);
    await mkdir(dirname(target), { recursive: true });
    if (file.endsWith(".js")) {
      await writeFile(target, (await readFile(join(from, file), "utf8")).replace(SOURCE_MAP, "\n"));
    } else {
      await cp(join(from, file), target);
    }
  }
}

async function drawSprite() {
  const { ICONS } = await import(join(root, "static/js/ui/icon_names.js"));
  const symbols = [];
  for (const name of ICONS) {
    const svg = await readFile(join(from, "lucide-static/icons", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
        `stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`,
    );
  }
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  await writeFile(join(to, "icons.svg"), sprite);
}

await rm(to, { recursive: true, force: true });
await copyModules();
await drawSprite();
console.log(`vendor: ${FILES.length} files and the icon sprite are in static/vendor/`);
