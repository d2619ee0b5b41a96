// types.ts and protocol.schema.json say the same: every shape has the same members in both, and
// the same of them may be missing. What other tests take for frames are frames.

import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { checkFrame, faultOf, SHAPES } from "../../../tests/peers/protocol.mjs";
import * as knowledge from "./knowledge-samples.mjs";
import * as samples from "./samples.mjs";

const file = fileURLToPath(new URL("../src/types.ts", import.meta.url));
const program = ts.createProgram([file], { strict: true, noEmit: true });
const checker = program.getTypeChecker();
const exported = new Map(
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
    .map((symbol) => [symbol.name, checker.getDeclaredTypeOfSymbol(symbol)]),
);

/** "name" for each member that must be there, "name?" for the others. */
const membersOfType = (type) =>
  checker
    .getPropertiesOfType(type)
    .map(({ name, flags }) => (flags & ts.SymbolFlags.Optional ? `${name}?` : name))
    .sort();
const membersOfShape = ({ properties, required }) =>
  Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `${name}?`))
    .sort();

const shapes = {
  Staff: "staff",
  Person: "person",
  Case: "case",
  Why: "why",
  Decision: "decision",
  Message: "message",
  Reply: "reply",
  Note: "note",
  EarlierCase: "earlier",
  Suggestion: "suggestion",
  Draft: "draft",
  Bulk: "bulk",
  Colleague: "colleague",
  Desk: "desk",
  HistoryEntry: "history",
  Ignored: "ignored",
  Answered: "answered",
  Found: "found",
  AuditEntry: "audit_entry",
  Warning: "warning",
  Hours: "hours",
  Network: "network",
  Cost: "cost",
  ItemName: "kb_item_name",
  KbVersion: "kb_version",
  KbUse: "kb_use",
  KbLink: "kb_link",
  KbEntry: "kb_entry",
  KbProposal: "kb_proposal",
  KbReplay: "kb_replay",
  KbTried: "kb_tried",
  KbReplayed: "kb_replayed",
  KbProblem: "kb_problem",
  KbPhrase: "kb_phrase",
  KbUser: "kb_user",
  KbWeight: "kb_weight",
  KbDifference: "kb_difference",
  KbExample: "kb_example",
  KbNews: "kb_news",
};

for (const [name, shape] of Object.entries(shapes)) {
  test(`${name} is the same in both`, () => {
    assert.deepEqual(membersOfType(exported.get(name)), membersOfShape(SHAPES[shape]));
  });
}

/** The members of each frame of a union, by its type; `more` are those that the feed adds. */
function framesOf(name, more = []) {
  const union = exported.get(name);
  return new Map(
    union.types.map((type) => {
      const symbol = checker.getPropertyOfType(type, "type");
      const { value } = checker.getTypeOfSymbol(symbol);
      return [value, [...membersOfType(type), ...more].sort()];
    }),
  );
}
const said = (side) =>
  new Map(
    Object.entries(SHAPES)
      .filter(([name]) => name.startsWith(`${side}.`))
      .map(([name, shape]) => [name.slice(side.length + 1), membersOfShape(shape)]),
  );

test("the server's frames are the same in both", () => {
  const frames = framesOf("ServerFrame");
  // A refusal of a frame without an id has none; the feed has no use for that one.
  const shown = said("server");
  assert.deepEqual([...frames.keys()].sort(), [...shown.keys()].sort());
  for (const [type, members] of frames) {
    const expected = shown.get(type).map((one) => (type === "refused" && one === "id?" ? "id" : one));
    assert.deepEqual(members, expected.sort(), type);
  }
});

test("the client's frames are the same in both", () => {
  const shown = said("client");
  const frames = framesOf("Command", ["id"]);
  const ofTheFeed = ["hello", "look", "mismatch"];
  assert.deepEqual([...frames.keys(), ...ofTheFeed].sort(), [...shown.keys()].sort());
  for (const [type, members] of frames) {
    // Ours always says what the protocol lets others leave out, or never what they may say.
    const allowed = shown.get(type).map((one) => one.replace("?", ""));
    const needed = shown.get(type).filter((one) => !one.endsWith("?"));
    for (const one of members) assert.ok(allowed.includes(one.replace("?", "")), `${type}.${one}`);
    for (const one of needed) assert.ok(members.includes(one), `${type}.${one}`);
  }
});

test("the frames that tests make up are frames", () => {
  const { aCase, anIgnored, detail, event, snapshot, welcome } = samples;
  for (const frame of [
    welcome(),
    snapshot([aCase(1)]),
    event(101, "case.opened", { case: aCase(1) }),
    event(102, "message.ignored", { ignored: anIgnored(7) }),
    detail(aCase(1)),
    event(103, "kb.saved", { text: "Edie Hall changed it.", item: "intent/bins.missed" }),
    { type: "ok", id: "c1", revision: 8 },
    { type: "ok", id: "c1", proposal: 2 },
    { type: "refused", id: "c1", code: "stale", text: "…", kb: knowledge.frames.kb_item() },
    ...Object.values(knowledge.frames).map((frame) => frame()),
  ]) {
    checkFrame("server", JSON.stringify(frame));
  }
  for (const frame of knowledge.asked) {
    checkFrame("client", JSON.stringify({ ...frame, id: "c1" }));
  }
  const looked = { type: "look", case: null, typing: true, item: "intent/bins.missed" };
  checkFrame("client", JSON.stringify(looked));
});

test("there is a sample of every frame about the knowledge base", () => {
  const about = (side) => [...said(side).keys()].filter((type) => /^kb(_|$)/.test(type)).sort();
  assert.deepEqual(Object.keys(knowledge.frames).sort(), about("server"));
  assert.deepEqual([...new Set(knowledge.asked.map(({ type }) => type))].sort(), about("client"));
});

test("a frame that is none is found out", () => {
  const beat = { type: "beat", seq: 1, now_at: 2, count: 3, hash: 4 };
  assert.equal(faultOf("server.beat", beat), null);
  for (const [broken, word] of [
    [{ ...beat, more: 1 }, /"more"/],
    [{ ...beat, hash: -1 }, /hash/],
    [{ ...beat, count: "3" }, /count/],
    [{ ...beat, seq: undefined }, /"seq"/],
  ]) {
    assert.match(faultOf("server.beat", broken), word);
  }
  assert.throws(() => checkFrame("client", '{"type":"dance"}'), /there is no client.dance/);
});
