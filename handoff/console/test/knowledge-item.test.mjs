// Editing an item of the knowledge base: its body, its fields, and that nothing typed is lost.

import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { linesOf, patternsAt, sameBody, textAt, textsAt, withValue } =
  await load("knowledge/body.ts");
const { bodyNow, browserNet, ItemKeeper, savePauseMs } = await load("knowledge/keeper.ts");
const { changedFields, fieldsOf, isAboutPatterns, placed, problemSentence, shownValue, weightAt } = await load("knowledge/fields.ts");
const { sectionsOf } = await load("knowledge/sections.ts");
const { dayOf, localOf, momentOf, momentOfText, utcText } = await load("knowledge/local-time.ts");
const { placeOfProblem } = await load("knowledge/summary.tsx");
const { takenOver } = await load("knowledge/form.tsx");
const { endedBody } = await load("knowledge/incident.tsx");
const { firstBody } = await load("knowledge/new.tsx");
const { savingWords } = await load("knowledge/item.tsx");

const intent = {
  id: "bins.missed",
  title: "Missed bin",
  replies: ["Tell us: {link}"],
  match: [{ pcre: "(?&bin)", weight: 80 }],
  examples: { yes: ["bin missed"], no: [] },
};

test("a body is read by paths, whatever stands there", () => {
  assert.equal(textAt(intent, "title"), "Missed bin");
  assert.equal(textAt({ score: 80 }, "score"), "80");
  assert.deepEqual(textsAt(intent, "examples.yes"), ["bin missed"]);
  assert.deepEqual(textsAt(["a", 3, "b"], ""), ["a", "b"]);
  assert.deepEqual(patternsAt(intent, "match"), [{ pcre: "(?&bin)", weight: 80 }]);
  assert.deepEqual(patternsAt({ match: [null, { weight: "x" }] }, "match"), [
    { pcre: "" },
    { pcre: "" },
  ]);
  for (const wrong of [null, 3, "text", [], { title: [] }, { title: null }]) {
    assert.equal(textAt(wrong, "title"), "");
    assert.deepEqual(textsAt(wrong, "examples.yes"), []);
  }
});

const changes = [
  ["replaced", { a: 1, b: 2 }, "a", 3, { a: 3, b: 2 }],
  ["added", { a: 1 }, "b", 2, { a: 1, b: 2 }],
  ["taken out", { a: 1, b: 2 }, "a", undefined, { b: 2 }],
  ["added below", { a: 1 }, "x.y", 2, { a: 1, x: { y: 2 } }],
  ["the last taken out below", { a: 1, x: { y: 2 } }, "x.y", undefined, { a: 1 }],
  ["one of two taken out below", { x: { y: 2, z: 3 } }, "x.y", undefined, { x: { z: 3 } }],
  ["all of it", ["a"], "", ["b"], ["b"]],
  ["nothing there yet", null, "a", 1, { a: 1 }],
];
for (const [what, before, path, value, after] of changes) {
  test(`a value of a body: ${what}`, () => {
    const kept = structuredClone(before);
    assert.deepEqual(withValue(before, path, value), after);
    assert.deepEqual(before, kept);
  });
}

test("members stay in their order", () => {
  const after = withValue(intent, "title", "Missed collection");
  assert.deepEqual(Object.keys(after), Object.keys(intent));
});

test("bodies are the same whatever the order of members, and not of lists", () => {
  assert.ok(sameBody({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] }));
  for (const [a, b] of [
    [{ a: 1 }, { a: 1, b: undefined }],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [null, {}],
    ["1", 1],
    [{ a: {} }, { a: [] }],
  ]) {
    assert.ok(!sameBody(a, b), `${JSON.stringify(a)} ${JSON.stringify(b)}`);
  }
});

test("lines are what stands on them", () => {
  assert.deepEqual(linesOf(" a b \n\n\tc\r\n"), ["a b", "c"]);
});

const item = (fields = {}) => ({
  type: "kb_item",
  id: "c1",
  kind: "intent",
  item: "bins.missed",
  file: "bins.json",
  version: 3,
  revision: 0,
  live: { title: "live" },
  draft: null,
  base: null,
  removed: false,
  conflict: false,
  by: null,
  at: null,
  ...fields,
});
const drafted = (revision, title, fields = {}) =>
  item({ revision, draft: { title }, base: { title: "live" }, by: "Asha Malik", ...fields });

test("an item is as in the draft, or else as it is live", () => {
  assert.deepEqual(bodyNow(item()), { title: "live" });
  assert.deepEqual(bodyNow(drafted(4, "drafted")), { title: "drafted" });
  assert.equal(bodyNow(item({ revision: 4, removed: true })), null);
  assert.equal(bodyNow(item({ live: null })), null);
});

/** A keeper with a browser, a server and a clock that do what the test says. */
function keeping({ typed = null, first = item() } = {}) {
  const k = { typed, saves: [], discards: [], fetched: 0, due: null, answer: null };
  k.keeper = new ItemKeeper({
    save: (body, revision, live) =>
      new Promise((resolve) => {
        k.saves.push([body?.title ?? null, revision, live]);
        k.answer = resolve;
      }),
    discard: async (revision) => {
      k.discards.push(revision);
      return k.refused ?? null;
    },
    fetch: () => k.fetched++,
    net: {
      read: () => k.typed,
      keep: (one) => (k.typed = one),
      forget: () => (k.typed = null),
    },
    after(ms, run) {
      assert.equal(ms, savePauseMs);
      k.due = run;
      return () => (k.due = null);
    },
  });
  k.pause = () => {
    const run = k.due;
    k.due = null;
    run?.();
  };
  k.say = async (answer) => {
    k.answer(answer);
    await new Promise((resolve) => setImmediate(resolve));
  };
  k.title = () => k.keeper.body?.title ?? null;
  if (first) k.keeper.heard(first);
  return k;
}

test("what is typed is saved once, when the typing pauses, and then not kept here", async () => {
  const k = keeping();
  for (const title of ["a", "ab", "abc"]) k.keeper.write({ title });
  assert.deepEqual(k.typed, { body: { title: "abc" }, revision: 0, version: 3 });
  k.pause();
  assert.equal(k.keeper.saving, "saving");
  await k.say({ what: "saved", revision: 5 });
  assert.deepEqual(k.saves, [["abc", 0, 3]]);
  assert.equal(k.keeper.saving, "saved");
  assert.equal(k.typed, null);
});

test("what is typed while it is saved is saved over what was saved", async () => {
  const k = keeping();
  k.keeper.write({ title: "a" });
  k.pause();
  k.keeper.write({ title: "ab" });
  k.pause();
  assert.equal(k.saves.length, 1);
  await k.say({ what: "saved", revision: 5 });
  assert.equal(k.typed.body.title, "ab");
  k.pause();
  await k.say({ what: "saved", revision: 6 });
  assert.deepEqual(k.saves, [
    ["a", 0, 3],
    ["ab", 5, 3],
  ]);
  assert.equal(k.typed, null);
});

test("what can't be saved is kept, said, and saved later", async () => {
  const k = keeping();
  k.keeper.write({ title: "a" });
  k.pause();
  await k.say({ what: "not", text: "there's no connection." });
  assert.equal(savingWords(k.keeper.saving, true), "Not saved: there's no connection.");
  assert.equal(k.typed.body.title, "a");
  void k.keeper.flush();
  await k.say({ what: "saved", revision: 5 });
  assert.equal(k.keeper.saving, "saved");
});

test("what was typed before a crash is back, and saved", async () => {
  const k = keeping({ typed: { body: { title: "typed" }, revision: 0, version: 3 } });
  assert.equal(k.title(), "typed");
  assert.equal(k.keeper.restored, true);
  assert.ok(k.typed);
  k.pause();
  await k.say({ what: "saved", revision: 5 });
  assert.deepEqual(k.saves, [["typed", 0, 3]]);
});

test("what was typed before a crash stands beside what somebody else saved since", () => {
  const first = drafted(7, "theirs");
  const k = keeping({ typed: { body: { title: "typed" }, revision: 0, version: 3 }, first });
  assert.equal(k.title(), "typed");
  assert.equal(bodyNow(k.keeper.theirs).title, "theirs");
  k.pause();
  assert.deepEqual(k.saves, []);
});

test("what reached the server before a crash isn't offered", () => {
  const first = drafted(7, "typed");
  const k = keeping({ typed: { body: { title: "typed" }, revision: 0, version: 3 }, first });
  assert.equal(k.keeper.theirs, null);
  assert.equal(k.keeper.restored, false);
  assert.equal(k.typed, null);
});

test("somebody else's change comes in where nothing was typed", () => {
  const k = keeping();
  k.keeper.heard(drafted(7, "theirs"));
  assert.equal(k.title(), "theirs");
  assert.equal(k.keeper.theirs, null);
});

test("somebody else's change stands beside what was typed, until one of them is taken", async () => {
  for (const [take, title, saves] of [
    ["takeTheirs", "theirs", []],
    ["keepMine", "mine", [["mine", 7, 3]]],
  ]) {
    const k = keeping();
    k.keeper.write({ title: "mine" });
    k.keeper.heard(drafted(7, "theirs"));
    assert.equal(k.title(), "mine");
    k.pause();
    assert.deepEqual(k.saves, []);
    void k.keeper[take]();
    assert.equal(k.title(), title);
    assert.deepEqual(k.saves, saves);
    if (saves.length > 0) await k.say({ what: "saved", revision: 8 });
    assert.equal(k.typed, null, take);
  }
});

test("what is typed on while both stand there waits for the choice", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  k.keeper.heard(drafted(7, "theirs"));
  k.keeper.write({ title: "mine, and more" });
  k.pause();
  assert.deepEqual([k.saves, k.typed.body.title], [[], "mine, and more"]);
  void k.keeper.keepMine();
  assert.deepEqual(k.saves, [["mine, and more", 7, 3]]);
});

test("a save that comes too late brings what stands there instead", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  k.pause();
  await k.say({ what: "stale", kb: drafted(7, "theirs") });
  assert.equal(bodyNow(k.keeper.theirs).title, "theirs");
  assert.equal(k.typed.body.title, "mine");
});

test("a save is done again where only the numbers are others", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  k.pause();
  await k.say({ what: "stale", kb: item({ version: 4 }) });
  assert.equal(k.keeper.theirs, null);
  k.pause();
  await k.say({ what: "saved", revision: 8 });
  assert.deepEqual(k.saves, [
    ["mine", 0, 3],
    ["mine", 0, 4],
  ]);
});

test("a save that had arrived is known by what stands there", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  k.pause();
  await k.say({ what: "stale", kb: drafted(7, "mine") });
  assert.deepEqual([k.keeper.theirs, k.keeper.saving, k.typed], [null, "saved", null]);
});

test("a server that never agrees is asked a few times, and then a person", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  for (let n = 0; n < 9 && !k.keeper.theirs; n++) {
    k.pause();
    await k.say({ what: "stale", kb: item({ version: 4 + n }) });
  }
  assert.ok(k.keeper.theirs);
  assert.ok(k.saves.length < 6);
});

test("what is heard while it is saved is asked for again", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  k.pause();
  k.keeper.heard(item());
  await k.say({ what: "saved", revision: 5 });
  assert.equal(k.title(), "mine");
  assert.equal(k.fetched, 1);
});

test("published, it isn't in the draft any more, and what was said of its save is old", async () => {
  const k = keeping();
  k.keeper.write({ title: "mine" });
  k.pause();
  await k.say({ what: "saved", revision: 5 });
  k.keeper.heard(drafted(5, "mine"));
  assert.equal(savingWords(k.keeper.saving, true), "Saved in the draft");
  k.keeper.heard(item({ version: 4, live: { title: "mine" } }));
  assert.equal(savingWords(k.keeper.saving, false), "As it is live");
});

test("discarded, it is as live, and what was typed goes", async () => {
  const k = keeping({ first: drafted(7, "drafted") });
  k.keeper.write({ title: "mine" });
  await k.keeper.discard();
  assert.deepEqual(k.discards, [7]);
  assert.deepEqual([k.title(), k.typed, k.keeper.known.revision], ["live", null, 0]);
  k.pause();
  assert.deepEqual(k.saves, []);
});

test("what can't be discarded stays", async () => {
  const k = keeping({ first: drafted(7, "drafted") });
  k.refused = "Somebody else has changed it.";
  await k.keeper.discard();
  assert.equal(k.title(), "drafted");
  assert.deepEqual(k.keeper.saving, { problem: "Somebody else has changed it." });
});

test("a draft that was begun on what isn't live any more is saved over it as it is", async () => {
  const k = keeping({ first: drafted(7, "drafted", { version: 4, conflict: true }) });
  void k.keeper.keepOverLive();
  await k.say({ what: "saved", revision: 8 });
  assert.deepEqual(k.saves, [["drafted", 7, 4]]);
  assert.equal(k.keeper.known.conflict, false);
});

test("an item that is to go is saved as nothing", async () => {
  const k = keeping();
  k.keeper.write(null);
  void k.keeper.flush();
  await k.say({ what: "saved", revision: 5 });
  assert.deepEqual(k.saves, [[null, 0, 3]]);
  assert.equal(k.keeper.known.removed, true);
});

test("a browser that keeps nothing is no trouble", () => {
  globalThis.localStorage = {
    getItem: () => "{ not JSON",
    setItem: () => assert.fail("full"),
    removeItem: () => assert.fail("full"),
  };
  const net = browserNet(4, "intent/bins.missed");
  assert.equal(net.read(), null);
  net.keep({ body: 1, revision: 0, version: 1 });
  net.forget();
  delete globalThis.localStorage;
});

const hours = [
  ["2026-12-21T00:00:00Z", "2026-12-21T00:00"],
  ["2027-07-01T08:30:00Z", "2027-07-01T09:30"],
  ["2027-03-28T00:59:00Z", "2027-03-28T00:59"],
  ["2027-03-28T01:00:00Z", "2027-03-28T02:00"],
  ["2027-10-31T00:30:00Z", "2027-10-31T01:30"],
];
for (const [utc, local] of hours) {
  test(`${utc} is ${local} at the council, there and back`, () => {
    assert.equal(localOf(momentOfText(utc)), local);
    assert.equal(utcText(momentOf(local)), utc);
  });
}

test("an hour that there isn't is the one after, one that there is twice the first, and no time none", () => {
  assert.equal(utcText(momentOf("2027-03-28T01:30")), "2027-03-28T01:30:00Z");
  assert.equal(utcText(momentOf("2027-10-31T01:30")), "2027-10-31T00:30:00Z");
  for (const wrong of ["", "tomorrow", "2027-02", "2027-13-01T00:00"])
    assert.equal(momentOf(wrong), null);
  assert.equal(momentOfText("soon"), null);
  assert.equal(momentOfText("2026-12-21T01:00:00+01:00"), momentOfText("2026-12-21T00:00:00Z"));
  assert.equal(dayOf(momentOfText("2027-06-30T23:30:00Z")), "2027-07-01");
});

const kinds = [
  [
    "intent",
    "bins.missed",
    intent,
    ["title", "phrases", "match", "unless", "replies", "examples.yes", "teach"],
  ],
  ["rule", "danger.gas", { kind: "sensitive" }, ["kind", "reason", "team", "holding", "phrases", "match"]],
  ["term", "bin", ["bin"], [""]],
  ["term", "gap", { pcre: "x" }, ["pcre"]],
  ["common", "common", ["the"], [""]],
  ["notice", "christmas", {}, ["text", "from", "until", "intents"]],
  ["incident", "flood", {}, ["title", "text", "from", "until", "intents", "tell"]],
  ["canned", "thanks", {}, ["title", "text"]],
  ["wording", "thanks", ["Ta"], [""]],
  ["wording", "private_footer", "STOP", [""]],
  ["wording", "clarify", {}, ["ask", "first", "second", "neither"]],
  ["wording", "voices", { brisk: { thanks: ["Ta"] } }, ["brisk.thanks"]],
  ["thresholds", "thresholds", {}, ["score", "rules.troll", "second_also"]],
  ["election", "election", {}, ["from", "until", "team", "names", "topics"]],
];
for (const [kind, name, body, paths] of kinds) {
  test(`${kind} ${name} has the fields that it needs, each once`, () => {
    const fields = fieldsOf(kind, name, body).map(({ path }) => path);
    for (const path of paths) assert.ok(fields.includes(path), `${path} in ${fields}`);
    assert.equal(new Set(fields).size, fields.length);
    const titles = sectionsOf(kind, name, body).map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length);
  });
}

test("only a sensitive rule has a reason, or one that still has it", () => {
  const paths = (body) => fieldsOf("rule", "x", body).map(({ path }) => path);
  assert.ok(!paths({ kind: "praise" }).includes("reason"));
  assert.ok(paths({ kind: "praise", reason: "legal" }).includes("reason"));
});

const problem = (field, index = null) => ({
  severity: "error",
  kind: "intent",
  item: "bins.missed",
  field,
  index,
  column: null,
  text: "t",
  next: "n",
});
const places = [
  [problem("replies", 2), "kb-replies-2"],
  [problem("replies", 0), "kb-replies"],
  [problem("replies"), "kb-replies"],
  [problem("examples"), "kb-examples-yes"],
  [problem("no", 3), "kb-examples-no"],
  [problem("link"), "kb-link"],
  [problem("id"), null],
  [problem(null), null],
];
for (const [one, id] of places) {
  test(`a problem of ${one.field} ${one.index} leads to ${id}`, () => {
    const [found] = placed([one], fieldsOf("intent", "bins.missed", intent));
    assert.equal(placeOfProblem(found), id);
  });
}

test("what is wrong is a sentence that calls a box by its name", () => {
  const rows = [
    ['"department" is missing or empty', "Department", "Department is missing or empty."],
    ['"department" is missing or empty', null, '"department" is missing or empty.'],
    ["finds an example of bins.day", null, "Finds an example of bins.day."],
    ["{wen} isn't filled in here", "Replies", "{wen} isn't filled in here."],
    ["Something else is wrong.", null, "Something else is wrong."],
  ];
  for (const [text, label, wanted] of rows) assert.equal(problemSentence(text, label), wanted);
});

test("a remark on patterns is only for who knows them", () => {
  const rows = [
    ["warning", "match", true],
    ["warning", "unless", true],
    ["warning", "phrases", false],
    ["warning", null, false],
    ["error", "match", false],
  ];
  for (const [severity, field, wanted] of rows) {
    assert.equal(isAboutPatterns({ ...problem(field), severity }), wanted, `${severity} ${field}`);
  }
});

test("where there is one field, every problem is its", () => {
  const [found] = placed([problem("terms")], fieldsOf("term", "bin", ["bin"]));
  assert.equal(placeOfProblem(found), "kb-body");
});

test("the weight of a text is found by its place", () => {
  const weights = [
    { field: "replies", index: 0, weight: 1 },
    { field: "replies", index: 1, weight: 2 },
    { field: "text", index: null, weight: 3 },
  ];
  assert.equal(weightAt(weights, "replies", 1).weight, 2);
  assert.equal(weightAt(weights, "replies", 2), undefined);
  assert.equal(weightAt(weights, "text", 0).weight, 3);
  assert.equal(weightAt([{ field: "thanks", index: 1, weight: 4 }], "", 1).weight, 4);
});

test("fields that are in the draft as they aren't live", () => {
  const fields = fieldsOf("intent", "bins.missed", intent);
  const body = withValue(withValue(intent, "phrases", ["bin missed"]), "title", "Missed");
  assert.deepEqual([...changedFields({ live: intent }, body, fields)], ["title", "phrases"]);
  assert.deepEqual([...changedFields({ live: intent }, intent, fields)], []);
});

test("values are shown as people read them", () => {
  assert.deepEqual(shownValue(["a", { pcre: "x", weight: 3 }, { pcre: "y" }, 4, null]), [
    "a",
    "x (3)",
    "y",
    "4",
  ]);
  assert.deepEqual(shownValue(undefined), []);
  assert.deepEqual(shownValue({ a: 1 }), ['{"a":1}']);
});

test("a phrase that is taken over by hand is a pattern from then on, once", () => {
  const phrase = { phrase: "bin missed", pcre: "(?&bin) x", weight: 70, words: [] };
  const body = takenOver({ phrases: ["bin missed"], match: [] }, phrase);
  assert.deepEqual(body, { match: [{ pcre: "(?&bin) x", weight: 70 }] });
  const again = takenOver({ ...body, phrases: ["bin missed", "no bin"] }, phrase);
  assert.deepEqual(again, { ...body, phrases: ["no bin"] });
});

test("an incident ends now, and not before it began", () => {
  const body = { id: "flood", from: "2027-01-01T00:00:00Z", until: "2027-01-03T00:00:00Z" };
  const from = momentOfText(body.from);
  assert.equal(endedBody(body, from + 3600).until, "2027-01-01T00:59:59Z");
  assert.equal(endedBody(body, from - 60).until, "2027-01-01T00:00:01Z");
});

test("a new intent begins with its phrases, and where its neighbours are", () => {
  const entries = [{ kind: "intent", item: "bins.day", file: "bins.json", department: "waste" }];
  const begun = { id: "bins.lost", title: "Lost bin", topic: "bins", phrases: ["lost my bin"] };
  const body = firstBody("intent", begun, entries, momentOfText("2027-01-01T00:00:00Z"));
  assert.equal(body.department, "waste");
  assert.equal(body.review_by, "2027-06-30");
  assert.deepEqual([body.phrases, body.examples.yes], [["lost my bin"], ["lost my bin"]]);
  assert.deepEqual(firstBody("term", { ...begun, title: "crate" }, entries, 0), ["crate"]);
});
