import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { aCase, alex, event, sam } from "./samples.mjs";

const { alertFor, maySound } = await load("alerts/decide.ts");
const { defaults, parsePreferences } = await load("preferences.ts");

const urgent = { sensitive: true, priority: 0, reason: "safeguarding" };
const away = { staff: sam, may: new Set(["claim"]), shown: null, attentive: false };
const to = [sam.id];

const rows = [
  ["something new and urgent", "case.opened", urgent, {}, {}, "Urgent"],
  ["what became urgent", "case.raised", urgent, { by: alex.name }, {}, "Urgent"],
  ["what came back urgent", "case.reopened", urgent, {}, {}, "Urgent"],
  ["what a colleague marked", "case.marked", urgent, { by: alex.name }, {}, "Urgent"],
  ["something new", "case.opened", {}, {}, {}, null],
  ["what is urgent and somebody's", "case.raised", { ...urgent, state: "claimed" }, {}, {}, null],
  ["another message in it", "case.message", urgent, {}, {}, null],
  ["a claim", "case.claimed", { ...urgent, state: "claimed" }, {}, {}, null],
  ["what is muted", "case.noted", { muted: true }, { to }, {}, null],
  ["a reply of mine that failed", "reply.failed", {}, { to, by: sam.name },
    {}, "Your reply could not be sent"],
  ["somebody else's that failed", "reply.failed", {}, { to: [9], by: alex.name }, {}, null],
  ["what I did myself", "case.marked", urgent, { by: sam.name }, {}, null],
  ["what I'm looking at", "case.opened", urgent, {}, { shown: 1, attentive: true }, null],
  ["what is shown while I'm away", "case.opened", urgent, {}, { shown: 1 }, "Urgent"],
  ["while I look at another", "case.opened", urgent, {}, { shown: 2, attentive: true }, "Urgent"],
  ["a note that names me", "case.noted", {}, { to, by: alex.name }, {}, "A note names you"],
  ["a note that names others", "case.noted", {}, { to: [9], by: alex.name }, {}, null],
  ["a case sent to me", "case.passed", { state: "claimed" }, { to }, {}, "A case was sent to you"],
  ["time that is up", "case.escalated", {}, { to }, {}, "The time for a case is up"],
  ["what concerns me and is no alert", "case.closed", {}, { to }, {}, null],
];
for (const [what, kind, fields, of, looking, wanted] of rows) {
  test(`${wanted ? "an alert" : "no alert"} for ${what}`, () => {
    const alert = alertFor(event(1, kind, { case: aCase(1, fields), ...of }), { ...away, ...looking });
    assert.equal(alert?.title ?? null, wanted);
  });
}

test("an alert for no case is none", () => {
  assert.equal(alertFor(event(1, "staff.on", { to }), away), null);
});

const editor = { ...away, may: new Set(["kb"]) };
const told = [
  ["kb.demoted", "An answer is held back"],
  ["kb.link_dead", "A link is dead"],
  ["kb.incident_over", "An incident is over"],
  ["kb.link_back", null],
  ["kb.published", null],
  ["kb.refused", null],
  ["kb.saved", null],
];
for (const [kind, title] of told) {
  test(`${kind} is ${title ? "an" : "no"} alert for who keeps the knowledge base, alone`, () => {
    const one = event(1, kind, { item: "intent/bins.missed", text: "Why." });
    const alert = title && { href: "#/knowledge/intent/bins.missed", title, text: "Why." };
    assert.deepEqual(alertFor(one, editor), alert);
    assert.deepEqual(alertFor(one, { ...editor, attentive: true }), alert);
    assert.equal(alertFor(one, away), null);
  });
}

test("an alert leads to its case", () => {
  assert.equal(alertFor(event(1, "case.opened", { case: aCase(7, urgent) }), away).href, "#/case/7");
});

test("an alert says why and from whom, never what they wrote, nor who wrote privately", () => {
  const said = (fields) =>
    alertFor(event(1, "case.opened", { case: aCase(1, { ...urgent, ...fields }) }), away).text;
  assert.equal(said({ summary: "help" }), "Child or adult at risk, from @elm_close_sam");
  assert.equal(said({ private: true }), "Child or adult at risk, by direct message");
});

test("much at once is one sound", () => {
  assert.equal(maySound(null, 100), true);
  assert.equal(maySound(100, 104.9), false);
  assert.equal(maySound(100, 105), true);
});

const kept = [
  [null, defaults],
  ["not json", defaults],
  ["[]", defaults],
  ["7", defaults],
  ['{"sound":"yes"}', defaults],
  ['{"sound":true}', { ...defaults, sound: true }],
  ['{"shortcuts":false,"desktop":true,"more":1}', { shortcuts: false, sound: false, desktop: true }],
];
for (const [text, wanted] of kept) {
  test(`preferences kept as ${text}`, () => assert.deepEqual(parsePreferences(text), wanted));
}

test("nothing makes a noise before it is wanted", () => {
  assert.deepEqual(defaults, { shortcuts: true, sound: false, desktop: false });
});
