import assert from "node:assert/strict";
import test from "node:test";
import { checkFrame } from "../../../tests/peers/protocol.mjs";
import { load } from "./load.mjs";
import { aCase, event, snapshot, welcome } from "./samples.mjs";

const { Feed, keepTryingMs, LostError, retryDelayMs } = await load("feed.ts");

/** A feed on sockets and a clock that the test turns by hand. */
function stage() {
  const sockets = [];
  const frames = [];
  const connections = [];
  const pending = [];
  const shown = { count: 0, hash: 0 };
  let timers = [];
  let now = 0;
  const feed = new Feed({
    connect() {
      const socket = {
        sent: [],
        shut: false,
        send(text) {
          checkFrame("client", text);
          socket.sent.push(JSON.parse(text));
        },
        close: () => (socket.shut = true),
        say: (frame) => socket.onmessage({ data: JSON.stringify(frame) }),
      };
      sockets.push(socket);
      return socket;
    },
    onFrame: (frame) => frames.push(frame),
    onConnection: (connection) => connections.push(connection),
    onPending: (count) => pending.push(count),
    sum: () => ({ ...shown }),
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
    random: () => 1,
  });
  return {
    feed,
    sockets,
    frames,
    connections,
    pending,
    shown,
    /** The connection breaks, and comes back. */
    reconnect(code = 1006) {
      this.socket.onclose({ code });
      this.pass(500);
      this.socket.onopen();
      this.socket.say(welcome());
    },
    get socket() {
      return sockets[sockets.length - 1];
    },
    pass(ms) {
      now += ms;
      const due = timers.filter((timer) => timer.at <= now);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.run();
    },
    connected(...more) {
      feed.start();
      this.socket.onopen();
      for (const frame of [welcome(), snapshot(), ...more]) this.socket.say(frame);
    },
  };
}
const beat = (seq, count = 0, hash = 0) => ({ type: "beat", seq, now_at: 0, count, hash });
const kinds = (frames) => frames.map((frame) => (frame.type === "event" ? frame.seq : frame.type));

test("says hello first, from nothing, and is connected once it was welcomed", () => {
  const s = stage();
  s.feed.start();
  assert.deepEqual(s.connections, ["connecting"]);
  s.socket.onopen();
  assert.deepEqual(s.socket.sent, [{ type: "hello", last: 0 }]);
  s.socket.say(welcome());
  assert.deepEqual(s.connections, ["connecting", "connected"]);
});

test("resumes after the last event it handed on, and hands none on twice", () => {
  const s = stage();
  s.connected(event(101, "case.opened"), event(102, "case.claimed"));
  s.socket.onclose({ code: 1006 });
  assert.equal(s.connections.at(-1), "lost");
  s.pass(500);
  s.socket.onopen();
  assert.deepEqual(s.socket.sent, [{ type: "hello", last: 102 }]);
  s.socket.say(welcome({ seq: 104 }));
  s.socket.say(event(102, "case.claimed"));
  s.socket.say(event(104, "case.closed"));
  assert.deepEqual(kinds(s.frames), ["welcome", "snapshot", 101, 102, "welcome", 104]);
});

test("a snapshot sets where to resume", () => {
  const s = stage();
  s.connected(snapshot([aCase(1)], 150));
  s.socket.onclose({ code: 1012 });
  s.pass(500);
  s.socket.onopen();
  assert.equal(s.socket.sent[0].last, 150);
});

test("a server with another record says so, and its snapshot is where to resume", () => {
  const s = stage();
  s.connected(event(120, "case.opened"));
  s.socket.onclose({ code: 1006 });
  s.pass(500);
  s.socket.onopen();
  assert.equal(s.socket.sent[0].last, 120);
  s.socket.say(welcome({ seq: 90 }));
  s.socket.say({ type: "reset", why: "other_record" });
  s.socket.say(snapshot([aCase(1)], 90));
  s.socket.say(event(91, "case.claimed"));
  assert.deepEqual(kinds(s.frames).slice(3), ["welcome", "reset", "snapshot", 91]);
});

test("a beat says how far we have heard, of what we may not see too", () => {
  const s = stage();
  s.connected(event(101, "case.opened"));
  s.socket.say(beat(107));
  s.socket.onclose({ code: 1006 });
  s.pass(500);
  s.socket.onopen();
  assert.equal(s.socket.sent[0].last, 107);
});

test("a beat that counts otherwise is answered with our numbers, once until the snapshot", () => {
  const s = stage();
  s.connected();
  Object.assign(s.shown, { count: 2, hash: 77 });
  s.socket.say(beat(100, 2, 77));
  s.socket.say(beat(100, null, null));
  assert.equal(s.socket.sent.length, 1);
  for (const [count, hash] of [[3, 77], [2, 78]]) {
    s.socket.say(beat(101, count, hash));
    s.socket.say(beat(102, count, hash));
    assert.deepEqual(s.socket.sent.splice(1), [{ type: "mismatch", seq: 101, count: 2, hash: 77 }]);
    s.socket.say({ type: "reset", why: "mismatch" });
    s.socket.say(snapshot());
  }
});

test("waits longer after each failure, and the usual time again after a success", () => {
  const s = stage();
  s.feed.start();
  for (const delay of [500, 1000, 2000]) {
    const before = s.sockets.length;
    s.socket.onclose({ code: 1006 });
    s.pass(delay - 1);
    assert.equal(s.sockets.length, before);
    s.pass(1);
    assert.equal(s.sockets.length, before + 1);
  }
  s.socket.onopen();
  s.socket.say(welcome());
  s.socket.onclose({ code: 1006 });
  s.pass(500);
  assert.equal(s.sockets.length, 5);
});

test("the delay stays between half and all of its bound", () => {
  assert.equal(retryDelayMs(0, 0), 250);
  assert.equal(retryDelayMs(0, 1), 500);
  assert.equal(retryDelayMs(50, 0), 7500);
  assert.equal(retryDelayMs(50, 1), 15_000);
});

test("can be told not to wait", () => {
  const s = stage();
  s.feed.start();
  s.socket.onclose({ code: 1006 });
  s.feed.retryNow();
  assert.equal(s.sockets.length, 2);
  s.pass(60_000);
  s.feed.retryNow();
  assert.equal(s.connections.includes("connected"), false);
});

test("a close with 4401 ends it: no more tries", () => {
  const s = stage();
  s.connected();
  s.socket.onclose({ code: 4401 });
  assert.equal(s.connections.at(-1), "signed-out");
  s.pass(60_000);
  s.feed.retryNow();
  assert.equal(s.sockets.length, 1);
});

test("after signing in again it begins from nothing", () => {
  const s = stage();
  s.connected(event(101, "case.opened"));
  s.socket.onclose({ code: 4401 });
  s.feed.start();
  s.socket.onopen();
  assert.deepEqual(s.socket.sent, [{ type: "hello", last: 0 }]);
});

test("a command is answered under its own id, whatever comes between", async () => {
  const s = stage();
  s.connected();
  const claim = s.feed.ask({ type: "claim", case: 12, version: 3 });
  const count = s.feed.ask({ type: "count", text: "hello" });
  const [, first, second] = s.socket.sent;
  assert.notEqual(first.id, second.id);
  s.socket.say({ type: "count", id: second.id, weight: 9, limit: 280 });
  s.socket.say(event(101, "case.claimed"));
  s.socket.say({ type: "refused", id: first.id, code: "taken", text: "Alex has it." });
  assert.equal((await count).weight, 9);
  assert.equal((await claim).code, "taken");
});

test("ids are never used twice, nor by another console of the same person", async () => {
  const ids = [];
  for (let n = 0; n < 4; n++) {
    const s = stage();
    s.connected();
    for (let m = 0; m < 50; m++) void s.feed.ask({ type: "open", case: m + 1 });
    ids.push(...s.socket.sent.slice(1).map(({ id }) => id));
  }
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^[0-9a-z-]{1,40}$/);
});

const claim = { type: "claim", case: 12, version: 3 };

test("what has left and wasn't answered is sent again as it was, until it is answered", async () => {
  const s = stage();
  s.connected();
  const asked = s.feed.ask(claim);
  const question = s.feed.ask({ type: "open", case: 12 });
  const before = s.socket.sent.slice(1);
  s.reconnect();
  assert.deepEqual(s.socket.sent.slice(1), before);
  s.socket.say({ type: "ok", id: before[0].id });
  assert.equal((await asked).type, "ok");
  s.reconnect();
  assert.deepEqual(s.socket.sent.slice(1), [before[1]]);
  s.socket.say({ type: "refused", id: before[1].id, code: "unknown", text: "There is none." });
  assert.equal((await question).type, "refused");
  s.reconnect();
  assert.equal(s.socket.sent.length, 1);
  assert.deepEqual(s.pending, [1, 0]);
});

test("what is done without a connection waits for it, and is shown to wait", async () => {
  const s = stage();
  s.feed.start();
  const asked = s.feed.ask(claim);
  await assert.rejects(s.feed.ask({ type: "open", case: 1 }), { hadLeft: false });
  assert.deepEqual(s.pending, [1]);
  s.socket.onopen();
  s.socket.say(welcome());
  assert.deepEqual(s.pending, [1, 0]);
  const [, sent] = s.socket.sent;
  assert.deepEqual(sent, { ...claim, id: sent.id });
  s.socket.say({ type: "ok", id: sent.id });
  assert.equal((await asked).type, "ok");
});

test("it waits no longer than it is worth, and says whether it had left", async () => {
  const s = stage();
  s.connected();
  const left = s.feed.ask(claim);
  s.socket.onclose({ code: 1006 });
  const stayed = s.feed.ask(claim);
  const ended = [
    assert.rejects(left, (error) => error instanceof LostError && error.hadLeft),
    assert.rejects(stayed, { hadLeft: false }),
  ];
  s.pass(keepTryingMs);
  await Promise.all(ended);
  assert.equal(s.pending.at(-1), 0);
  s.socket.onopen();
  s.socket.say(welcome());
  assert.equal(s.socket.sent.length, 1);
});

test("whoever did it can give it up: it isn't sent any more", async () => {
  const s = stage();
  s.connected();
  s.socket.onclose({ code: 1006 });
  const asked = s.feed.ask(claim);
  const ended = assert.rejects(asked, { hadLeft: false });
  s.feed.giveUpPending();
  await ended;
  s.pass(500);
  s.socket.onopen();
  s.socket.say(welcome());
  assert.equal(s.socket.sent.length, 1);
});

for (const [what, end] of [
  ["signing out", (s) => s.feed.stop()],
  ["the session's end", (s) => s.socket.onclose({ code: 4401 })],
  ["a frame that couldn't be read", (s) => s.socket.onclose({ code: 4400 })],
]) {
  test(`nothing waits beyond ${what}`, async () => {
    const s = stage();
    s.connected();
    const asked = s.feed.ask(claim);
    const ended = assert.rejects(asked, { hadLeft: true });
    end(s);
    await ended;
    s.feed.start();
    s.pass(500);
    s.socket.onopen();
    s.socket.say(welcome());
    assert.deepEqual(s.socket.sent, [{ type: "hello", last: 0 }]);
  });
}

test("what we look at is said when it changes, again after a while, and to each connection", () => {
  const s = stage();
  const looks = () => s.socket.sent.filter(({ type }) => type === "look").map((one) => [one.case, one.typing]);
  s.feed.look(12, false);
  s.connected();
  s.feed.look(12, false);
  assert.deepEqual(looks(), [[12, false]]);
  s.feed.look(12, true);
  s.feed.look(12, true);
  assert.deepEqual(looks().slice(1), [[12, true]]);
  s.socket.say(beat(100));
  s.pass(20_000);
  s.feed.look(12, true);
  assert.deepEqual(looks().slice(2), [[12, true]]);
  s.reconnect();
  assert.deepEqual(looks(), [[12, true]]);
  s.feed.look(null, false);
  s.feed.stop();
  s.connected();
  assert.deepEqual(looks(), []);
});

test("beats keep a connection; without them it is dead", () => {
  const s = stage();
  s.connected();
  for (let n = 0; n < 8; n++) {
    s.pass(15_000);
    s.socket.say(beat(100));
  }
  assert.equal(s.connections.at(-1), "connected");
  s.pass(25_000);
  assert.equal(s.connections.at(-1), "lost");
  assert.equal(s.socket.shut, true);
});

test("a connection that never opens is given up", () => {
  const s = stage();
  s.feed.start();
  s.pass(10_000);
  assert.equal(s.connections.at(-1), "lost");
});

for (const garbage of ["{", "null", "7", ""]) {
  test(`garbage (${JSON.stringify(garbage)}) means a new connection and everything again`, () => {
    const s = stage();
    s.connected();
    s.socket.onmessage({ data: garbage });
    assert.equal(s.connections.at(-1), "lost");
    s.pass(500);
    s.socket.onopen();
    assert.equal(s.socket.sent[0].last, 0);
  });
}

test("a frame of a kind we don't know is passed over", () => {
  const s = stage();
  s.connected();
  s.socket.say({ type: "weather", text: "rain" });
  assert.equal(s.connections.at(-1), "connected");
});

test("cut at every event of a day, it hands on each event once and in order", () => {
  const day = Array.from({ length: 40 }, (_, i) => event(101 + i * 2, "case.message"));
  for (let cut = 0; cut <= day.length; cut++) {
    const s = stage();
    s.connected(...day.slice(0, cut));
    s.socket.onclose({ code: 1006 });
    s.pass(500);
    s.socket.onopen();
    const { last } = s.socket.sent[0];
    s.socket.say(welcome({ seq: 200 }));
    for (const one of day.filter(({ seq }) => seq > last)) s.socket.say(one);
    const seen = s.frames.filter(({ type }) => type === "event").map(({ seq }) => seq);
    assert.deepEqual(seen, day.map(({ seq }) => seq));
  }
});

test("cut at every moment of a command, it is done once and answered once", async () => {
  // A server that does an id once, and answers the same again.
  for (const cut of ["before it leaves", "before it is done", "before its answer"]) {
    const s = stage();
    const done = [];
    const answer = () => {
      for (const { type, id } of s.socket.sent) {
        if (type !== "claim") continue;
        if (!done.includes(id)) done.push(id);
        if (cut !== "before its answer" || s.sockets.length > 1) s.socket.say({ type: "ok", id });
      }
    };
    s.connected();
    if (cut === "before it leaves") s.socket.onclose({ code: 1006 });
    const asked = s.feed.ask(claim);
    if (cut === "before its answer") answer();
    if (cut !== "before it leaves") s.socket.onclose({ code: 1006 });
    s.pass(500);
    s.socket.onopen();
    s.socket.say(welcome());
    answer();
    assert.equal((await asked).type, "ok", cut);
    assert.equal(done.length, 1, cut);
  }
});
