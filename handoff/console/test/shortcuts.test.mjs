import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { Shortcuts } = await load("shortcuts/keys.ts");

const held = { ctrlKey: false, altKey: false, metaKey: false, repeat: false };

/** Presses the keys one after the other; gives what ran. */
function ran(keys, { typing = false, enabled = true, ...how } = {}) {
  const shortcuts = new Shortcuts();
  shortcuts.enabled = enabled;
  const done = [];
  for (const one of ["j", "q", "g q", "g m", "?"]) {
    shortcuts.add({ keys: one, description: one, run: () => done.push(one) });
  }
  for (const key of keys) shortcuts.press({ key, ...held, ...how }, typing);
  return done;
}

const rows = [
  ["one key", ["j"], {}, ["j"]],
  ["the same key twice", ["j", "j"], {}, ["j", "j"]],
  ["two keys, one after the other", ["g", "q"], {}, ["g q"]],
  ["a second key alone", ["q"], {}, ["q"]],
  ["a first key, then one that goes with nothing", ["g", "x", "q"], {}, ["q"]],
  ["a first key, then one of its own", ["g", "j"], {}, ["j"]],
  ["a key that a shift makes", ["?"], {}, ["?"]],
  ["nothing of ours", ["x"], {}, []],
  ["while text is typed", ["j"], { typing: true }, []],
  ["with Control", ["j"], { ctrlKey: true }, []],
  ["with Alt", ["j"], { altKey: true }, []],
  ["with the command key", ["j"], { metaKey: true }, []],
  ["held down", ["j"], { repeat: true }, []],
  ["switched off", ["j", "g", "q"], { enabled: false }, []],
];
for (const [what, keys, how, wanted] of rows) {
  test(`shortcuts: ${what}`, () => assert.deepEqual(ran(keys, how), wanted));
}

test("the later of two counts and is listed, until it goes", () => {
  const shortcuts = new Shortcuts();
  const done = [];
  shortcuts.add({ keys: "c", description: "first", run: () => done.push("first") });
  const goes = shortcuts.add({ keys: "c", description: "later", run: () => done.push("later") });
  shortcuts.press({ key: "c", ...held }, false);
  assert.deepEqual(shortcuts.all().map((one) => one.description), ["later"]);
  goes();
  shortcuts.press({ key: "c", ...held }, false);
  assert.deepEqual(shortcuts.all().map((one) => one.description), ["first"]);
  assert.deepEqual(done, ["later", "first"]);
});
