import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { hrefOf, placeOf, readRoute } = await load("route.ts");
const { changedOf, entryOf, KnowledgeStore, settleMs } = await load("knowledge/store.ts");
const { careOf, editorsOf, everything, isShown, suggestId, timeState, unhelpedWords, useWords } =
  await load("knowledge/health.ts");
const { triedWords, withTried } = await load("knowledge/try.tsx");

const places = [
  ["#/knowledge", { page: "overview" }],
  ["#/knowledge/term", { page: "list", kind: "term" }],
  ["#/knowledge/intent/bins.missed", { page: "item", kind: "intent", item: "bins.missed" }],
  ["#/knowledge/notice/a%2Fb%3F", { page: "item", kind: "notice", item: "a/b?" }],
  [
    "#/knowledge/intent/bins.missed?field=replies&index=0",
    { page: "item", kind: "intent", item: "bins.missed", field: "replies", index: 0 },
  ],
  [
    "#/knowledge/intent/bins.missed?field=examples.yes",
    { page: "item", kind: "intent", item: "bins.missed", field: "examples.yes" },
  ],
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

const now = Date.parse("2027-01-10T10:00:00Z") / 1000;
const entry = (fields = {}) => ({
  kind: "intent",
  item: "bins.missed",
  title: "Missed bin collection",
  file: "bins.json",
  owner: "Edie Hall",
  review_by: "2027-03-31",
  mode: "automatic",
  from: null,
  until: null,
  change: null,
  conflict: false,
  use: { used_at: now - 60, used: 40, unhelped: 0, withheld: null },
  link: { url: "https://northmoor.example", alive: true, status: 200, what: "", checked_at: now },
  ...fields,
});

const cares = [
  ["well", {}, []],
  ["to be reviewed today", { review_by: "2027-01-10" }, []],
  ["overdue", { review_by: "2027-01-09" }, ["overdue"]],
  ["with a dead link", { link: { alive: false } }, ["link"]],
  ["with a link not checked yet", { link: { alive: null } }, []],
  ["held back", { use: { used: 0, unhelped: 0, withheld: "Residents said so." } }, ["withheld"]],
  ["often no help", { use: { used: 12, unhelped: 3, withheld: null } }, ["unhelped"]],
  ["seldom no help", { use: { used: 13, unhelped: 3, withheld: null } }, []],
  ["twice no help", { use: { used: 2, unhelped: 2, withheld: null } }, []],
  ["changed under the draft", { conflict: true, use: null, link: null }, ["conflict"]],
];
for (const [what, fields, care] of cares) {
  test(`an item that is ${what}`, () => assert.deepEqual(careOf(entry(fields), now), care));
}

const narrowed = [
  [{}, true],
  [{ text: " MISSED  bin " }, true],
  [{ text: "edie bins." }, true],
  [{ text: "missed library" }, false],
  [{ file: "bins.json" }, true],
  [{ file: "roads.json" }, false],
  [{ show: "changed" }, false],
  [{ show: "care" }, true],
  [{ show: "overdue" }, true],
  [{ show: "link" }, false],
];
for (const [by, wanted] of narrowed) {
  test(`narrowed down by ${JSON.stringify(by)}, an overdue item is ${wanted ? "" : "not "}shown`, () => {
    const overdue = entry({ review_by: "2026-12-31" });
    assert.equal(isShown(overdue, { ...everything, ...by }, now), wanted);
  });
}

test("how often it was used, and how often it didn't help", () => {
  const use = (fields) => entry({ use: { used_at: now - 60, used: 0, unhelped: 0, ...fields } });
  assert.equal(useWords(entry({ use: null }), now), "never used");
  assert.equal(useWords(use({ used: 1 }), now), "used once in 30 days");
  assert.equal(useWords(use({ used: 40 }), now), "used 40 times in 30 days");
  assert.equal(useWords(use({}), now), "not used for 30 days, last on 9:59");
  assert.equal(unhelpedWords(use({})), null);
  assert.equal(unhelpedWords(use({ unhelped: 1 })), "once it didn't help");
  assert.equal(unhelpedWords(use({ unhelped: 2 })), "2 times it didn't help");
});

test("what holds for a time is coming, there or over", () => {
  for (const [from, until, state] of [
    [null, null, "none"],
    [now + 1, now + 2, "coming"],
    [now, now + 1, "now"],
    [now - 1, null, "now"],
    [now - 2, now, "over"],
  ]) {
    assert.equal(timeState(entry({ from, until }), now), state);
  }
});

test("who else edits an item", () => {
  const person = (id, item, here = true) => ({ id, name: `P${id}`, item, here });
  const people = [
    person(1, "intent/bins.missed"),
    person(2, "intent/bins.missed"),
    person(3, "intent/bins.missed", false),
    person(4, "intent/bins.day"),
  ];
  assert.deepEqual(
    editorsOf(people, entry(), 1).map(({ id }) => id),
    [2],
  );
});

const ids = [
  ["bins", "Missed collection", "bins.missed_collection"],
  ["", "Hire of a skip for the garden", "hire_skip_garden"],
  ["Council Tax", "Can't pay it?", "council_tax.cant_pay_it"],
  ["bins", "Day", "bins.day_2"],
  ["bins", "!?", "bins.new"],
  ["street", "Café tables", "street.cafe_tables"],
];
for (const [topic, title, id] of ids) {
  test(`“${title}” of ${topic} is called ${id}`, () =>
    assert.equal(suggestId(topic, title, new Set(["bins.day"])), id));
}

test("the last ten that were tried are kept, each once", () => {
  let tried = [];
  for (let n = 0; n < 12; n++) tried = withTried(tried, `message ${n}`);
  tried = withTried(tried, "message 5");
  assert.equal(tried.length, 10);
  assert.deepEqual(tried.slice(0, 2), ["message 5", "message 11"]);
});

const outcomes = [
  [{ action: "answer", titles: ["Missed bin", "Bin day"] }, "Answered: Missed bin and Bin day"],
  [{ action: "handoff", reason: "unresolved", titles: [] }, "Goes to a person: no ready answer"],
  [{ action: "handoff", reason: null, titles: [] }, "Goes to a person"],
  [{ action: "ignore", titles: [] }, "Left alone as trolling"],
  [{ action: "thank", titles: [] }, "Thanked"],
  [{ action: "none", titles: [] }, "Nothing to answer"],
];
for (const [tried, words] of outcomes) {
  test(`${tried.action} ${tried.reason ?? ""} is “${words}”`, () =>
    assert.equal(triedWords(tried), words));
}
