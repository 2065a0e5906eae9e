// Makes prod-static/ out of static/: modules bundled and minified, every file under a name that holds its content's
// hash (and under its plain one, for who knows no other), gzip and brotli beside each, and an index.html that loads
// nothing whose content it has not vouched for. Run by `make static` and when the wheel is built:
//
//     node scripts/build_static.mjs [FOLDER]
//
// What is written: manifest.json maps plain names to hashed ones; the server and nginx serve the rest as it lies.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const from = join(root, "static");
const to = resolve(process.argv[2] ?? join(root, "prod-static"));
const work = `${to}.new`;

const COMPRESSED = /\.(css|html|js|json|svg|txt|webmanifest)$/;
const TARGET = ["chrome111", "firefox115", "safari16.4"];
const ENCODED_MIN_BYTES = 200;

const manifest = {};
const integrity = {};

async function walk(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walk(path) : [path];
    }),
  );
  return found.flat().sort();
}

function hashedName(name, content) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const dot = name.lastIndexOf(".");
  return dot < 0 ? name : `${name.slice(0, dot)}-${digest}${name.slice(dot)}`;
}

function vouch(content) {
  return `sha384-${createHash("sha384").update(content).digest("base64")}`;
}

async function write(name, content) {
  const path = join(work, name);
  const bytes = Buffer.from(content);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  if (!COMPRESSED.test(name) || bytes.length < ENCODED_MIN_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const encoded = { gz: gzipSync(bytes, { level: 9 }), br: brotliCompressSync(bytes, { params }) };
  for (const [ending, smaller] of Object.entries(encoded)) {
    if (smaller.length < bytes.length) await writeFile(`${path}.${ending}`, smaller);
  }
}

/** Write a file under both of its names. */
async function keep(name, content) {
  const hashed = hashedName(name, content);
  manifest[name] = hashed;
  await write(name, content);
  if (hashed !== name) await write(hashed, content);
  return hashed;
}

/** Everything that is no module: as it is, style sheets minified. */
async function keepFiles(files) {
  for (const path of files) {
    const name = relative(from, path);
    if (name === "index.html" || name.endsWith(".js")) continue;
    const content = await readFile(path);
    if (name.endsWith(".css")) {
      await keep(name, (await transform(content.toString(), { loader: "css", minify: true, target: TARGET })).code);
    } else {
      await keep(name, content);
    }
  }
}

/** Modules find each other by the page's import map, and files by their hashed names. */
function plaitPlugin(imports) {
  return {
    name: "plait",
    setup(bundler) {
      bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === "entry-point") return undefined;
        const exact = imports[path];
        const prefix = Object.keys(imports).find((key) => key.endsWith("/") && path.startsWith(key));
        const address = exact ?? (prefix && imports[prefix] + path.slice(prefix.length));
        return address ? { path: join(root, address) } : { errors: [{ text: `${path} is not in the import map` }] };
      });
      bundler.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        const contents = source.replace(/(["'`])\/static\/([^"'`$]+)\1/g, (whole, quote, name) =>
          manifest[name] ? `${quote}/static/${manifest[name]}${quote}` : whole,
        );
        return { contents, loader: "js" };
      });
    },
  };
}

/** The modules that pages load themselves: the client's, and those that the server's templates name. */
async function entries(files) {
  const templates = (await walk(join(root, "chat", "templates"))).filter((path) => path.endsWith(".html"));
  const named = new Set(["js/main.js"]);
  for (const path of templates) {
    for (const match of (await readFile(path, "utf8")).matchAll(/\/static\/([\w/.-]+\.js)/g)) named.add(match[1]);
  }
  for (const path of files) {
    const name = relative(from, path);
    if (name.endsWith(".js") && !name.includes("/")) named.add(name); // such as a service worker
  }
  return [...named].sort();
}

async function bundle(names, imports) {
  const options = {
    bundle: true,
    minify: true,
    format: "esm",
    target: TARGET,
    outbase: from,
    outdir: work,
    write: false,
    legalComments: "none",
    plugins: [plaitPlugin(imports)],
    metafile: true,
  };
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: names.map((name) => join(from, name)),
    splitting: true,
    entryNames: "[dir]/[name]-[hash]",
    chunkNames: "js/chunk-[hash]",
  });
  for (const file of outputFiles) {
    const name = relative(work, file.path);
    await write(name, file.contents);
    integrity[`/static/${name}`] = vouch(file.contents);
    const output = metafile.outputs[relative(process.cwd(), file.path)];
    if (output.entryPoint) {
      const plain = relative(from, resolve(output.entryPoint));
      manifest[plain] = name;
      await write(plain, file.contents);
    }
  }
}

/** What an entry needs at once: itself and the chunks it imports, theirs too. */
async function neededAtOnce(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const source = await readFile(join(work, name), "utf8");
  for (const match of source.matchAll(/(?:from|^import|;import)\s*"(\.[^"]+\.js)"/g)) {
    await neededAtOnce(relative(work, join(work, dirname(name), match[1])), found);
  }
  return found;
}

async function writeIndex(page, sheets) {
  const sheet = await keep("css/app.css", await combined(sheets));
  const main = manifest["js/main.js"];
  const scripts = [...(await neededAtOnce(main))];
  const head = [
    `<link rel="stylesheet" href="/static/${sheet}" integrity="${vouch(await readFile(join(work, sheet)))}">`,
    `<script type="importmap">${JSON.stringify({ imports: {}, integrity })}</script>`,
    ...scripts
      .slice(1)
      .map((name) => `<link rel="modulepreload" href="/static/${name}" integrity="${integrity[`/static/${name}`]}">`),
    `<script type="module" src="/static/${main}" integrity="${integrity[`/static/${main}`]}"></script>`,
  ];
  const lines = page
    .replace(/\s*<link rel="stylesheet"[^>]*>/g, "")
    .replace(/\s*<script type="importmap">[\s\S]*?<\/script>/, "")
    .replace(/<script type="module"[^>]*><\/script>/, () => head.join("\n    "))
    .replace(/"\/static\/([^"]+)"/g, (whole, name) => (manifest[name] ? `"/static/${manifest[name]}"` : whole));
  await write("index.html", lines);
}

async function combined(sheets) {
  const parts = await Promise.all(sheets.map((name) => readFile(join(from, name), "utf8")));
  return (await transform(parts.join("\n"), { loader: "css", minify: true, target: TARGET })).code;
}

await rm(work, { recursive: true, force: true });
const files = await walk(from);
const page = await readFile(join(from, "index.html"), "utf8");
const { imports } = JSON.parse(page.match(/<script type="importmap">([\s\S]*?)<\/script>/)[1]);
const sheets = [...page.matchAll(/<link rel="stylesheet" href="\/static\/([^"]+)">/g)].map((match) => match[1]);
await keepFiles(files);
await bundle(await entries(files), imports);
await writeIndex(page, sheets);
await write("manifest.json", `${JSON.stringify(manifest, null, 1)}\n`);
await rm(to, { recursive: true, force: true });
await rename(work, to);
console.log(`static: ${Object.keys(manifest).length} files in ${relative(process.cwd(), to) || to}`);
