import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { aCase, alex, sam } from "./samples.mjs";

const { passes, queryOf, readFilter } = await load("queue/filter.ts");
const { freshWords, heldRows } = await load("queue/held.ts");
const { commandFor, forEachCase, resultWords, runEach } = await load("queue/each.ts");
const { bulkWords, forMany } = await load("queue/for-many.ts");

const now = 1_795_000_000;
const mine = { state: "claimed", owner: { id: sam.id, name: sam.name, initials: sam.initials } };

test("a filter is what its address says, and nonsense asks for nothing", () => {
  const filter = { team: "parks & trees", reason: "human", whose: "nobody", due: "soon" };
  assert.deepEqual(readFilter(queryOf(filter).slice(1)), filter);
  assert.equal(queryOf({ team: "a&b" }), "?team=a%26b");
  assert.equal(queryOf({}), "");
  assert.equal(queryOf({ team: "" }), "");
  assert.deepEqual(readFilter("whose=cat&due=never&colour=red&team="), {});
});

const filtered = [
  [{}, {}, true],
  [{ team: "waste" }, { team: "waste" }, true],
  [{ team: "waste" }, { team: null }, false],
  [{ reason: "human" }, { reason: "legal" }, false],
  [{ account: "NorthmoorNews" }, { account: "NorthmoorHelp" }, false],
  [{ whose: "mine" }, mine, true],
  [{ whose: "mine" }, { state: "claimed", owner: alex }, false],
  [{ whose: "mine" }, {}, false],
  [{ whose: "nobody" }, {}, true],
  [{ whose: "nobody" }, mine, false],
  [{ whose: "nobody" }, { elsewhere: true }, false],
  [{ due: "soon" }, { due_at: now + 3600 }, true],
  [{ due: "soon" }, { due_at: now - 5 }, true],
  [{ due: "soon" }, { due_at: now + 3601 }, false],
  [{ due: "soon" }, { due_at: null }, false],
  [{ due: "over" }, { due_at: now }, true],
  [{ due: "over" }, { due_at: now + 1 }, false],
  [{ team: "waste", whose: "mine" }, { team: "waste" }, false],
];
for (const [filter, fields, wanted] of filtered) {
  const what = `${JSON.stringify(filter)} ${wanted ? "shows" : "hides"} ${JSON.stringify(fields)}`;
  test(what, () => assert.equal(passes(aCase(1, fields), filter, sam.id, now), wanted));
}

test("rows stay where they are while somebody reads, and what is new waits", () => {
  const cases = [1, 2, 3, 4].map((id) => aCase(id));
  const all = new Map(cases.map((one) => [one.id, one]));
  const [one, two, three, four] = cases;
  const held = (live, ids = [1, 2, 3]) => {
    const { rows, fresh, moved } = heldRows(ids, live, all);
    return [rows.map(({ id }) => id), fresh.map(({ id }) => id), moved];
  };
  assert.deepEqual(held([one, two, three]), [[1, 2, 3], [], false]);
  assert.deepEqual(held([four, one, two, three]), [[1, 2, 3], [4], false], "a new one");
  assert.deepEqual(held([three, one, two]), [[1, 2, 3], [], true], "one became more urgent");
  assert.deepEqual(held([one, three]), [[1, 2, 3], [], true], "one was closed");
  assert.deepEqual(held([one], [1, 9]), [[1], [], false], "one that we no longer know");
});

test("how many are new, and how many of them are urgent", () => {
  const urgent = aCase(1, { sensitive: true });
  assert.equal(freshWords([aCase(2)]), "1 new case");
  assert.equal(freshWords([urgent]), "1 new urgent case");
  assert.equal(freshWords([aCase(2), aCase(3)]), "2 new cases");
  assert.equal(freshWords([aCase(2), urgent]), "2 new cases, 1 of them urgent");
});

test("one thing done to many is a command for each, one after the other", async () => {
  const cases = [aCase(1), aCase(2, { version: 7 }), aCase(3)];
  const sent = [];
  const progress = [];
  let running = 0;
  const result = await forEachCase(
    cases,
    async (one) => {
      assert.equal(running++, 0, "two at once");
      await null;
      running--;
      sent.push(commandFor({ type: "pass", team: "waste" }, one));
      return one.id === 2 ? { ok: false, code: "taken", text: "Alex has it." } : { ok: true };
    },
    (done) => progress.push(done),
  );
  assert.deepEqual(sent[1], { type: "pass", team: "waste", case: 2, version: 7 });
  assert.deepEqual(progress, [1, 2, 3]);
  assert.deepEqual(result.worked.map(({ id }) => id), [1, 3]);
  assert.deepEqual(result.failed.map(({ one, text }) => [one.id, text]), [[2, "Alex has it."]]);
});

const asked = (answers) => {
  const sent = [];
  const ask = async (command) => {
    sent.push([command.type, command.version]);
    return answers.shift();
  };
  return { ask, sent };
};
const ok = { type: "ok" };
const close = { type: "close", outcome: "no_reply_needed" };

test("what nobody has is claimed to be closed, and what cannot be claimed stays", async () => {
  const free = aCase(1, { version: 3 });
  const done = asked([ok, ok]);
  assert.deepEqual(await runEach(done.ask, close, free, sam), { ok: true });
  assert.deepEqual(done.sent, [["claim", 3], ["close", 4]]);

  const own = asked([ok]);
  await runEach(own.ask, close, aCase(1, { ...mine, version: 3 }), sam);
  assert.deepEqual(own.sent, [["close", 3]]);

  const taken = asked([{ type: "refused", code: "taken", text: "Alex has it." }]);
  const refused = await runEach(taken.ask, close, free, sam);
  assert.deepEqual([refused.ok, refused.text, taken.sent.length], [false, "Alex has it.", 1]);
});

test("what came of it, in a sentence", () => {
  const [one, two] = [aCase(1), aCase(2)];
  const failed = [{ one: two, text: "" }];
  const rows = [
    [{ type: "claim" }, { worked: [one], failed: [] }, "1 case claimed."],
    [{ type: "release" }, { worked: [one, two], failed: [] }, "2 cases put back in the queue."],
    [{ type: "mute", muted: true }, { worked: [one], failed }, "1 of 2 cases muted, 1 not."],
    [{ type: "mute", muted: false }, { worked: [one], failed: [] }, "1 case no longer muted."],
    [{ type: "pass", team: "waste" }, { worked: [], failed }, "None of 1 case sent to waste."],
    [{ type: "close", outcome: "done" }, { worked: [one], failed: [] }, "1 case closed."],
  ];
  for (const [action, result, wanted] of rows) assert.equal(resultWords(action, result), wanted);
});

test("one message goes to what can be answered in public and is free, or one's own", () => {
  const { ready, leftOut } = forMany(
    [
      aCase(1),
      aCase(2, { ...mine, resident: { handle: "quayside_jo", name: "Jo" } }),
      aCase(3, { private: true }),
      aCase(4, { state: "claimed", owner: alex }),
      aCase(5, { state: "closed" }),
      aCase(6, { elsewhere: true }),
      aCase(7, { gone: true }),
      aCase(8, { sensitive: true }),
      aCase(9),
    ],
    sam.id,
  );
  assert.deepEqual(ready.map(({ id }) => id), [1, 2]);
  assert.deepEqual(leftOut.map(({ one }) => one.id), [3, 4, 5, 6, 7, 8, 9]);
  assert.match(leftOut[0].why, /direct message/);
  assert.equal(leftOut[1].why, "Alex Poole has it.");
  assert.match(leftOut[6].why, /told in another case/);
});

test("how far a message to many is", () => {
  const bulk = { waiting: 12, sent: 27, failed: 1, stopped: 0 };
  assert.equal(bulkWords(bulk), "27 of 40 sent, 12 waiting, 1 not sent.");
  assert.equal(bulkWords({ ...bulk, waiting: 0, failed: 0, stopped: 13 }), "27 of 40 sent, 13 stopped.");
});
