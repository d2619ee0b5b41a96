import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const console_ = join(dirname(fileURLToPath(import.meta.url)), "..");

function build(into) {
  const program = join(console_, "build.mjs");
  const done = spawnSync(process.execPath, [program, into], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}

/** The bytes of one array of the generated C. */
function bytesOf(c, name) {
  const found = new RegExp(`char ${name}\\[\\] = \\{\\n([^}]*)\\};`).exec(c);
  return Buffer.from(found[1].split(",").map((n) => n.trim()).filter(Boolean).map(Number));
}

test("the build", async (t) => {
  const out = mkdtempSync(join(tmpdir(), "kerbside-console-"));
  t.after(() => rmSync(out, { recursive: true }));
  const [one, two] = [join(out, "one"), join(out, "two")];
  build(one);
  mkdirSync(join(two, "assets"), { recursive: true });
  for (const old of ["console-0123456789ab.css", "knowledge-ABCDEF12.js"])
    writeFileSync(join(two, "assets", old), "an earlier build's");
  build(two);
  const read = (dir, name) => readFileSync(join(dir, name));
  const assets = readdirSync(join(one, "assets"));
  const page = read(one, "index.html").toString();
  const atFirst = assets.filter((name) => page.includes(`"/assets/${name}"`));
  const c = read(one, "console_assets.c").toString();
  const sourceOf = (names) => names.map((name) => read(one, join("assets", name))).join("\n");

  await t.test("gives the same bytes twice, and leaves no old asset", () => {
    assert.deepEqual(readdirSync(join(two, "assets")), assets);
    assert.ok(read(one, "console_assets.c").equals(read(two, "console_assets.c")));
  });

  await t.test("is under 100 KB gzipped at first; the knowledge pages and QR codes come later", () => {
    const later = assets.filter((name) => !atFirst.includes(name));
    assert.match(later.join(" "), /^knowledge-[0-9A-Z]{8}\.js qr-code-[0-9A-Z]{8}\.js$/);
    const sizes = atFirst.map((name) => gzipSync(read(one, join("assets", name))).length);
    assert.ok(sizes.reduce((sum, size) => sum + size) < 100_000, `${sizes}`);
    assert.doesNotMatch(sourceOf(atFirst), /kb-nav-/);
  });

  await t.test("names in its page every script that the first one imports", () => {
    const imported = [...sourceOf(atFirst).matchAll(/from"\.\/([^"]+)"/g)].map(([, name]) => name);
    assert.ok(imported.length > 0);
    for (const name of imported) assert.ok(atFirst.includes(name), name);
  });

  await t.test("has nothing inline that a strict policy would refuse", () => {
    assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });

  await t.test("ships no font, crest or source map", () => {
    for (const name of assets) {
      const text = read(one, join("assets", name)).toString();
      assert.doesNotMatch(text, /url\(|GDS Transport|sourceMappingURL/);
    }
  });

  await t.test("puts every file into the C table, plain and gzipped", () => {
    const row = /\{ "([^"]+)", "[^"]+",\n {6}(plain_\d+), .*(gzip_\d+), .*(true|false) \}/g;
    const rows = [...c.matchAll(row)];
    assert.equal(rows.length, 4 + assets.length);
    for (const [, path, plain, gzip, immutable] of rows) {
      const file = read(one, path === "/" ? "index.html" : path.slice(1));
      assert.ok(bytesOf(c, plain).equals(file), path);
      assert.ok(gunzipSync(bytesOf(c, gzip)).equals(file), path);
      assert.equal(immutable === "true", path.startsWith("/assets/"));
    }
  });
});
