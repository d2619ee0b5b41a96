import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { hrefOf, placeOf, readRoute } = await load("route.ts");
const { changedOf, entryOf, KnowledgeStore, settleMs } = await load("knowledge/store.ts");

const places = [
  ["#/knowledge", { page: "overview" }],
  ["#/knowledge/term", { page: "list", kind: "term" }],
  ["#/knowledge/intent/bins.missed", { page: "item", kind: "intent", item: "bins.missed" }],
  ["#/knowledge/notice/a%2Fb%3F", { page: "item", kind: "notice", item: "a/b?" }],
  ["#/knowledge/new/intent", { page: "new", kind: "intent", phrases: [] }],
  [
    "#/knowledge/new/intent?phrases=skip+hire&phrases=hire+a+skip",
    { page: "new", kind: "intent", phrases: ["skip hire", "hire a skip"] },
  ],
  ["#/knowledge/try", { page: "try" }],
  ["#/knowledge/learn", { page: "learn" }],
  ["#/knowledge/replay", { page: "replay" }],
  ["#/knowledge/publish", { page: "publish" }],
  ["#/knowledge/versions", { page: "versions" }],
  ["#/knowledge/versions/4", { page: "version", version: 4 }],
];
for (const [hash, place] of places) {
  test(`${hash} is a place, and has its address`, () => {
    const route = readRoute(hash);
    assert.deepEqual(route, { view: "knowledge", place });
    assert.equal(hrefOf(route), hash);
  });
}

const typed = [
  ["#/knowledge/", { page: "overview" }],
  ["#/knowledge/intent/", { page: "list", kind: "intent" }],
  ["#/knowledge/nothing/like/it", { page: "overview" }],
  ["#/knowledge/new/nothing", { page: "overview" }],
  ["#/knowledge/versions/four", { page: "versions" }],
  ["#/knowledge/term/100%", { page: "item", kind: "term", item: "100%" }],
  [
    "#/knowledge/new/intent?phrases=one%0A%0Atwo",
    { page: "new", kind: "intent", phrases: ["one", "two"] },
  ],
];
for (const [hash, place] of typed) {
  test(`${hash} leads somewhere`, () =>
    assert.deepEqual(readRoute(hash), { view: "knowledge", place }));
}

test("each item is a place of its own", () => {
  assert.notEqual(
    placeOf(readRoute("#/knowledge/term/bin")),
    placeOf(readRoute("#/knowledge/term/crew")),
  );
});

const frame = (revision) => ({
  type: "kb",
  revision,
  items: [
    { kind: "intent", item: "a", change: null },
    { kind: "term", item: "a", change: "changed" },
  ],
});

/** A store whose questions are answered, and whose time passes, when the test says so. */
function storing() {
  const s = { asked: [], due: null, changes: 0 };
  s.store = new KnowledgeStore({
    ask: () => new Promise((resolve) => s.asked.push(resolve)),
    after(ms, run) {
      assert.equal(ms, settleMs);
      s.due = run;
      return () => {
        s.due = null;
      };
    },
    onChange: () => s.changes++,
  });
  s.turn = () => new Promise((resolve) => setImmediate(resolve));
  return s;
}

test("what many did at once is asked for once, when it has settled", async () => {
  const s = storing();
  for (const kind of ["kb.saved", "case.claimed", "kb.discarded"]) s.store.heard({ kind });
  assert.equal(s.asked.length, 0);
  s.due();
  assert.equal(s.asked.length, 1);
  s.asked[0](frame(1));
  await s.turn();
  assert.equal(s.store.frame.revision, 1);
  assert.equal(s.changes, 1);
});

test("an event of something else asks for nothing", () => {
  const s = storing();
  s.store.heard({ kind: "case.claimed" });
  assert.equal(s.due, null);
});

test("what changes while it is asked for is asked for again", async () => {
  const s = storing();
  void s.store.refresh();
  void s.store.refresh();
  void s.store.refresh();
  assert.equal(s.asked.length, 1);
  s.asked[0](frame(1));
  await s.turn();
  assert.equal(s.asked.length, 2);
  s.asked[1](frame(2));
  await s.turn();
  assert.deepEqual([s.asked.length, s.store.frame.revision], [2, 2]);
});

test("a lost connection leaves what there was, and says so", async () => {
  const s = storing();
  void s.store.refresh();
  s.asked[0](frame(1));
  await s.turn();
  void s.store.refresh();
  s.asked[1](null);
  await s.turn();
  assert.equal(s.store.frame.revision, 1);
  assert.match(s.store.problem, /no connection/);
  void s.store.refresh();
  s.asked[2]({ type: "refused", text: "This is not there yet." });
  await s.turn();
  assert.equal(s.store.problem, "This is not there yet.");
});

test("an item is found by its kind and its id", () => {
  assert.equal(entryOf(frame(1), { kind: "term", item: "a" }).change, "changed");
  assert.equal(entryOf(frame(1), { kind: "term", item: "b" }), undefined);
  assert.equal(entryOf(null, { kind: "term", item: "a" }), undefined);
  assert.deepEqual(
    changedOf(frame(1)).map(({ kind }) => kind),
    ["term"],
  );
});
