import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { aCase, event, snapshot, welcome } from "./samples.mjs";

const { Feed, LostError, retryDelayMs } = await load("feed.ts");

/** A feed on sockets and a clock that the test turns by hand. */
function stage() {
  const sockets = [];
  const frames = [];
  const connections = [];
  let timers = [];
  let now = 0;
  const feed = new Feed({
    connect() {
      const socket = {
        sent: [],
        shut: false,
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: () => (socket.shut = true),
        say: (frame) => socket.onmessage({ data: JSON.stringify(frame) }),
      };
      sockets.push(socket);
      return socket;
    },
    onFrame: (frame) => frames.push(frame),
    onConnection: (connection) => connections.push(connection),
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
  s.connected(snapshot([aCase(1)], [], 150));
  s.socket.onclose({ code: 1012 });
  s.pass(500);
  s.socket.onopen();
  assert.equal(s.socket.sent[0].last, 150);
});

test("a server that is behind what we have seen is asked for everything", () => {
  const s = stage();
  s.connected(event(120, "case.opened"));
  s.socket.onclose({ code: 1006 });
  s.pass(500);
  s.socket.onopen();
  s.socket.say(welcome({ seq: 90 }));
  assert.equal(s.socket.shut, true);
  s.pass(15_000);
  s.socket.onopen();
  assert.equal(s.socket.sent[0].last, 0);
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

test("a command is lost with its connection, and says whether it had left", async () => {
  const s = stage();
  s.feed.start();
  await assert.rejects(s.feed.ask({ type: "open", case: 1 }), { hadLeft: false });
  s.socket.onopen();
  s.socket.say(welcome());
  const asked = s.feed.ask({ type: "open", case: 1 });
  s.socket.onclose({ code: 1006 });
  await assert.rejects(asked, (error) => error instanceof LostError && error.hadLeft);
  await assert.rejects(s.feed.ask({ type: "open", case: 1 }), { hadLeft: false });
});

test("after a silence it asks something, and without an answer the connection is dead", () => {
  const s = stage();
  s.connected();
  s.pass(25_000);
  assert.equal(s.socket.sent.at(-1).type, "count");
  s.pass(10_000);
  assert.equal(s.connections.at(-1), "lost");
  assert.equal(s.socket.shut, true);
});

test("an answer to that keeps the connection", () => {
  const s = stage();
  s.connected();
  s.pass(25_000);
  s.socket.say({ type: "count", id: s.socket.sent.at(-1).id, weight: 0, limit: 280 });
  s.pass(24_000);
  assert.equal(s.connections.at(-1), "connected");
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
