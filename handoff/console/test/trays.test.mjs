import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { comesInto, noPages, reducePages } = await load("trays/pages.ts");
const { arrivalPost, byPresence, leavingPost, presenceWords } = await load("presence/presence.ts");

const keyOf = (item) => item;
const after = (...actions) =>
  actions.reduce((pages, action) => reducePages(pages, action, keyOf), noPages);
const came = (items, next, first = false) => ({ type: "came", page: { items, next }, first });

test("pages follow each other, and say where the new one begins", () => {
  const pages = after({ type: "asked" }, came([1, 2], "a", true), { type: "asked" }, came([3], null));
  assert.deepEqual(pages, {
    items: [1, 2, 3], next: null, asking: false, loaded: true, problem: null, newFrom: 2,
  });
});

test("what two pages both have is shown once", () => {
  assert.deepEqual(after(came([1, 2], "a", true), came([2, 3], null)).items, [1, 2, 3]);
});

test("the first page again is all there is", () => {
  const pages = after(came([1, 2], "a", true), came([3], null), came([9, 1], "b", true));
  assert.deepEqual([pages.items, pages.next, pages.newFrom], [[9, 1], "b", null]);
});

test("a page that doesn't come leaves what there was", () => {
  const asked = after(came([1], "a", true), { type: "asked" });
  assert.equal(asked.asking, true);
  const failed = reducePages(asked, { type: "failed", text: "No." }, keyOf);
  assert.deepEqual([failed.items, failed.next, failed.problem, failed.asking], [[1], "a", "No.", false]);
  assert.equal(reducePages(failed, { type: "asked" }, keyOf).problem, null);
});

test("what was dealt with goes, the rest stays", () => {
  assert.deepEqual(after(came([1, 2, 3], null, true), { type: "removed", key: 2 }).items, [1, 3]);
});

const kinds = [
  ["answered", "message.answered", true], ["answered", "message.glanced", false],
  ["ignored", "message.ignored", true], ["ignored", "message.restored", false],
  ["sent", "reply.sent", true], ["failed", "reply.failed", true], ["sent", "reply.failed", false],
  ["closed", "case.closed", true], ["closed", "case.opened", false],
];
for (const [tray, kind, wanted] of kinds) {
  test(`${kind} ${wanted ? "brings something" : "brings nothing"} into ${tray}`, () => {
    assert.equal(comesInto(tray, { kind }), wanted);
  });
}

const person = (id, name, fields = {}) => ({
  id, name, initials: "X", role: "agent", on: false, here: true, case: null, typing: false, ...fields,
});

test("who else looks at a case or writes there", () => {
  const people = [
    person(1, "Sam Reed", { case: 12 }),
    person(2, "Asha Malik", { case: 12 }),
    person(3, "Tom Ives", { case: 12, typing: true }),
    person(4, "Jo Lee", { case: 13 }),
    person(5, "Gone", { case: 12, here: false }),
  ];
  assert.equal(presenceWords(people, 12, 1), "Tom Ives is writing, Asha Malik is looking");
  assert.equal(presenceWords(people, 14, 1), "");
});

test("who is on comes first, then who has a console open, by name", () => {
  const people = [
    person(1, "Zoe"), person(2, "Bea", { here: false }), person(3, "Max", { on: true }),
    person(4, "Ann"), person(5, "Lou", { on: true, here: false }),
  ];
  assert.deepEqual(people.sort(byPresence).map(({ name }) => name), ["Max", "Lou", "Ann", "Zoe", "Bea"]);
});

test("a hello and a goodbye go with the time of day", () => {
  assert.match(arrivalPost("Sam Reed", 8), /^Good morning, it's Sam here\./);
  assert.match(arrivalPost("Sam Reed", 13), /^Good afternoon/);
  assert.match(arrivalPost("Sam Reed", 18), /^Good evening/);
  assert.match(leavingPost("Sam Reed", 16), /^That's me done for today\..* Sam$/);
  assert.match(leavingPost("Sam", 20), /this evening/);
});
