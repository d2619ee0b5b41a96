import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { actWords, byWords, inGroups, roleWords, roles } = await load("accounts/words.ts");
const { hrefOf, readRoute } = await load("route.ts");
const { failed, signIn, signOut } = await load("api.ts");

const entry = (more) => ({ id: 1, at: 0, by: null, act: "", about: null, text: null, address: null, ...more });

test("the pages of accounts have addresses of their own", () => {
  for (const view of ["account", "people", "audit"]) {
    assert.deepEqual(readRoute(hrefOf({ view })), { view });
  }
});

test("roles and acts in plain words, a newer server's too", () => {
  assert.equal(new Set(roles.map(([role]) => roleWords(role))).size, 5);
  assert.equal(roleWords("trainee"), "Trainee");
  assert.equal(roleWords("mayor"), "mayor");
  assert.equal(actWords(entry({ act: "sign_in_failed" })), "Could not sign in");
  assert.equal(actWords(entry({ act: "pet_adopted" })), "Pet adopted");
  assert.equal(byWords(entry({ by: "Ada Cole", text: "command line" })), "Ada Cole");
  assert.equal(byWords(entry({ text: "command line: agent" })), "Kerbside's machine");
  assert.equal(byWords(entry({ text: "wrong password" })), "Not signed in");
});

test("a secret is shown in groups of four", () => {
  assert.equal(inGroups("ABCDEFGHIJKLMNOP"), "ABCD EFGH IJKL MNOP");
  assert.equal(inGroups(""), "");
});

test("what the server refuses, and what it never answered, is a failure with a sentence", async (t) => {
  const answers = [];
  t.mock.method(globalThis, "fetch", async () => {
    const next = answers.shift();
    if (!next) throw new TypeError("no network");
    return new Response(next.status === 204 ? null : JSON.stringify(next.body), { status: next.status });
  });
  answers.push({ status: 401, body: { error: "Enter the code.", need: "code" } });
  assert.deepEqual(await signIn("sam", "…"), { error: "Enter the code.", status: 401, need: "code" });
  answers.push({ status: 502, body: [] });
  const proxy = await signIn("sam", "…");
  assert.ok(failed(proxy) && proxy.status === 502 && /can't be reached/.test(proxy.error));
  const lost = await signIn("sam", "…");
  assert.ok(failed(lost) && lost.status === 0);
  for (const [status, out] of [[204, true], [401, true], [500, false]]) {
    answers.push({ status, body: { error: "…" } });
    assert.equal(await signOut(), out);
  }
});
