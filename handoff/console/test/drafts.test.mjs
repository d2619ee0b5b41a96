import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { browserNet, DraftKeeper, reconcile, savePauseMs } = await load("case/drafts.ts");

const draft = (text, changed_at = 100, way = "public") => ({ text, way, changed_at });

const rows = [
  ["nothing anywhere", null, null, null, null],
  ["only the server's", null, draft("a"), "a", undefined],
  ["only what never reached the server", draft("a"), null, "a", undefined],
  ["the same words", draft("a b", 90), draft("a  b ", 100), "a  b ", undefined],
  ["newer here", draft("here", 110), draft("there", 100), "here", "there"],
  ["newer there", draft("here", 90), draft("there", 100), "there", "here"],
];
for (const [what, here, there, use, other] of rows) {
  test(`two drafts: ${what}`, () => {
    const found = reconcile(here, there);
    assert.equal(found.use?.text ?? null, use);
    assert.equal(found.other?.text, other ?? undefined);
  });
}

/** A keeper with a browser, a server and a clock that do what the test says. */
function keeping({ here = null, up = true } = {}) {
  const k = { kept: here, saved: [], up, now: 1000, due: null, changes: 0 };
  k.keeper = new DraftKeeper({
    async save(text, way) {
      if (!k.up) return false;
      k.saved.push(`${way}: ${text}`);
      return true;
    },
    net: {
      read: () => k.kept,
      keep: (one) => (k.kept = one),
      forget: () => (k.kept = null),
    },
    now: () => k.now,
    after(ms, run) {
      assert.equal(ms, savePauseMs);
      k.due = run;
      return () => (k.due = null);
    },
  });
  k.keeper.watch(() => k.changes++);
  k.pause = async () => {
    const run = k.due;
    k.due = null;
    run?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return k;
}

test("what is typed is saved when the typing pauses, and then not kept here any longer", async () => {
  const k = keeping();
  k.keeper.heard(null);
  for (const text of ["o", "on", "on my way"]) k.keeper.write(text, "public");
  assert.equal(k.kept.text, "on my way");
  assert.deepEqual(k.saved, []);
  await k.pause();
  assert.deepEqual(k.saved, ["public: on my way"]);
  assert.equal(k.kept, null);
  k.keeper.flush();
  assert.equal(k.saved.length, 1);
});

test("what didn't reach the server stays here, and goes there later", async () => {
  const k = keeping({ up: false });
  k.keeper.heard(null);
  k.keeper.write("on my way", "private");
  await k.pause();
  assert.equal(k.kept.text, "on my way");
  k.up = true;
  k.keeper.flush();
  await k.pause();
  assert.deepEqual(k.saved, ["private: on my way"]);
  assert.equal(k.kept, null);
});

test("of two drafts the newer is in the box, the older is offered and can be had", async () => {
  const k = keeping({ here: draft("offline", 90) });
  k.keeper.heard(draft("on the server", 100));
  assert.equal(k.keeper.text, "on the server");
  assert.equal(k.keeper.other.text, "offline");
  k.keeper.swap();
  assert.equal(k.keeper.text, "offline");
  assert.equal(k.keeper.other.text, "on the server");
  await k.pause();
  assert.deepEqual(k.saved, ["public: offline"]);
});

test("our own draft coming back is no news", async () => {
  const k = keeping();
  k.keeper.heard(null);
  k.keeper.write("on", "public");
  await k.pause();
  k.keeper.write("on my way", "public");
  k.keeper.heard(draft("on", 1001));
  assert.equal(k.keeper.other, null);
  assert.equal(k.keeper.text, "on my way");
});

test("a newer draft from another window is offered, and fills an empty box", async () => {
  const k = keeping();
  k.keeper.heard(null);
  k.keeper.heard(draft("begun elsewhere", 1001, "private"));
  assert.equal(k.changes, 2);
  assert.equal(k.keeper.text, "begun elsewhere");
  assert.equal(k.keeper.way, "private");
  k.now = 1002;
  k.keeper.write("begun elsewhere, changed here", "private");
  k.keeper.heard(draft("changed there", 1003));
  assert.equal(k.keeper.text, "begun elsewhere, changed here");
  assert.equal(k.keeper.other.text, "changed there");
  k.keeper.dropOther();
  assert.equal(k.keeper.other, null);
});

test("a reply that was taken empties the box, and its draft doesn't come back", async () => {
  const k = keeping();
  k.keeper.heard(null);
  k.keeper.write("on my way", "public");
  k.keeper.beginSending();
  await k.pause();
  k.keeper.sent("on my way");
  assert.equal(k.keeper.text, "");
  assert.equal(k.kept, null);
  k.keeper.heard(draft("on my way", 1000));
  assert.equal(k.keeper.text, "");
  await k.pause();
  assert.deepEqual(k.saved, []);
});

test("a reply that was refused stays in the box and is saved", async () => {
  const k = keeping();
  k.keeper.heard(null);
  k.keeper.write("on my way", "public");
  k.keeper.beginSending();
  k.keeper.notSent();
  await k.pause();
  assert.equal(k.keeper.text, "on my way");
  assert.deepEqual(k.saved, ["public: on my way"]);
});

test("what is taken back goes into the box, or is offered if something else is there", () => {
  const k = keeping();
  k.keeper.heard(null);
  k.keeper.putBack("on my way", "public");
  assert.equal(k.keeper.text, "on my way");
  k.keeper.write("the next thing", "public");
  k.keeper.putBack("on my way", "public");
  assert.equal(k.keeper.text, "the next thing");
  assert.equal(k.keeper.other.text, "on my way");
});

test("the browser keeps drafts by person and case, and nothing else that lies there is one", () => {
  const stored = new Map();
  globalThis.localStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
  };
  browserNet(1, 12).keep(draft("on my way"));
  assert.equal(browserNet(1, 12).read().text, "on my way");
  assert.equal(browserNet(2, 12).read(), null);
  assert.equal(browserNet(1, 13).read(), null);
  for (const bad of ["{", "null", "7", '{"text":1}', '{"text":"a","way":"b","changed_at":1}']) {
    stored.set("kerbside.draft.1.12", bad);
    assert.equal(browserNet(1, 12).read(), null);
  }
  browserNet(1, 12).forget();
  assert.equal(stored.size, 0);
});

test("storage that is switched off is no error", () => {
  const denied = () => {
    throw new Error("denied");
  };
  globalThis.localStorage = { getItem: denied, setItem: denied, removeItem: denied };
  const net = browserNet(1, 12);
  net.keep(draft("on my way"));
  net.forget();
  assert.equal(net.read(), null);
});
