import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { aCase, alex, sam } from "./samples.mjs";

const { piecesOf } = await load("case/marks.ts");
const { Counter, countWords, pauseMs } = await load("case/counter.ts");
const { forgetDraft, keepDraft, readDraft } = await load("case/drafts.ts");
const { waysOf } = await load("case/case.tsx");
const { inOrder } = await load("case/conversation.tsx");
const { runCommand, runOnCase } = await load("commands.ts");

const text = "there's a child alone, I can hear screaming";
const markRows = [
  ["no spans", [], text],
  ["one", [[10, 21]], "there's a [child alone], I can hear screaming"],
  ["at both ends", [[34, 43], [0, 7]], "[there's] a child alone, I can hear [screaming]"],
  ["overlapping", [[10, 18], [16, 21]], "there's a [child alone], I can hear screaming"],
  ["touching", [[10, 15], [15, 21]], "there's a [child alone], I can hear screaming"],
  ["one within another", [[10, 21], [10, 15]], "there's a [child alone], I can hear screaming"],
  ["past the end", [[34, 99]], "there's a child alone, I can hear [screaming]"],
  ["before the start", [[-5, 7]], "[there's] a child alone, I can hear screaming"],
  ["empty and backwards", [[5, 5], [9, 3]], text],
];
for (const [what, spans, wanted] of markRows) {
  test(`marks: ${what}`, () => {
    const pieces = piecesOf(text, spans);
    assert.equal(pieces.map((p) => (p.marked ? `[${p.text}]` : p.text)).join(""), wanted);
    assert.equal(pieces.map((p) => p.text).join(""), text);
  });
}

test("marks: a character outside the basic plane is never halved", () => {
  const pieces = piecesOf("help 🙏 now", [[6, 11]]);
  assert.deepEqual(pieces.map((p) => p.text), ["help ", "🙏 now"]);
});

test("marks: markup in a message stays text", () => {
  const hostile = "<img src=x onerror=alert(1)>";
  assert.deepEqual(piecesOf(hostile, []), [{ text: hostile, marked: false }]);
});

function counting() {
  const asked = [];
  const shown = [];
  let due = null;
  const counter = new Counter({
    ask: (of) => new Promise((resolve, reject) => asked.push({ of, resolve, reject })),
    onCount: (count, of) => shown.push([count?.weight ?? null, of]),
    after(ms, run) {
      assert.equal(ms, pauseMs);
      due = run;
      return () => (due = null);
    },
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { counter, asked, shown, settle, pause: () => due?.() };
}

test("the count is asked for once the typing pauses, not at every key", () => {
  const c = counting();
  for (const typed of ["h", "he", "hel"]) c.counter.count(typed);
  c.pause();
  assert.deepEqual(c.asked.map(({ of }) => of), ["hel"]);
});

test("an earlier answer that comes late doesn't replace a later one", async () => {
  const c = counting();
  c.counter.count("one");
  c.pause();
  c.counter.count("one two");
  c.pause();
  c.asked[1].resolve({ weight: 12, limit: 280 });
  await c.settle();
  c.asked[0].resolve({ weight: 8, limit: 280 });
  await c.settle();
  assert.deepEqual(c.shown, [[12, "one two"]]);
});

test("a question that gets no answer leaves the count unknown", async () => {
  const c = counting();
  c.counter.count("one");
  c.pause();
  c.asked[0].reject(new Error("lost"));
  await c.settle();
  assert.deepEqual(c.shown, [[null, "one"]]);
});

test("the count in words", () => {
  assert.equal(countWords(null, 280), "280 at most, your initials included");
  assert.equal(countWords({ weight: 57, limit: 280 }, 280), "57 of 280");
  assert.equal(countWords({ weight: 280, limit: 280 }, 280), "280 of 280");
  assert.equal(countWords({ weight: 292, limit: 280 }, 280), "292 of 280: 12 too many to send");
});

test("drafts are kept for each case and person, and only a sent one is forgotten", () => {
  const kept = new Map();
  globalThis.sessionStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  keepDraft(1, 12, "on my way");
  keepDraft(1, 13, "another");
  assert.equal(readDraft(1, 12), "on my way");
  assert.equal(readDraft(2, 12), "");
  forgetDraft(1, 12, "something else was sent");
  assert.equal(readDraft(1, 12), "on my way");
  forgetDraft(1, 12, "on my way");
  assert.equal(readDraft(1, 12), "");
  assert.equal(readDraft(1, 13), "another");
});

test("drafts: storage that is switched off is no error", () => {
  globalThis.sessionStorage = {
    getItem() {
      throw new Error("denied");
    },
  };
  assert.equal(readDraft(1, 12), "");
});

test("the conversation is in order, and the resident comes before the answer", () => {
  const said = inOrder({
    messages: [{ id: 2, written_at: 30 }, { id: 1, written_at: 10 }],
    replies: [{ id: 9, created_at: 10 }, { id: 8, created_at: 40 }],
  });
  assert.deepEqual(said.map((s) => (s.message ? `m${s.message.id}` : `r${s.reply.id}`)), [
    "m1",
    "r9",
    "m2",
    "r8",
  ]);
});

test("what came privately has no public way, and a trainee no private one", () => {
  const kinds = (...all) => ({ messages: all.map((kind) => ({ kind })) });
  const rows = [
    [kinds("addressed"), "agent", ["public", "private"]],
    [kinds("addressed", "private"), "supervisor", ["public", "private"]],
    [kinds("private", "private"), "agent", ["private"]],
    [kinds("overheard", "private"), "trainee", ["public"]],
  ];
  for (const [detail, role, ways] of rows) assert.deepEqual(waysOf(detail, { role }), ways);
});

const mine = aCase(12, { version: 4, state: "claimed", owner: sam });
const closeIt = { type: "close", case: 12, version: 4, outcome: "done" };

/** Answers the questions in turn, and keeps what was asked. */
function answering(...answers) {
  const asked = [];
  const ask = async (command) => {
    asked.push(command);
    return answers.shift();
  };
  return { ask, asked };
}
const refused = { type: "refused", id: "c1", code: "stale", text: "It changed." };
const stale = (one) => ({ ...refused, case: one });
const ok = { type: "ok", id: "c2" };

test("a stale command is sent once more if nothing changed that it was decided on", async () => {
  const { ask, asked } = answering(stale({ ...mine, version: 5 }), ok);
  assert.deepEqual(await runOnCase(ask, closeIt, mine), { ok: true });
  assert.deepEqual(asked.map(({ version }) => version), [4, 5]);
});

test("a stale command is sent no third time", async () => {
  const { ask, asked } = answering(stale({ ...mine, version: 5 }), stale({ ...mine, version: 6 }));
  assert.deepEqual(await runOnCase(ask, closeIt, mine), {
    ok: false,
    code: "stale",
    text: "It changed.",
  });
  assert.equal(asked.length, 2);
});

for (const [what, now] of [
  ["the resident wrote again", { ...mine, version: 5, messages: 2 }],
  ["it is somebody else's", { ...mine, version: 5, owner: alex }],
]) {
  test(`a stale command is the person's to decide again when ${what}`, async () => {
    const { ask, asked } = answering(stale(now), ok);
    assert.equal((await runOnCase(ask, closeIt, mine)).ok, false);
    assert.equal(asked.length, 1);
  });
}

test("the server's sentence is what is shown", async () => {
  const { ask } = answering({ type: "refused", id: "c", code: "too_long", text: "12 over." });
  assert.deepEqual(await runCommand(ask, { type: "restore", message: 7 }), {
    ok: false,
    code: "too_long",
    text: "12 over.",
  });
});
