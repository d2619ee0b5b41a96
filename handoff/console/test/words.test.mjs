import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const words = await load("words.ts");
const { hrefOf, placeOf, readRoute } = await load("route.ts");

test("every reason has its own plain words", () => {
  const reasons = [
    "emergency", "safeguarding", "self_harm", "homelessness", "bereavement", "personal_data",
    "discrimination", "legal", "press_politics", "data_rights", "complaint", "human", "unresolved",
  ];
  const said = reasons.map(words.reasonWords);
  assert.equal(new Set(said).size, reasons.length);
  for (const one of said) assert.doesNotMatch(one, /_/);
});

test("a word from a newer server is shown as it is, only plainer", () => {
  assert.equal(words.reasonWords("lost_property"), "Lost property");
  assert.equal(words.kindWords("case.moved"), "Case moved");
});

const eventKinds = [
  "case.opened", "case.message", "case.claimed", "case.released", "case.replied", "case.closed",
  "case.reopened", "case.raised", "case.noted", "case.passed", "case.marked", "case.unmarked",
  "case.muted", "case.unmuted", "case.warned", "case.escalated", "reply.held", "reply.undone",
  "reply.proposed", "reply.approved", "reply.returned", "reply.queued", "reply.sent",
  "reply.failed", "reply.unknown", "reply.dropped", "reply.withheld", "reply.elsewhere",
  "message.edited", "message.gone", "message.answered", "message.ignored", "message.restored",
  "message.thanked", "message.glanced", "bulk.begun", "bulk.stopped", "staff.on", "staff.off",
  "post.queued", "post.sent", "post.failed", "post.unknown",
];

test("every kind of event has its own plain words", () => {
  const said = eventKinds.map(words.kindWords);
  assert.equal(new Set(said).size, eventKinds.length);
  // As plain as it gets by itself:
  const same = eventKinds.filter((kind, i) => said[i].toLowerCase() === kind.replace(".", " "));
  assert.deepEqual(same, ["reply.approved", "reply.sent", "post.sent"]);
});

test("what an event says besides its kind", () => {
  const rows = [
    ["case.closed", "passed_on", "Passed on to another team"],
    ["case.closed", "answered by itself", "answered by itself"],
    ["case.raised", "complaint", "Complaint: tried before"],
    ["case.passed", "communications", "communications"],
    ["case.claimed", null, null],
    ["case.claimed", "", null],
  ];
  for (const [kind, text, wanted] of rows) {
    assert.equal(words.historyDetail({ kind, text }), wanted);
  }
});

test("the time that is left to answer, and the claim's", () => {
  const at = Date.UTC(2026, 10, 23, 14, 35) / 1000;
  assert.equal(words.dueWords(at, at - 20 * 60), "Answer due by 14:35, 20 minutes left");
  assert.equal(words.dueWords(at, at + 600), "Answer due by 14:35, 10 minutes over");
  assert.equal(words.leaseWords(at, at - 60), "yours until 14:35");
  assert.equal(words.leaseWords(at, at), "yours, but its time is up");
});

test("who else is here", () => {
  const [alex, asha, tom] = ["Alex Poole", "Asha Malik", "Tom Ives"].map((name) => ({ name }));
  assert.deepEqual(words.othersWords([]), []);
  assert.deepEqual(words.othersWords([alex]), ["Alex Poole is looking at this"]);
  assert.deepEqual(words.othersWords([{ ...alex, typing: true }, asha, tom]), [
    "Alex Poole is writing here",
    "Asha Malik and Tom Ives are looking at this",
  ]);
});

test("a reference as it is quoted", () => {
  assert.equal(words.referenceWords("NM", "4F7K-2"), "NM-4F7K-2");
  assert.equal(words.referenceWords("", "4F7K-2"), "4F7K-2");
});

test("a score is only said where it decided", () => {
  const decision = { action: "handoff", reason: "unresolved", score: 0.6, lead: 0.2, residue: 0.1 };
  assert.match(words.scoreWords(decision), /60%/);
  assert.match(words.scoreWords({ ...decision, action: "answer", reason: null }), /60%/);
  assert.equal(words.scoreWords({ ...decision, reason: "safeguarding" }), null);
  assert.equal(words.scoreWords({ ...decision, score: 0 }), null);
  assert.equal(words.scoreWords({ ...decision, action: "ignore", reason: null }), null);
});

test("what a message was taken for", () => {
  assert.equal(words.takenFor({ action: "handoff", reason: "legal" }), "“Injury or legal action”");
  assert.equal(words.takenFor({ action: "ignore", reason: null }), "trolling");
});

test("warnings about a text name what is meant", () => {
  const kinds = [
    "phone", "address", "email", "ni_number", "card", "bank", "nhs_number", "birth_date", "name",
  ];
  const said = kinds.map((kind) => words.warningWords({ kind, words: "01632 960123" }));
  assert.equal(new Set(said).size, kinds.length);
  for (const one of said) assert.match(one, /“01632 960123”\.$/);
  assert.match(words.warningWords({ kind: "newer", words: "x" }), /“x”/);
});

test("a failed reply carries the network's words", () => {
  const error = "Your account is locked.";
  const failed = words.replyStateWords({ state: "failed", error });
  assert.equal(failed, "not sent: Your account is locked.");
  assert.equal(words.replyStateWords({ state: "failed", error: null }), "not sent");
  assert.equal(words.replyStateWords({ state: "queued", error: null }), "waiting to be sent");
});

test("whose a case is, in X's own app too", () => {
  const alex = { id: 2, name: "Alex Poole", initials: "AP" };
  const rows = [
    [{ state: "open" }, "Nobody has it yet"],
    [{ state: "open", elsewhere: true }, "Somebody answers in X's own app"],
    [{ state: "claimed", owner: alex }, "Alex Poole has it"],
    [{ state: "claimed", owner: { ...alex, id: 1 } }, "You have it"],
    [{ state: "closed" }, "Closed"],
  ];
  for (const [fields, wanted] of rows) {
    assert.equal(words.ownerWords({ owner: null, elsewhere: false, ...fields }, 1), wanted);
  }
});

test("a case's line begins with what tells it from others", () => {
  const plain = { reason: "unresolved", sensitive: false, gone: false, expired: false };
  const line = (summary, more = {}) => Object.values(words.caseLine({ ...plain, summary, ...more }));
  const long = "who do I ring about the heating in the library because it has been off since Tuesday";
  const rows = [
    ["short", "do you take pianos?", ["do you take pianos?", true, ""]],
    [
      "a sentence, and more",
      "Do you take pianos at all? It is upright.",
      ["Do you take pianos at all?", true, "It is upright."],
    ],
    ["a greeting isn't a title", "Hi. Do you take pianos?", ["Hi. Do you take pianos?", true, ""]],
    ["a line of its own", "does anyone read this\nhello", ["does anyone read this", true, "hello"]],
    ["no sentence's end", `${long} and more ${long}`, [`${long} and …`, true, `more ${long}`]],
    ["little more than a line", `${long} and more`, [`${long} and more`, true, ""]],
    ["one word without an end", "W".repeat(120), [`${"W".repeat(90)} …`, true, "W".repeat(30)]],
    ["letters aren't torn", "😀".repeat(111), [`${"😀".repeat(90)} …`, true, "😀".repeat(21)]],
    ["nothing but space", " ", ["No ready answer", false, ""]],
  ];
  for (const [note, summary, wanted] of rows) assert.deepEqual(line(summary), wanted, note);
  const sensitive = { reason: "emergency", sensitive: true };
  assert.deepEqual(line("gas in Elm Close", sensitive), [
    "Danger to people now", false, "gas in Elm Close",
  ]);
  assert.equal(line("gas in Elm Close", { sensitive: true })[0], "Marked sensitive");
  const [title, own, rest] = line(`${long} and more`, sensitive);
  assert.deepEqual([title, own], ["Danger to people now", false]);
  assert.ok(rest.endsWith("off since …") && rest.length < long.length, rest);
});

test("a team's name begins with a capital where it stands alone", () => {
  const rows = [
    ["customer services", "Customer services"], ["IT", "IT"], ["élan", "Élan"], ["", ""],
    ["iPlan team", "iPlan team"], ["24-hour desk", "24-hour desk"],
  ];
  for (const [name, wanted] of rows) assert.equal(words.nameWords(name), wanted);
});

test("what was taken back and what became too old are said differently", () => {
  const one = { reason: "human", sensitive: false, summary: "my bin", gone: true, expired: false };
  const { title, own, rest } = words.caseLine(one);
  assert.deepEqual([title, own], ["Asks for a person", false]);
  assert.match(rest, /^What it began with was taken back/);
  assert.match(words.caseLine({ ...one, expired: true }).rest, /older than we keep/);
  assert.equal(words.atHandle(""), "somebody no longer known");
});

test("the cost in words", () => {
  const cost = { month_cents: 1230, forecast_cents: 5600, cap_cents: null };
  const said = "X this month: US$12.30, about US$56 by its end";
  assert.equal(words.costWords(cost), said);
  assert.equal(words.costWords({ ...cost, cap_cents: 10_000 }), `${said}, US$100 at most`);
});

const ages = [
  [-5, "under 1 min"], [59, "under 1 min"], [60, "1 min"], [299, "4 min"], [3599, "59 min"],
  [3600, "1 h"], [86_399, "23 h"], [86_400, "1 day"], [200_000, "2 days"],
];
for (const [seconds, wanted] of ages) {
  test(`${seconds} seconds are "${wanted}"`, () => {
    assert.equal(words.ageWords(1000, 1000 + seconds), wanted);
  });
}

test("times are the council's, winter and summer", () => {
  const winter = Date.UTC(2026, 10, 23, 9, 0) / 1000;
  const summer = Date.UTC(2026, 6, 1, 9, 0) / 1000;
  assert.equal(words.timeWords(winter, winter + 60), "9:00");
  assert.equal(words.timeWords(summer, summer + 60), "10:00");
  assert.equal(words.timeWords(winter, winter + 90_000), "Monday 23 November, 9:00");
  assert.equal(words.nextWords(winter, winter - 90_000), "on Monday 23 November at 9:00");
  assert.equal(words.nextWords(winter, winter - 60), "at 9:00 today");
});

const left = [
  [0, "less than a minute left"], [59, "less than a minute left"], [60, "1 minute left"],
  [900, "15 minutes left"], [5399, "89 minutes left"], [5400, "1 hour left"],
  [7200, "2 hours left"], [86_400, "1 day left"], [200_000, "2 days left"],
  [-1, "less than a minute over"], [-120, "2 minutes over"], [-7300, "2 hours over"],
];
for (const [seconds, wanted] of left) {
  test(`with ${seconds} seconds to go there is "${wanted}"`, () => {
    assert.equal(words.leftWords(10_000_000 + seconds, 10_000_000), wanted);
  });
}

test("the hour is the council's, in summer too", () => {
  assert.equal(words.hourAt(Date.UTC(2026, 10, 23, 0, 30) / 1000), 0);
  assert.equal(words.hourAt(Date.UTC(2026, 6, 1, 11, 30) / 1000), 12);
});

test("addresses lead to views, and anything else to the queue", () => {
  for (const hash of [
    "#/queue", "#/queue?team=a%26b&due=soon", "#/mine", "#/approval", "#/answered", "#/ignored",
    "#/sent", "#/failed", "#/closed", "#/many", "#/desk", "#/settings", "#/accessibility",
    "#/case/12", "#/search?text=bins+%26+%23%3F",
  ]) {
    assert.equal(hrefOf(readRoute(hash)), hash);
  }
  for (const hash of ["", "#", "#/case/", "#/case/0", "#/case/12x", "#/<b>", "#/queue?x=1", "#/mine2"]) {
    assert.deepEqual(readRoute(hash), { view: "queue", filter: {} });
  }
});

test("a list that is narrowed down is the same place, another case is another", () => {
  assert.equal(placeOf(readRoute("#/queue?due=soon")), placeOf(readRoute("#/queue")));
  assert.notEqual(placeOf(readRoute("#/case/1")), placeOf(readRoute("#/case/2")));
});

test("which knowledge base decided", () => {
  const rows = [
    [{ kb: "3f9a", kb_version: 4 }, "Decided by version 4 of the knowledge base."],
    [{ kb: "3f9a", kb_version: null }, "Decided by knowledge base 3f9a, from before versions were kept."],
    [{ kb: "", kb_version: null }, ""],
  ];
  for (const [decision, wanted] of rows) assert.equal(words.madeBy(decision), wanted);
});
