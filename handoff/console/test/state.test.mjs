import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { aCase, alex, detail, event, sam, snapshot, welcome } from "./samples.mjs";

const {
  initialState,
  mineAndNamed,
  mineOf,
  nextOf,
  proposedOf,
  queueOf,
  reduce,
  sameGround,
  sumOf,
  waitingOf,
} = await load("state.ts");

function after(...frames) {
  return frames.reduce(
    (state, frame) => reduce(state, { type: "frame", frame, at: 1_795_000_490 }),
    reduce(initialState, { type: "signed-in", staff: sam }),
  );
}
const ids = (cases) => cases.map((one) => one.id);
const heard = (state) => state.announcements.map(({ text }) => text);

test("welcome tells the limit, the hours, the network and how far the clocks are apart", () => {
  const state = after(welcome({ limit: 300, private_limit: 900, open: { now: false, next_at: 1_795_010_000 } }));
  assert.deepEqual(state.limits, { public: 300, private: 900 });
  assert.deepEqual(state.open, { now: false, next_at: 1_795_010_000 });
  assert.equal(state.clockAhead, 10);
  assert.equal(state.loaded, false);
});

test("the mode and the cost are as last told, and a cost that isn't told is nobody's to see", () => {
  const cost = { month_cents: 1230, forecast_cents: 5600, cap_cents: null };
  const status = { ...welcome(), type: "status" };
  const state = after(welcome({ mode: "shadow", cost }));
  assert.deepEqual([state.mode, state.cost], ["shadow", cost]);
  const later = reduce(state, { type: "frame", frame: status, at: 1_795_000_490 });
  assert.deepEqual([later.mode, later.cost], ["auto", null]);
});

test("the desk is as last told: another version of the knowledge base has other links", () => {
  const desk = { ...welcome().desk, links: [{ title: "Floods", url: "https://northmoor.example/floods" }] };
  assert.deepEqual(after(welcome(), { type: "desk", desk }).desk, desk);
});

test("the queue is sorted by priority, then by who has waited longest, open ones only", () => {
  const state = after(
    snapshot([
      aCase(1, { opened_at: 50 }),
      aCase(2, { priority: 0, opened_at: 90 }),
      aCase(3, { priority: 1, opened_at: 10 }),
      aCase(4, { priority: 0, opened_at: 20, state: "claimed", owner: alex }),
      aCase(5, { state: "closed", outcome: "answered" }),
      aCase(6, { opened_at: 50 }),
    ]),
  );
  assert.equal(state.loaded, true);
  assert.deepEqual(ids(queueOf(state)), [4, 2, 3, 1, 6]);
});

test("mine are those I hold; waiting are those that nobody holds", () => {
  const state = after(
    snapshot([
      aCase(1, { state: "claimed", owner: sam }),
      aCase(2, { state: "claimed", owner: alex, sensitive: true, priority: 0 }),
      aCase(3, { sensitive: true, priority: 0 }),
      aCase(4),
      aCase(5, { elsewhere: true }),
    ]),
  );
  assert.deepEqual(ids(mineOf(state)), [1]);
  assert.deepEqual(waitingOf(state), { all: 2, urgent: 1 });
});

test("next is the most urgent that nobody has, but not the one that is looked at", () => {
  const cases = [
    aCase(1, { state: "claimed", owner: alex, sensitive: true, priority: 0 }),
    aCase(2, { priority: 0, muted: true }),
    aCase(3, { priority: 0, elsewhere: true }),
    aCase(4, { priority: 1 }),
    aCase(5),
  ];
  const state = after(snapshot(cases));
  assert.equal(nextOf(state, 9).id, 4);
  assert.equal(nextOf(state, 4).id, 5);
  assert.equal(nextOf(after(snapshot(cases.slice(0, 3))), 9), undefined);
});

test("mine are also those whose notes name me, closed ones too; for approval is what waits for it", () => {
  const state = after({
    ...snapshot([
      aCase(1, { state: "claimed", owner: alex, proposed_replies: 1 }),
      aCase(2, { state: "closed", outcome: "done" }),
      aCase(3),
      aCase(4, { state: "closed", outcome: "done", owner: sam, proposed_replies: 1 }),
    ]),
    mentions: [2, 3, 9],
  });
  assert.deepEqual(ids(mineAndNamed(state)), [2, 3]);
  assert.deepEqual(ids(proposedOf(state)), [1]);
});

test("an event puts its case in place of the one before", () => {
  const state = after(
    snapshot([aCase(1)]),
    event(101, "case.claimed", { case: aCase(1, { version: 2, state: "claimed", owner: alex }) }),
  );
  assert.equal(state.cases.get(1).owner.name, "Alex Poole");
});

test("an answer that overtook an event is not undone by it", () => {
  const state = after(
    snapshot([aCase(1)]),
    detail(aCase(1, { version: 3, state: "closed" })),
    event(101, "case.claimed", { case: aCase(1, { version: 2, state: "claimed", owner: sam }) }),
  );
  assert.equal(state.cases.get(1).version, 3);
});

test("a snapshot forgets what was there", () => {
  const state = after(snapshot([aCase(1)]), snapshot([aCase(2)], 200));
  assert.deepEqual([...state.cases.keys()], [2]);
});

test("the same words said twice are two announcements, and only the last few are kept", () => {
  let state = initialState;
  for (let i = 0; i < 6; i++) state = reduce(state, { type: "announce", text: "again" });
  assert.equal(state.announcements.length, 4);
  assert.equal(new Set(state.announcements.map(({ id }) => id)).size, 4);
});

test("network trouble is read out when it begins and when it ends", () => {
  const down = { ok: false, text: "X refuses our token." };
  const open = { now: true, next_at: null };
  const status = (network) => ({ type: "status", now_at: 1, open, network });
  const state = after(welcome(), status(down), status(down), status({ ok: true, text: null }));
  assert.deepEqual(heard(state), ["X refuses our token.", "Sending and reading work again."]);
});

test("a fetched case is to be fetched again after an event, a refusal and a welcome", () => {
  const frames = [snapshot([aCase(1), aCase(2)]), detail(aCase(1))];
  const stale = (...more) => after(...frames, ...more).stale.get(1) ?? 0;
  assert.equal(stale(), 0);
  assert.equal(stale(event(101, "reply.sent", { case: aCase(1, { version: 2 }) })), 1);
  assert.equal(stale({ type: "refused", id: "c", code: "stale", text: "", case: aCase(1) }), 1);
  assert.equal(stale(welcome()), 1);
  assert.equal(stale(event(101, "reply.sent", { case: aCase(2, { version: 2 }) })), 0);
});

test("a refusal shows the case as it is now", () => {
  const taken = aCase(1, { version: 2, state: "claimed", owner: alex });
  const state = after(snapshot([aCase(1)]), {
    type: "refused",
    id: "c1",
    code: "taken",
    text: "Alex Poole took it just before you.",
    case: taken,
  });
  assert.equal(state.cases.get(1).owner.id, alex.id);
});

test("signing out leaves nothing behind", () => {
  const state = reduce(after(snapshot([aCase(1)])), { type: "signed-out" });
  assert.equal(state.cases.size, 0);
  assert.equal(state.staff, null);
});

const sameGroundCases = [
  ["a reply went out", { version: 4, changed_at: 9, acknowledged: true }, true],
  ["the resident wrote again", { version: 4, messages: 2 }, false],
  ["somebody took it", { version: 4, state: "claimed", owner: alex }, false],
  ["it was closed", { version: 4, state: "closed" }, false],
  ["a reply could not be sent", { version: 4, failed_replies: 1 }, false],
  ["it became sensitive", { version: 4, sensitive: true }, false],
];
for (const [what, fields, same] of sameGroundCases) {
  test(`what staff decided on ${same ? "still holds" : "no longer holds"} when ${what}`, () => {
    assert.equal(sameGround(aCase(1, { version: 3 }), aCase(1, fields)), same);
  });
}

test("the sum is over what is open, in whatever order, and of the numbers that the server has", () => {
  const cases = [aCase(1), aCase(2), aCase(3, { state: "closed", outcome: "done" })];
  assert.deepEqual(sumOf(after(snapshot())), { count: 0, hash: 0 });
  assert.deepEqual(sumOf(after(snapshot(cases))), { count: 2, hash: 3579964635 });
  assert.deepEqual(sumOf(after(snapshot(cases.reverse()))), { count: 2, hash: 3579964635 });
  const claimed = event(101, "case.claimed", { case: aCase(2, { version: 2, state: "claimed" }) });
  assert.deepEqual(sumOf(after(snapshot(cases), claimed)), { count: 2, hash: 1402346322 });
});

test("a beat without numbers says that not all is shown", () => {
  const beat = { type: "beat", seq: 100, now_at: 0, count: null, hash: null };
  assert.equal(after(snapshot(), beat).partial, true);
  assert.equal(after(snapshot(), beat, { ...beat, count: 0, hash: 0 }).partial, false);
});

test("a reset is said calmly; of another record no whole case is kept", () => {
  const seen = [snapshot([aCase(1)]), detail(aCase(1))];
  for (const [why, kept] of [["too_old", 1], ["mismatch", 1], ["other_record", 0]]) {
    const state = after(...seen, { type: "reset", why });
    assert.equal(state.details.size, kept, why);
    assert.equal(state.resets, 1, why);
    assert.deepEqual(heard(state), ["The queue was fetched again, so that nothing is missing."]);
  }
});

test("what waits for a connection is counted, and said when it becomes more", () => {
  const pending = (state, count) => reduce(state, { type: "pending", count });
  const waiting = pending(initialState, 1);
  assert.equal(waiting.pending, 1);
  assert.deepEqual(heard(waiting), ["This waits for the connection."]);
  const done = pending(waiting, 0);
  assert.equal(done.pending, 0);
  assert.equal(heard(done).length, 1);
});

test("a post that failed or may be out is told until it is out, and after a reload", () => {
  const post = (seq, kind, text) => event(seq, kind, { text });
  const lost = post(121, "post.unknown", "@NorthmoorHelp: this may be posted or not");
  const state = after(welcome(), snapshot([]), lost);
  assert.deepEqual(state.postTrouble, { seq: 121, text: lost.text });
  assert.ok(heard(state).includes(lost.text));
  const out = post(122, "post.sent", "@NorthmoorHelp: this is posted");
  const later = reduce(state, { type: "frame", frame: out, at: 1_795_000_490 });
  assert.equal(later.postTrouble, null);
  const reloaded = after(welcome(), { ...snapshot([], 121), post: { seq: 121, text: lost.text } });
  assert.deepEqual(reloaded.postTrouble, state.postTrouble);
  const reset = reduce(state, { type: "frame", frame: snapshot([], 122), at: 1_795_000_490 });
  assert.equal(reset.postTrouble, null);
});

test("notes that were seen name us no more, those of other cases do", () => {
  const named = { ...initialState, mentions: new Set([12, 13]) };
  assert.deepEqual([...reduce(named, { type: "seen", case: 12 }).mentions], [13]);
});
