// What the console knows, as one pure function of what the server said: frames in, state out.
// Nothing is shown before the server has said it. No clock, no network, no page in here.

import type { Connection, Sum } from "./feed";
import { newsIn, newsOf, withNews } from "./knowledge/news";
import type {
  Bulk,
  Case,
  CaseFrame,
  Colleague,
  Cost,
  Desk,
  EventFrame,
  Hours,
  KbNews,
  Mode,
  Network,
  PostTrouble,
  ServerFrame,
  Staff,
  Status,
  Way,
} from "./types";

/** Something to be read out; a number of its own, so that the same words twice are heard twice. */
export interface Announcement {
  id: number;
  text: string;
}

export interface State {
  staff: Staff | null;
  connection: Connection;
  /** false until the first snapshot: an empty queue and an unknown queue look different */
  loaded: boolean;
  /** in weighted characters, of a post and of a direct message */
  limits: Record<Way, number>;
  open: Hours;
  mode: Mode;
  network: Network;
  /** null: not ours to know */
  cost: Cost | null;
  /** the server's clock less the browser's, in seconds */
  clockAhead: number;
  /** the frames that this person may send */
  may: ReadonlySet<string>;
  desk: Desk;
  people: readonly Colleague[];
  /** cases with notes that name us and that we haven't seen */
  mentions: ReadonlySet<number>;
  bulks: readonly Bulk[];
  /** what went wrong with what somebody posted by itself, until it is out or somebody has looked */
  postTrouble: PostTrouble | null;
  /** of the knowledge base, newest first, until somebody has looked */
  news: readonly KbNews[];
  cases: ReadonlyMap<number, Case>;
  /** there are more open cases than are shown: the most urgent are, and what changed since */
  partial: boolean;
  /** how often everything was fetched again, since events were missed */
  resets: number;
  /** things that we did and that wait for a connection */
  pending: number;
  /** whole cases as last fetched */
  details: ReadonlyMap<number, CaseFrame>;
  /** cases whose detail has to be fetched again, and how often that was said */
  stale: ReadonlyMap<number, number>;
  announcements: readonly Announcement[];
}

export type Action =
  | { type: "frame"; frame: ServerFrame; at: number }
  | { type: "connection"; connection: Connection }
  | { type: "pending"; count: number }
  | { type: "signed-in"; staff: Staff }
  | { type: "signed-out" }
  | { type: "announce"; text: string }
  | { type: "news-seen"; seq: number }
  | { type: "seen"; case: number };

export const initialState: State = {
  staff: null,
  connection: "connecting",
  loaded: false,
  limits: { public: 280, private: 280 },
  open: { now: true, next_at: null },
  mode: "auto",
  network: { ok: true, text: null },
  cost: null,
  clockAhead: 0,
  may: new Set(),
  desk: {
    undo_s: 0,
    reference_prefix: "",
    accounts: [],
    teams: [],
    departments: [],
    canned: [],
    links: [],
  },
  people: [],
  mentions: new Set(),
  bulks: [],
  postTrouble: null,
  news: [],
  cases: new Map(),
  partial: false,
  resets: 0,
  pending: 0,
  details: new Map(),
  stale: new Map(),
  announcements: [],
};

const announcementsKept = 4;
const newsKept = 5;

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "frame":
      return takeFrame(state, action.frame, action.at);
    case "connection":
      return { ...state, connection: action.connection };
    case "pending":
      return action.count > state.pending
        ? announce({ ...state, pending: action.count }, "This waits for the connection.")
        : { ...state, pending: action.count };
    case "signed-in":
      return { ...initialState, staff: action.staff };
    case "signed-out":
      return { ...initialState, connection: "signed-out" };
    case "announce":
      return announce(state, action.text);
    case "news-seen":
      return { ...state, news: state.news.filter(({ seq }) => seq > action.seq) };
    case "seen":
      return { ...state, mentions: new Set([...state.mentions].filter((id) => id !== action.case)) };
  }
}

function takeFrame(state: State, frame: ServerFrame, at: number): State {
  switch (frame.type) {
    case "welcome":
      // The open case may have changed in a way that no event tells: look again.
      return markAllStale({
        ...takeStatus(state, frame, at),
        staff: frame.staff,
        limits: { public: frame.limit, private: frame.private_limit },
        may: new Set(frame.may),
        desk: frame.desk,
      });
    case "snapshot":
      return markAllStale({
        ...state,
        loaded: true,
        cases: new Map(frame.cases.map((one) => [one.id, one])),
        mentions: new Set(frame.mentions),
        bulks: frame.bulks,
        postTrouble: frame.post,
      });
    case "event":
      return takeEvent(state, frame);
    case "desk":
      return { ...state, desk: frame.desk };
    case "status":
      return takeStatus(state, frame, at);
    case "case": {
      const details = new Map(state.details).set(frame.case.id, frame);
      return { ...putCase(state, frame.case), details };
    }
    case "refused":
      return frame.case ? markStale(putCase(state, frame.case), frame.case.id) : state;
    case "people":
      return { ...state, people: frame.people };
    case "beat":
      return { ...state, partial: frame.count === null };
    case "reset": {
      const next = { ...state, resets: state.resets + 1 };
      if (frame.why === "other_record") next.details = new Map();
      return announce(next, "The queue was fetched again, so that nothing is missing.");
    }
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
      return state;
  }
}

function takeEvent(state: State, event: EventFrame): State {
  let next = state;
  if (event.case) next = markStale(putCase(next, event.case), event.case.id);
  if (event.kind === "case.noted" && event.case && event.to?.includes(state.staff?.id ?? 0)) {
    next = { ...next, mentions: new Set(next.mentions).add(event.case.id) };
  }
  if (event.kind.startsWith("post.") && event.text !== undefined) {
    const wrong = event.kind === "post.failed" || event.kind === "post.unknown";
    next = { ...next, postTrouble: wrong ? { seq: event.seq, text: event.text } : null };
    if (wrong) next = announce(next, event.text);
  }
  const news = newsIn(event);
  // What somebody did, they know.
  if (news && state.may.has("kb") && (news.by === null || news.by !== state.staff?.name)) {
    next = { ...next, news: withNews(next.news, news).slice(0, newsKept) };
    next = announce(next, `${newsOf(news)?.title}: ${news.text}`);
  }
  if (event.bulk) {
    const { bulk } = event;
    const others = next.bulks.filter((one) => one.id !== bulk.id);
    next = { ...next, bulks: [bulk, ...others].sort((a, b) => b.id - a.id) };
  }
  return next;
}

function takeStatus(state: State, status: Status, at: number): State {
  const { open, mode, network, cost = null } = status;
  const next = { ...state, open, mode, network, cost, clockAhead: status.now_at - at };
  if (state.network.ok === network.ok) return next;
  return announce(next, network.ok ? "Sending and reading work again." : networkWords(network));
}

/** An answer can overtake an event, so an older version never replaces a newer one. */
function putCase(state: State, one: Case): State {
  const known = state.cases.get(one.id);
  if (known && known.version > one.version) return state;
  return { ...state, cases: new Map(state.cases).set(one.id, one) };
}

function markStale(state: State, id: number): State {
  return { ...state, stale: new Map(state.stale).set(id, (state.stale.get(id) ?? 0) + 1) };
}

function markAllStale(state: State): State {
  return [...state.details.keys()].reduce(markStale, state);
}

function announce(state: State, text: string): State {
  const id = (state.announcements[state.announcements.length - 1]?.id ?? 0) + 1;
  const announcements = [...state.announcements, { id, text }].slice(-announcementsKept);
  return { ...state, announcements };
}

export function networkWords(network: Network): string {
  return network.text ?? "Kerbside can't reach the network just now. Replies wait until it can.";
}

/** What is muted last; most urgent first, then whose time is up first, then who has waited longest. */
export function byUrgency(a: Case, b: Case): number {
  return (
    Number(a.muted) - Number(b.muted) ||
    a.priority - b.priority ||
    (a.due_at ?? Number.MAX_SAFE_INTEGER) - (b.due_at ?? Number.MAX_SAFE_INTEGER) ||
    a.opened_at - b.opened_at ||
    a.id - b.id
  );
}

export function queueOf(state: State): Case[] {
  return [...state.cases.values()].filter((one) => one.state !== "closed").sort(byUrgency);
}

/** How many cases are open, and the hash over them that PROTOCOL.md has: order doesn't matter. */
export function sumOf(state: State): Sum {
  let count = 0;
  let hash = 0;
  for (const { id, version, state: stage } of state.cases.values()) {
    if (stage === "closed") continue;
    count += 1;
    hash += Math.imul(id, 2654435761) ^ Math.imul(version, 2246822519);
  }
  return { count, hash: hash >>> 0 };
}

export function mineOf(state: State): Case[] {
  return queueOf(state).filter((one) => one.owner?.id === state.staff?.id);
}

/** What somebody has to look at themselves: their cases, and those whose notes name them. */
export function mineAndNamed(state: State): Case[] {
  const named = (one: Case) => state.mentions.has(one.id);
  return [...state.cases.values()]
    .filter((one) => named(one) || (one.state !== "closed" && one.owner?.id === state.staff?.id))
    .sort(byUrgency);
}

/** Cases with trainees' replies that somebody has to approve. */
export function proposedOf(state: State): Case[] {
  return queueOf(state).filter((one) => one.proposed_replies > 0);
}

/** The most urgent that nobody has taken, besides the case that is looked at. */
export function nextOf(state: State, shown: number): Case | undefined {
  return queueOf(state).find(
    (one) => one.id !== shown && one.state === "open" && !one.elsewhere && !one.muted,
  );
}

/** How many nobody has taken yet: what the title and the navigation count. */
export function waitingOf(state: State): { all: number; urgent: number } {
  const waiting = queueOf(state).filter((one) => one.state === "open" && !one.elsewhere);
  return { all: waiting.length, urgent: waiting.filter((one) => one.sensitive).length };
}

/**
 * True if what a person decided on is still so: whose case it is, where it stands, what the
 * resident said, what could not be sent. A reply that went out changes the version, none of it.
 */
export function sameGround(seen: Case, now: Case): boolean {
  return (
    seen.id === now.id &&
    seen.state === now.state &&
    seen.owner?.id === now.owner?.id &&
    seen.elsewhere === now.elsewhere &&
    seen.messages === now.messages &&
    seen.failed_replies === now.failed_replies &&
    seen.sensitive === now.sensitive
  );
}
