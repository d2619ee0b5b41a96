// The websocket to Kerbside: one feed that survives its connections.
//
// Invariant: every event is handed on exactly once and in order, however often the connection
// breaks; `last` is the sequence number of the last one handed on, and it is what hello says.
// What the frames mean for the screen is not known here: that is state.ts.

import type { Answer, Command, Look, ServerFrame } from "./types";

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
  /** Calls back after ms; returns what undoes it. */
  after?: (ms: number, run: () => void) => () => void;
  random?: () => number;
}

/**
 * A command's answer never came. If the command had left, nobody here knows whether it was carried
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
/** The protocol has no heartbeat that a page can see: after this much silence we ask something. */
const quietMs = 25_000;
const answerWithinMs = 10_000;

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
  private nextId = 1;
  private waiting = new Map<string, Waiting>();
  private undoRetry: (() => void) | null = null;
  private undoQuiet: (() => void) | null = null;

  constructor(options: FeedOptions) {
    this.options = { after: browserTimer, random: Math.random, ...options };
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

  /** Resolves with whatever the server answers, a refusal included; rejects with a LostError. */
  ask(command: Command): Promise<Answer> {
    const socket = this.socket;
    if (!socket || !this.welcomed) return Promise.reject(new LostError(false));
    const id = `c${this.nextId++}`;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ ...command, id }));
    });
  }

  /** What needs no answer, and is nothing to anybody later. */
  tell(look: Look): void {
    if (this.welcomed) this.socket?.send(JSON.stringify({ type: "look", ...look }));
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
    this.listenForQuiet(answerWithinMs, () => this.giveUp());
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
    this.listenForQuiet(quietMs, () => this.knock());
    switch (frame.type) {
      case "welcome":
        // A server that is behind us was put back to an older record: what we know isn't so there.
        if (frame.seq < this.last) {
          this.startAfresh();
          return;
        }
        this.welcomed = true;
        this.attempt = 0;
        this.options.onFrame(frame);
        this.options.onConnection("connected");
        return;
      case "snapshot":
        this.last = frame.seq;
        this.options.onFrame(frame);
        return;
      case "event":
        if (frame.seq <= this.last) return;
        this.last = frame.seq;
        this.options.onFrame(frame);
        return;
      case "status":
        this.options.onFrame(frame);
        return;
      case "people":
      case "reset":
      case "beat":
        this.options.onFrame(frame);
        return;
      case "case":
      case "count":
      case "list":
      case "found":
      case "audit":
      case "ok":
      case "refused": {
        const waiting = this.waiting.get(frame.id);
        this.waiting.delete(frame.id);
        this.options.onFrame(frame);
        waiting?.resolve(frame);
        return;
      }
    }
  }

  private closed(code: number): void {
    this.dropSocket();
    if (this.stopped) return;
    if (code === closedSignedOut) {
      this.stopped = true;
      this.options.onConnection("signed-out");
      return;
    }
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
    this.undoQuiet?.();
    this.undoQuiet = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(new LostError(true));
  }

  private listenForQuiet(ms: number, run: () => void): void {
    this.undoQuiet?.();
    this.undoQuiet = this.options.after(ms, run);
  }

  private knock(): void {
    this.ask({ type: "count", text: "", way: "public" }).catch(() => undefined);
    this.listenForQuiet(answerWithinMs, () => this.giveUp());
  }
}
