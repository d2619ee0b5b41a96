import assert from "node:assert/strict";
import test from "node:test";
import * as samples from "./knowledge-samples.mjs";
import { load } from "./load.mjs";

const publishing = await load("knowledge/publishing.ts");
const replaying = await load("knowledge/replaying.ts");
const learning = await load("knowledge/learning.ts");
const { comparisonOf } = await load("knowledge/compare.ts");
const { noteFault } = await load("knowledge/note-field.tsx");
const { usersWords } = await load("knowledge/used-by.tsx");
const { addressed, weaknessOf, opinionWords } = await load("knowledge/try.tsx");
const { periodOf } = await load("knowledge/election-report.tsx");
const { isBeside } = await load("knowledge/beside.tsx");

const { aProposal, aReplay, aTried, aVersion, anEntry } = samples;

test("what is different is counted by what becomes of it", () => {
  const rows = [
    [[], ""],
    [[["intent", "changed"]], "Changed: 1 answer."],
    [
      [
        ["rule", "removed"],
        ["intent", "changed"],
        ["intent", "changed"],
        ["rule", "changed"],
        ["term", "added"],
      ],
      "New: 1 term. Changed: 2 answers and 1 rule. Taken away: 1 rule.",
    ],
  ];
  for (const [items, words] of rows) {
    const given = items.map(([kind, change]) => ({ kind, change }));
    assert.equal(publishing.summaryWords(given), words);
  }
});

test("each field of an item is named once, as its box is", () => {
  const line = (field, what) => ({ field, what });
  const lines = [line("replies", "1"), line("examples.yes", "2"), line("replies", "3"), line("on_fire", "4")];
  assert.deepEqual(publishing.byField(samples.aDifference({ lines })), [
    { label: "Replies", whats: ["1", "3"] },
    { label: "Must be found", whats: ["2"] },
    { label: "On fire", whats: ["4"] },
  ]);
});

test("remarks on patterns are counted, not told", () => {
  assert.match(publishing.patternsWords(1), /^1 remark on patterns stands at/);
  assert.match(publishing.patternsWords(57), /^57 remarks on patterns stand at/);
});

test("who uses a term is counted by kinds", () => {
  const rows = [
    [[], ""],
    [["rule"], "1 rule"],
    [["intent", "rule", "intent"], "2 answers and 1 rule"],
  ];
  for (const [kinds, words] of rows) {
    assert.equal(usersWords(kinds.map((kind) => ({ kind }))), words);
  }
});

test("what would help a message that nothing answers", () => {
  const why = [{ rule: "skips.hire", words: ["skip"] }];
  const rows = [
    [{ reason: "unresolved", why: [], second: 0 }, /^No phrase finds/],
    [{ reason: "unresolved", why, second: 0.3 }, /Other ways to ask for it/],
    [{ reason: "unresolved", why, second: 0.9 }, null],
    [{ reason: "emergency", why, second: 0 }, null],
    [{ reason: null, why, second: 0 }, null],
    [{ reason: "unresolved", why, second: 0 }, null, "missing"],
    [{ reason: "unresolved", why, second: 0.3 }, null, "live"],
    [{ reason: "unresolved", why, second: 0.3 }, /Other ways to ask for it/, "trained"],
    [{ reason: "unresolved", why: [], second: 0 }, /^No phrase finds/, "missing"],
  ];
  for (const [tried, wanted, opinion] of rows) {
    const words = weaknessOf(tried, opinion);
    if (wanted) assert.match(words, wanted);
    else assert.equal(words, null);
  }
});

test("what a draft does is passing until its second opinion has learned it", () => {
  assert.match(opinionWords("missing"), /hasn't learned this draft yet, so phrases alone decided/);
  assert.match(opinionWords("live"), /so the live one was asked/);
  for (const opinion of ["missing", "live"]) {
    assert.match(opinionWords(opinion), /before the draft is published/);
    assert.match(opinionWords(opinion), /may be, and what is answered may go to a person/);
  }
  assert.equal(opinionWords("trained"), null);
  assert.equal(opinionWords(null), null);
});

test("the report's days are the period's, as far as it has come", () => {
  const now = 1_795_000_000; // 18 November 2026
  const kb = (from, until) => ({
    items: [anEntry({ kind: "election", item: "election", from, until })],
  });
  const day = 86_400;
  const rows = [
    [kb(now - 20 * day, now - 10 * day), "2026-10-29", "2026-11-08"],
    [kb(now - 20 * day, now + 10 * day), "2026-10-29", "2026-11-18"],
    [kb(null, null), "2026-10-19", "2026-11-18"],
    [{ items: [] }, "2026-10-19", "2026-11-18"],
  ];
  for (const [frame, from, until] of rows) assert.deepEqual(periodOf(frame, now), { from, until });
});

test("rules about people in danger and about trolls need a second person", () => {
  const rule = (kind) => anEntry({ kind: "rule", rule: kind, change: "changed" });
  const rows = [
    [[], null],
    [[anEntry({ change: "changed" })], null],
    [[rule("complaint"), rule("opt_out")], null],
    [[anEntry({ kind: "thresholds", change: "changed" })], /since it changes thresholds\.$/],
    [[anEntry({ kind: "wording", item: "danger", change: "changed" })], /may be in danger\.$/],
    [[anEntry({ kind: "wording", item: "thanks", change: "changed" })], null],
    [[anEntry(), rule("sensitive")], /since it changes rules for sensitive messages\.$/],
    [[rule("troll"), rule("sensitive"), rule("sensitive")], /sensitive messages and rules about/],
  ];
  for (const [entries, wanted] of rows) {
    const words = publishing.secondPersonWords(entries);
    if (wanted) assert.match(words, wanted);
    else assert.equal(words, null);
  }
});

test("who may agree and withdraw, and what is said of it", () => {
  const { id } = samples.edie;
  const now = 1_795_000_000; // a Wednesday, 11:06
  const rows = [
    ["waiting", true, true, /^Waits for a second person/],
    ["scheduled", false, true, /^To be published at 11:16 today\.$/],
    ["queued", false, false, /^Being checked/],
    ["published", false, false, /^Published\.$/],
    ["refused", false, false, /^Not published/],
    ["withdrawn", false, false, /^Withdrawn\.$/],
  ];
  for (const [state, agree, withdraw, words] of rows) {
    const one = aProposal(2, { state, publish_at: now + 600 });
    assert.equal(publishing.mayAgree(one, id + 1), agree, state);
    assert.equal(publishing.mayAgree(one, id), false, "not who proposed it");
    assert.equal(publishing.mayWithdraw(one), withdraw, state);
    assert.equal(publishing.isUnderWay(one), /waiting|scheduled|queued/.test(state), state);
    assert.match(publishing.standingWords(one, now), words);
  }
});

test("a proposal is called by what is in it", () => {
  const bins = { kind: "intent", item: "bins.missed" };
  const rows = [
    [{ origin: "rollback", from: 3, items: [] }, "Version 3 live again"],
    [{ origin: "incident", items: [{ kind: "incident", item: "flood" }] }, "An incident"],
    [{ items: [bins, { kind: "rule", item: "x" }, bins] }, "2 answers and 1 rule"],
    [{ items: [] }, "The draft"],
  ];
  for (const [fields, title] of rows) {
    assert.equal(publishing.proposalTitle(aProposal(2, fields)), title);
  }
});

test("an item is named by its title, where it has one", () => {
  const bins = { kind: "intent", item: "bins.missed" };
  assert.equal(publishing.itemTitle(bins, [anEntry()]), "Answer “Missed bin collection”");
  assert.equal(publishing.itemTitle(bins, []), "Answer “bins.missed”");
  const wrong = { ...bins, field: "called", text: '"called" is missing' };
  const nowhere = { kind: null, item: null, field: null, text: "There are too many." };
  assert.equal(
    publishing.problemWords(wrong, []),
    "Answer “bins.missed”: What a question to a resident calls it is missing.",
  );
  assert.equal(publishing.problemWords(nowhere, []), "There are too many.");
  assert.equal(publishing.problemHref(nowhere), undefined);
  assert.match(publishing.originWords(aVersion(5, { origin: "rollback", from: 3 })), /^Version 3/);
});

test("a problem is put right at its field", () => {
  const at = "#/knowledge/intent/bins.missed";
  const rows = [
    [{}, `${at}?field=replies&index=0`],
    [{ index: null }, `${at}?field=replies`],
    [{ field: null }, at],
    [{ kind: "term", item: "a/b", field: "x&y", index: 2 }, "#/knowledge/term/a%2Fb?field=x%26y&index=2"],
  ];
  for (const [fields, href] of rows) {
    assert.equal(publishing.problemHref(samples.aProblem(fields)), href);
  }
});

test("a note has 1 to 500 characters", () => {
  const rows = [
    ["", /Say why/],
    ["  \n", /Say why/],
    ["x", null],
    ["😀".repeat(500), null],
    ["x".repeat(503), /3 characters too long/],
  ];
  for (const [note, fault] of rows) {
    if (fault) assert.match(noteFault(note), fault);
    else assert.equal(noteFault(note), null);
  }
});

test("versions are compared from the earlier to the later one", () => {
  const rows = [
    ["before", "", { from: 2, to: 3 }],
    ["live", "", { from: 3, to: 7 }],
    ["again", "", { from: null, to: 3 }],
    ["other", "5", { from: 3, to: 5 }],
    ["other", " 1 ", { from: 1, to: 3 }],
    ["other", "3", null],
    ["other", "8", null],
    ["other", "0", null],
    ["other", "-1", null],
    ["other", "two", null],
    ["other", "", null],
  ];
  for (const [against, other, question] of rows) {
    const found = comparisonOf(3, 7, against, other);
    if (question) assert.deepEqual(found.question, question, `${against} ${other}`);
    else assert.match(found.hint, /from 1 to 7/);
  }
});

test("a replay is of some days, by the council's clock", () => {
  const now = Date.UTC(2027, 2, 29, 12) / 1000; // the clocks went forward the day before
  const at = (text) => Date.parse(text) / 1000;
  const rows = [
    ["week", "", "", { from: now - 7 * 86_400, until: at("2027-03-29T23:00Z") }],
    ["month", "", "", { from: now - 30 * 86_400, until: at("2027-03-29T23:00Z") }],
    [
      "days",
      "2027-03-27",
      "2027-03-28",
      { from: at("2027-03-27T00:00Z"), until: at("2027-03-28T23:00Z") },
    ],
    [
      "days",
      "2027-03-29",
      "2027-03-29",
      { from: at("2027-03-28T23:00Z"), until: at("2027-03-29T23:00Z") }, // to its end
    ],
    ["days", "", "2027-03-28", "from"],
    ["days", "2027-03-28", "", "until"],
    ["days", "2027-03-28", "2027-03-27", "until"],
    ["days", "2027-03-31", "2027-03-31", "from"],
  ];
  for (const [span, from, until, wanted] of rows) {
    const found = replaying.timesOf(span, from, until, now);
    if (typeof wanted === "string") assert.equal(found.field, wanted, `${from} to ${until}`);
    else assert.deepEqual(found, wanted, `${from} to ${until}`);
  }
});

test("a replay is spoken of at quarters and at its end, once each", () => {
  const running = (done) => aReplay({ state: "running", done, total: 1000 });
  const another = { ...running(600), began_at: 1 };
  const rows = [
    [null, running(0), null],
    [null, running(100), null],
    [running(100), running(249), null],
    [running(249), running(250), /a quarter done/],
    [running(250), running(300), null],
    [running(300), running(800), /three quarters done/],
    [another, running(600), /half done/],
    [running(800), running(1000), null],
    [running(1000), aReplay(), /^Done: 12,000 messages\. Something changes for 6\.$/],
    [running(300), aReplay({ state: "stopped", done: 3000 }), /^Stopped after 3,000 of 12,000/],
    [null, aReplay(), null],
    [aReplay(), aReplay(), null],
  ];
  for (const [before, now, wanted] of rows) {
    const spoken = replaying.spokenOf(before, now);
    if (wanted) assert.match(spoken, wanted);
    else assert.equal(spoken, null, `${before?.done} to ${now.done}`);
  }
});

test("a replay of another draft or another version is an old one", () => {
  const kb = samples.frames.kb(); // revision 8 over version 4
  const rows = [
    [aReplay(), null],
    [aReplay({ revision: 7 }), /draft has changed/],
    [aReplay({ version: 3 }), /Another version is live/],
    [aReplay({ revision: 7, state: "running" }), null],
  ];
  for (const [replay, wanted] of rows) {
    const words = replaying.outdatedWords(replay, kb);
    if (wanted) assert.match(words, wanted);
    else assert.equal(words, null);
  }
});

test("where the reading of a replay begins, and how it is said", () => {
  const groups = { answered: 0, differently: 0, not_answered: 1, handed_off: 2, other: 0 };
  assert.equal(replaying.firstGroup({ groups }), "not_answered");
  const none = { answered: 0, differently: 0, not_answered: 0, handed_off: 0, other: 0 };
  assert.equal(replaying.firstGroup({ groups: none }), null);
  assert.match(replaying.foundWords(aReplay({ groups: none })), /^Nothing changes/);
  assert.equal(replaying.quartersOf({ done: 0, total: 0 }), 0);
  assert.match(replaying.standingOf(aReplay({ state: "failed", text: "No room." })), /No room\.$/);
});

test("which intents a change is about", () => {
  const nothing = aTried({ intents: [], titles: [] });
  const bins = [{ item: "bins.missed", title: "Missed bin collection" }];
  const rows = [
    [{ live: nothing, draft: aTried() }, bins],
    [{ live: aTried(), draft: nothing }, bins],
    [{ live: nothing, draft: nothing }, []],
    [
      { live: nothing, draft: aTried({ intents: ["a", "b"], titles: ["A"] }) },
      [
        { item: "a", title: "A" },
        { item: "b", title: "b" },
      ],
    ],
  ];
  for (const [one, wanted] of rows) assert.deepEqual(replaying.intentsOf(one), wanted);
});

test("a group of messages leads to a new intent, its words the first phrase", () => {
  const [group] = samples.frames.kb_learn().groups;
  assert.equal(learning.phraseOf(group), "skip hire");
  assert.equal(learning.newIntentHref(["skip hire"]), "#/knowledge/new/intent?phrases=skip+hire");
  const rows = [
    [{}, /^Nothing explained 1,200 messages in the last 30 days\. Those that are alike/],
    [{ messages: 1, groups: [] }, /1 message in the last 30 days\. No two of them/],
    [{ messages: 0, groups: [] }, /^Every message/],
  ];
  for (const [fields, words] of rows) {
    assert.match(learning.learnWords(samples.frames.kb_learn(fields), 30), words);
  }
});

test("what is to be read stays beside the item that it is for", () => {
  const bins = { page: "item", kind: "intent", item: "bins.missed" };
  const begun = { page: "new", kind: "intent", phrases: ["skip hire"] };
  const rows = [
    ["#/knowledge/intent/bins.missed", bins, true],
    ["#/knowledge/intent/bins.missed", { ...bins, item: "tip.skip" }, false],
    ["#/knowledge/intent/bins.missed", { page: "learn" }, false],
    ["#/knowledge/new/intent?phrases=skip+hire", begun, true],
    ["#/knowledge/new/intent?phrases=skip+hire", { ...bins, item: "tip.skip" }, true],
    ["#/knowledge/new/intent?phrases=skip+hire", { page: "overview" }, false],
  ];
  for (const [href, place, wanted] of rows) {
    assert.equal(isBeside({ href, title: "", texts: [] }, place), wanted, href);
  }
});

test("a message that is tried is to us, as every message on X is", () => {
  assert.equal(addressed("no bin men", ["NorthmoorHelp"]), "@NorthmoorHelp no bin men");
  assert.equal(addressed("@NorthmoorNews hello", ["NorthmoorHelp"]), "@NorthmoorNews hello");
  assert.equal(addressed("write to jo@x.example", ["NorthmoorHelp"]), "@NorthmoorHelp write to jo@x.example");
  assert.equal(addressed("no bin men", []), "no bin men");
});
