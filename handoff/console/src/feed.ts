// The websocket to Kerbside: one feed that survives its connections.
//
// Invariants: every event is handed on exactly once and in order, however often the connection
// breaks; `last` says how far we have heard, and it is what hello says. What changes something is
// carried out once: its id is never used again, so it can be sent until an answer comes.
// What the frames mean for the screen is not known here: that is state.ts.

import type { Answer, BeatFrame, Command, ServerFrame } from "./types";

export type Connection = "connecting" | "connected" | "lost" | "signed-out";

/** What the feed needs of a WebSocket, so that tests can stand in for it. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface FeedOptions {
  connect: () => Socket;
  onFrame: (frame: ServerFrame) => void;
  onConnection: (connection: Connection) => void;
  /** How many things that change something have no answer while there is no connection. */
  onPending?: (count: number) => void;
  /** What is shown, all frames handed on so far taken in: to be compared with a beat. */
  sum: () => Sum;
  /** Calls back after ms; returns what undoes it. */
  after?: (ms: number, run: () => void) => () => void;
  random?: () => number;
}

/** Of the open cases: how many, and the hash over them that PROTOCOL.md has. */
export interface Sum {
  count: number;
  hash: number;
}

/**
 * A command's answer never came, and it isn't waited for any more. If the command had left, nobody here knows whether it was carried
 * out; if it hadn't, it wasn't.
 */
export class LostError extends Error {
  constructor(readonly hadLeft: boolean) {
    super(hadLeft ? "the connection was lost" : "not connected");
  }
}

const closedSignedOut = 4401;
const closedBadFrame = 4400;
/** We were told more than we took: everything at once is less. */
const closedNotReading = 4408;

const firstRetryMs = 500;
const longestRetryMs = 15_000;
/** A beat comes every 15 seconds: after this much silence the connection is dead. */
const quietMs = 25_000;
const welcomeWithinMs = 10_000;
/** What somebody did is kept for so long while there is no connection. */
export const keepTryingMs = 120_000;
const lookAgainMs = 20_000;
const questions: ReadonlySet<Command["type"]> = new Set([
  "open",
  "count",
  "list",
  "search",
  "audit",
  "kb",
  "kb_item",
  "kb_versions",
  "kb_check",
  "kb_try",
  "kb_find",
  "kb_diff",
  "kb_replay_state",
  "kb_replay_list",
  "kb_learn",
  "kb_election_report",
]);

/** 96 random bits: used once, whoever else is signed in under the same name. */
function newId(): string {
  const words = crypto.getRandomValues(new Uint32Array(3));
  return Array.from(words, (word) => word.toString(36)).join("-");
}

export function browserTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Half of it fixed, half of it drawn, so that fifty consoles don't all come back at once. */
export function retryDelayMs(attempt: number, random: number): number {
  const whole = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (whole / 2) * random);
}

function readFrame(data: unknown): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(String(data));
    return frame !== null && typeof frame === "object" ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}

interface Waiting {
  text: string;
  changes: boolean;
  hasLeft: boolean;
  undoTimer: () => void;
  resolve: (answer: Answer) => void;
  reject: (error: LostError) => void;
}

export class Feed {
  private readonly options: Required<FeedOptions>;
  private socket: Socket | null = null;
  private welcomed = false;
  private stopped = true;
  private last = 0;
  private attempt = 0;
  /** a mismatch was said: what is shown is being replaced */
  private mending = false;
  private pending = 0;
  /** the frame that says what is looked at, for the next connection too */
  private looking: string | null = null;
  private undoLook: (() => void) | null = null;
  private waiting = new Map<string, Waiting>();
  private undoRetry: (() => void) | null = null;
  private undoQuiet: (() => void) | null = null;

  constructor(options: FeedOptions) {
    this.options = {
      after: browserTimer,
      random: Math.random,
      onPending: () => undefined,
      ...options,
    };
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.last = 0;
    this.attempt = 0;
    this.options.onConnection("connecting");
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.dropSocket();
    this.loseAll();
    this.looking = null;
    this.undoRetry?.();
    this.undoRetry = null;
  }

  /** The network may be back (or the laptop awake): don't sit out the delay. */
  retryNow(): void {
    if (this.stopped || this.socket) return;
    this.undoRetry?.();
    this.attempt = 0;
    this.connect();
  }

  /**
   * Resolves with whatever the server answers, a refusal included; rejects with a LostError. What
   * changes something waits for a connection, until keepTryingMs have gone by or it is given up;
   * a question that can't be asked just now is refused, since there is nothing to do once.
   */
  ask(command: Command): Promise<Answer> {
    const changes = !questions.has(command.type);
    if (this.stopped || (!changes && !this.welcomed)) return Promise.reject(new LostError(false));
    const id = newId();
    return new Promise((resolve, reject) => {
      const undoTimer = this.options.after(keepTryingMs, () => this.lose(id));
      const text = JSON.stringify({ ...command, id });
      const waiting = { text, changes, hasLeft: false, undoTimer, resolve, reject };
      this.waiting.set(id, waiting);
      if (this.welcomed) this.sendWaiting(waiting);
      else this.countPending();
    });
  }

  /** Whoever did it doesn't want to wait for a connection any more. */
  giveUpPending(): void {
    for (const [id, { changes }] of [...this.waiting]) if (changes) this.lose(id);
  }

  /**
   * What this console shows, a case or an item of the knowledge base ("intent/bins.missed"), and
   * whether something is being written there. May be said at every
   * key: what was said already is said again, as a sign of life, only after a while.
   */
  look(shown: number | string | null, typing: boolean): void {
    const what = typeof shown === "string" ? { case: null, item: shown } : { case: shown };
    const text = JSON.stringify({ type: "look", ...what, typing });
    if (text === this.looking && this.undoLook) return;
    this.looking = text;
    this.sendLook();
  }

  private sendLook(): void {
    if (!this.looking || !this.welcomed) return;
    this.socket?.send(this.looking);
    this.undoLook?.();
    this.undoLook = this.options.after(lookAgainMs, () => (this.undoLook = null));
  }

  private sendWaiting(waiting: Waiting): void {
    waiting.hasLeft = true;
    this.socket?.send(waiting.text);
  }

  private lose(id: string): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    waiting.undoTimer();
    waiting.reject(new LostError(waiting.hasLeft));
    this.countPending();
  }

  private loseAll(): void {
    for (const id of [...this.waiting.keys()]) this.lose(id);
  }

  private countPending(): void {
    const all = [...this.waiting.values()];
    const pending = this.welcomed ? 0 : all.filter(({ changes }) => changes).length;
    if (pending === this.pending) return;
    this.pending = pending;
    this.options.onPending(pending);
  }

  private connect(): void {
    this.undoRetry = null;
    let socket: Socket;
    try {
      socket = this.options.connect();
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    this.welcomed = false;
    this.listenForQuiet(welcomeWithinMs, () => this.giveUp());
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", last: this.last }));
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code }) => this.closed(code);
  }

  private receive(data: unknown): void {
    const frame = readFrame(data);
    if (!frame) {
      this.startAfresh();
      return;
    }
    this.listenForQuiet(quietMs, () => this.giveUp());
    switch (frame.type) {
      case "welcome":
        this.welcomed = true;
        this.attempt = 0;
        this.options.onFrame(frame);
        this.options.onConnection("connected");
        this.sendLook();
        for (const waiting of this.waiting.values()) this.sendWaiting(waiting);
        this.countPending();
        return;
      case "snapshot":
        this.last = frame.seq;
        this.mending = false;
        this.options.onFrame(frame);
        return;
      case "event":
        if (frame.seq <= this.last) return;
        this.last = frame.seq;
        this.options.onFrame(frame);
        return;
      case "beat":
        this.last = frame.seq;
        this.options.onFrame(frame);
        this.compare(frame);
        return;
      case "status":
      case "people":
      case "reset":
        this.options.onFrame(frame);
        return;
      case "case":
      case "count":
      case "list":
      case "found":
      case "audit":
      case "kb":
      case "kb_item":
      case "kb_versions":
      case "kb_check":
      case "kb_try":
      case "kb_find":
      case "kb_diff":
      case "kb_replay":
      case "kb_replay_list":
      case "kb_learn":
      case "kb_election_report":
      case "ok":
      case "refused": {
        const waiting = this.waiting.get(frame.id);
        this.waiting.delete(frame.id);
        waiting?.undoTimer();
        this.options.onFrame(frame);
        waiting?.resolve(frame);
        return;
      }
    }
  }

  /** The server's queue is the truth: if ours isn't it, we say so and get everything anew. */
  private compare({ seq, count, hash }: BeatFrame): void {
    if (count === null || this.mending) return;
    const sum = this.options.sum();
    if (sum.count === count && sum.hash === hash) return;
    this.mending = true;
    this.socket?.send(JSON.stringify({ type: "mismatch", seq, ...sum }));
  }

  private closed(code: number): void {
    this.dropSocket();
    if (this.stopped) return;
    if (code === closedSignedOut) {
      this.stopped = true;
      this.loseAll();
      this.looking = null;
      this.options.onConnection("signed-out");
      return;
    }
    // It may have been one of these that couldn't be read: never again.
    if (code === closedBadFrame) this.loseAll();
    if (code === closedBadFrame || code === closedNotReading) this.last = 0;
    this.lost();
  }

  /** Something can't be right between us: connect again and ask for everything. */
  private startAfresh(): void {
    this.last = 0;
    this.giveUp();
  }

  /** A dead connection's own close can take minutes to be noticed, so it isn't waited for. */
  private giveUp(): void {
    this.dropSocket();
    this.lost();
  }

  private lost(): void {
    this.options.onConnection("lost");
    const delay = retryDelayMs(this.attempt++, this.options.random());
    this.undoRetry = this.options.after(delay, () => this.connect());
  }

  private dropSocket(): void {
    const socket = this.socket;
    this.socket = null;
    this.welcomed = false;
    this.mending = false;
    this.undoQuiet?.();
    this.undoQuiet = null;
    this.undoLook?.();
    this.undoLook = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.countPending();
  }

  private listenForQuiet(ms: number, run: () => void): void {
    this.undoQuiet?.();
    this.undoQuiet = this.options.after(ms, run);
  }
}
