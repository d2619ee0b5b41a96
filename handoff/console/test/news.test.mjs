import assert from "node:assert/strict";
import test from "node:test";
import { aNews, edie } from "./knowledge-samples.mjs";
import { load } from "./load.mjs";
import { event, sam, snapshot, welcome } from "./samples.mjs";

const { byCare, newsHref, newsLinkWords } = await load("knowledge/news.ts");
const { initialState, reduce } = await load("state.ts");

const after = (staff, ...frames) =>
  frames.reduce(
    (state, frame) => reduce(state, { type: "frame", frame, at: 1_795_000_490 }),
    reduce(initialState, { type: "signed-in", staff }),
  );
const editors = welcome({ staff: { ...sam, role: "editor" }, may: ["kb"] });
const item = "intent/bins.missed";
const dead = event(101, "kb.link_dead", { by: null, item, text: "It is dead." });

test("news are shown and read out to who keeps the knowledge base, until they have looked", () => {
  const over = event(102, "kb.incident_over", { by: null, item: "incident/flood", text: "Over." });
  const state = after(sam, editors, snapshot([]), dead, over);
  assert.deepEqual(state.news.map(({ seq }) => seq), [102, 101]);
  assert.deepEqual(
    state.announcements.map(({ text }) => text),
    ["A link is dead: It is dead.", "An incident is over: Over."],
  );
  const looked = reduce(state, { type: "news-seen", seq: 101 });
  assert.deepEqual(looked.news.map(({ seq }) => seq), [102]);
  assert.deepEqual(reduce(looked, { type: "news-seen", seq: 102 }).news, []);
});

const silent = [
  ["others", welcome({ may: ["claim"] }), dead],
  ["who did it", editors, event(101, "kb.published", { by: sam.name, text: "Version 2." })],
  ["editors where somebody saves", editors, event(101, "kb.saved", { by: edie.name, item })],
];
for (const [who, first, one] of silent) {
  test(`nothing is told to ${who}`, () => {
    const state = after(sam, first, snapshot([]), one);
    assert.deepEqual([state.news, state.announcements], [[], []]);
  });
}

test("a link that works again is no longer dead, another one is", () => {
  const other = event(102, "kb.link_dead", { by: null, item: "intent/bins.day", text: "Dead." });
  const back = event(103, "kb.link_back", { by: null, item, text: "It works." });
  const state = after(sam, editors, snapshot([]), dead, other, back);
  assert.deepEqual(state.news.map(({ seq }) => seq), [103, 102]);
});

test("of much news the newest are shown", () => {
  const many = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    event(100 + n, "kb.published", { by: edie.name, text: `Version ${n} is live.` }),
  );
  const state = after(sam, editors, snapshot([]), ...many);
  assert.deepEqual(state.news.map(({ seq }) => seq), [107, 106, 105, 104, 103]);
});

test("what needs care comes first, each in its order", () => {
  const kinds = ["kb.published", "kb.refused", "kb.link_back", "kb.demoted"];
  const sorted = byCare(kinds.map((kind, i) => aNews(90 - i, { kind })));
  assert.deepEqual(sorted.map(({ kind }) => kind), [kinds[1], kinds[3], kinds[0], kinds[2]]);
});

const links = [
  ["kb.link_dead", item, "#/knowledge/intent/bins.missed", "See it"],
  ["kb.incident_over", "incident/a/b", "#/knowledge/incident/a%2Fb", "See it"],
  ["kb.published", null, "#/knowledge/versions", "See all versions"],
  ["kb.refused", null, "#/knowledge/publish", "See what waits"],
  ["kb.demoted", "script/x", "#/knowledge/publish", "See what waits"],
];
for (const [kind, about, href, words] of links) {
  test(`${kind} about ${about} leads to ${href}`, () => {
    assert.equal(newsHref({ kind, item: about }), href);
    assert.equal(newsLinkWords({ kind, item: about }), words);
  });
}
