import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { aCase, agentMay, alex, aReply, sam, traineeMay } from "./samples.mjs";

const { piecesOf } = await load("case/marks.ts");
const { Counter, countWords, pauseMs } = await load("case/counter.ts");
const { actionsOn, mayJudge, mayUndo, takersOf, waysOf } = await load("case/allowed.ts");
const { insertionOf, withoutInitials } = await load("case/insertion.ts");
const { readyFound, readyWords, suggestedText } = await load("case/insert.tsx");
const { Looker } = await load("case/looking.ts");
const { wayAfterMove } = await load("case/reply-form.tsx");
const { inOrder } = await load("case/conversation.tsx");
const { newsOfReply } = await load("case/case.tsx");
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
  assert.equal(countWords(null, 280), "280 at most, with the initials");
  assert.equal(countWords({ weight: 57, limit: 280 }, 280), "57 of 280");
  assert.equal(countWords({ weight: 280, limit: 280 }, 280), "280 of 280");
  assert.equal(countWords({ weight: 1234, limit: 10000 }, 280), "1,234 of 10,000");
  assert.equal(countWords({ weight: 292, limit: 280 }, 280), "292 of 280: 12 too many to send");
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
  const rows = [
    [["addressed"], agentMay, ["public", "private"]],
    [["addressed", "private"], agentMay, ["public", "private"]],
    [["private", "private"], agentMay, ["private"]],
    [["overheard", "private"], traineeMay, ["public"]],
  ];
  for (const [kinds, may, ways] of rows) {
    assert.deepEqual(waysOf(kinds.map((kind) => ({ kind })), may), ways);
  }
});

const owned = (owner, fields = {}) => aCase(12, { state: "claimed", owner, ...fields });
const supervisorMay = new Set([...agentMay, "release_others"]);
const editorMay = new Set(["open", "count", "note", "seen"]);
const actionRows = [
  ["nobody's", aCase(12), agentMay, "claim mark mute note pass"],
  ["nobody's, for a trainee", aCase(12), traineeMay, "claim mark mute note pass"],
  ["nobody's, for an editor", aCase(12), editorMay, "note"],
  ["one's own", owned(sam), agentMay, "close mark mute note pass release reply"],
  ["a colleague's", owned(alex), agentMay, "mark mute note"],
  ["a colleague's, for a supervisor", owned(alex), supervisorMay, "mark mute note pass release"],
  ["sensitive", owned(sam, { sensitive: true }), agentMay, "close note pass release reply unmark"],
  ["muted", owned(sam, { muted: true }), agentMay, "close mark note pass release reply unmute"],
  ["elsewhere", aCase(12, { elsewhere: true }), agentMay, "claim mark mute note pass release"],
  ["closed", aCase(12, { state: "closed" }), supervisorMay, "note"],
];
for (const [what, one, may, wanted] of actionRows) {
  test(`what can be done with a case: ${what}`, () => {
    assert.equal([...actionsOn(one, sam.id, may)].sort().join(" "), wanted);
  });
}

test("only its writer takes a held reply back, once for all its parts", () => {
  const held = aReply(31, { state: "held" });
  const second = aReply(32, { state: "held", after: 31 });
  const all = [held, second];
  assert.equal(mayUndo(held, all, sam.id, agentMay), true);
  assert.equal(mayUndo(second, all, sam.id, agentMay), false);
  assert.equal(mayUndo(held, all, alex.id, agentMay), false);
  assert.equal(mayUndo(aReply(31), [], sam.id, agentMay), false);
});

test("who judges a proposed reply: not its writer, nor another trainee", () => {
  const proposed = aReply(31, { state: "proposed" });
  assert.equal(mayJudge(proposed, alex.id, agentMay), true);
  assert.equal(mayJudge(proposed, sam.id, agentMay), false);
  assert.equal(mayJudge(proposed, alex.id, traineeMay), false);
  assert.equal(mayJudge(aReply(31), alex.id, agentMay), false);
});

test("a case is sent to those who answer such, and not to who has it", () => {
  const people = ["agent", "trainee", "editor", "supervisor"].map((role, i) => ({ id: i + 1, role }));
  const ids = (one) => takersOf(one, people, 9).map(({ id }) => id);
  assert.deepEqual(ids(aCase(12)), [1, 2, 4]);
  assert.deepEqual(ids(aCase(12, { private: true })), [1, 4]);
  assert.deepEqual(ids(owned({ ...alex, id: 4 })), [1, 2]);
});

test("words are inserted apart from what stands there", () => {
  const rows = [
    ["", "Hello", "", "Hello"],
    ["Hi,", "see", "there", " see "],
    ["Hi, ", "see", " there", "see"],
    ["Hi,\n", "see", "\nthere", "see"],
  ];
  for (const [before, words, after, wanted] of rows) {
    assert.equal(insertionOf(before, words, after), wanted);
  }
});

test("a reply without the initials that the server added", () => {
  assert.equal(withoutInitials("On its way. ^SR", "SR"), "On its way.");
  assert.equal(withoutInitials("On its way. ^AP", "SR"), "On its way. ^AP");
  assert.equal(withoutInitials("^SR", "SR"), "");
});

test("a suggestion brings its link once", () => {
  const link = "https://northmoor.example/bins";
  assert.equal(suggestedText({ text: "Report it here:", link }), `Report it here: ${link}`);
  assert.equal(suggestedText({ text: `Here: ${link}`, link }), `Here: ${link}`);
  assert.equal(suggestedText({ text: "Thanks!", link: null }), "Thanks!");
});

test("what is likeliest wanted stands first", () => {
  const one = { intent: "bins.missed", title: "Missed bin", text: "Sorry.", link: null, score: 0.6 };
  const ready = readyWords({
    suggestions: [{ ...one, would: true }, { ...one, would: false }],
    canned: [{ id: "passed", title: "Passed on", text: "We've passed it on." }],
    links: [{ title: "Bin days", url: "https://northmoor.example/bins" }],
  });
  assert.deepEqual(ready.map(({ kind }) => kind), [
    "What Kerbside would have said", "Suggested reply", "Ready-made reply", "Link",
  ]);
  assert.deepEqual(ready.map(({ words }) => words), [
    "Sorry.", "Sorry.", "We've passed it on.", "https://northmoor.example/bins",
  ]);
});

test("ready words are found by all of the words in their title or in themselves", () => {
  const kind = "Link";
  const items = [
    { kind, title: "Report a missed bin", words: "https://northmoor.example/bins/missed" },
    { kind, title: "Bin days", words: "https://northmoor.example/bins/days" },
    { kind, title: "Days", words: "Crews work on all days." },
  ];
  assert.equal(readyFound(items, "").length, 3);
  assert.deepEqual(readyFound(items, " BIN  missed").map(({ title }) => title), [
    "Report a missed bin",
  ]);
  assert.equal(readyFound(items, "bins/days").length, 1);
  const crews = { kind, title: "Crews", words: "https://northmoor.example/crews" };
  assert.deepEqual(readyFound([...items, crews], "crews"), [crews, items[2]], "by title first");
  assert.deepEqual(readyFound(items, "pothole"), []);
});

test("the way follows the resident while nothing is written, and is asked for when something is", () => {
  const rows = [
    ["public", "private", false, "private", false],
    ["public", "private", true, "public", true],
    ["private", "private", true, "private", false],
    ["private", "public", true, "private", true],
  ];
  for (const [chosen, latest, writing, way, ask] of rows) {
    assert.deepEqual(wayAfterMove({ chosen, latest, writing }), { way, ask });
  }
});

/** Timers that run when the test says so. */
function timers() {
  const due = new Map();
  let next = 0;
  return {
    after(ms, run) {
      const id = next++;
      due.set(id, { ms, run });
      return () => due.delete(id);
    },
    pass(ms) {
      for (const [id, one] of [...due]) {
        if (one.ms !== ms || !due.delete(id)) continue;
        one.run();
      }
    },
    waiting: () => [...due.values()].map(({ ms }) => ms),
  };
}

test("the others hear that somebody types now and then, and once that it stopped", () => {
  const told = [];
  const time = timers();
  const looker = new Looker({
    shown: 12,
    tell: (shown, typing) => told.push(`${shown} ${typing}`),
    after: time.after,
  });
  looker.look();
  for (let key = 0; key < 5; key++) looker.typed();
  assert.deepEqual(told, ["12 false", "12 true"]);
  time.pass(5000);
  looker.typed();
  looker.typed();
  assert.deepEqual(told.slice(2), ["12 true"]);
  time.pass(8000);
  looker.stopped();
  assert.deepEqual(told.slice(3), ["12 false"]);
  looker.left();
  assert.deepEqual(told.slice(4), ["null false"]);
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

const newsRows = [
  ["one is held", [], [aReply(1, { state: "held" })], /goes out in 5 seconds/],
  ["it goes on", [aReply(1, { state: "held" })], [aReply(1)], null],
  ["it could not be sent", [aReply(1, { state: "queued" })], [aReply(1, { state: "failed" })], /could not be sent/],
  ["it failed before", [aReply(1, { state: "failed" })], [aReply(1, { state: "failed" })], null],
  ["it was given back", [aReply(1, { state: "proposed" })], [aReply(1, { state: "returned" })], /given back/],
  ["a colleague's failed", [], [aReply(1, { state: "failed", by: alex })], null],
  ["the second of two failed", [aReply(1, { state: "queued" }), aReply(2, { state: "queued" })],
    [aReply(1), aReply(2, { state: "failed" })], /could not be sent/],
];
for (const [what, before, now, said] of newsRows) {
  test(`of one's own replies: ${what}`, () => {
    const news = newsOfReply(before, now, sam.id, 5);
    if (said) assert.match(news, said);
    else assert.equal(news, null);
  });
}
