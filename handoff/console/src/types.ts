// The frames of kerbside.v1 as handoff/PROTOCOL.md has them, and nothing else. Names are the
// wire's.

/** Unix seconds, UTC. */
export type Seconds = number;

export interface Staff {
  id: number;
  login: string;
  name: string;
  initials: string;
  role: string;
}

export interface Person {
  id: number;
  name: string;
  initials: string;
}

export type Outcome = "answered" | "passed_on" | "done" | "no_reply_needed";

export interface Case {
  id: number;
  version: number;
  state: "open" | "claimed" | "closed";
  /** 0 sensitive, 1 complaints and people who ask for a person, 2 the rest */
  priority: number;
  reason: string;
  sensitive: boolean;
  team: string | null;
  owner: Person | null;
  resident: { handle: string; name: string | null };
  summary: string;
  opened_at: Seconds;
  changed_at: Seconds;
  messages: number;
  outcome: Outcome | null;
  acknowledged: boolean;
  failed_replies: number;
}

/** UTF-16 offsets into the message's text, end exclusive. */
export type Span = [start: number, end: number];

export interface Why {
  rule: string;
  words: string[];
  spans?: Span[];
}

export interface Decision {
  action: string;
  reason: string | null;
  intents: string[];
  score: number;
  lead: number;
  residue: number;
  kb: string;
  why: Why[];
}

export interface Message {
  id: number;
  text: string;
  handle: string;
  name: string | null;
  written_at: Seconds;
  remote_url: string | null;
  decision: Decision | null;
}

export type ReplyState = "draft" | "queued" | "sending" | "unknown" | "sent" | "failed" | "dropped" | "withheld";

export interface Reply {
  id: number;
  message: number;
  text: string;
  state: ReplyState;
  /** null when it is automatic */
  by: Person | null;
  error: string | null;
  created_at: Seconds;
  changed_at: Seconds;
}

export interface HistoryEntry {
  seq: number;
  at: Seconds;
  kind: string;
  by: string | null;
  text: string | null;
}

export interface Ignored {
  message: number;
  text: string;
  handle: string;
  name: string | null;
  written_at: Seconds;
  why: Why[];
  kb: string;
}

export interface Hours {
  now: boolean;
  next_at: Seconds | null;
}

export interface Network {
  ok: boolean;
  text: string | null;
}

export interface WelcomeFrame {
  type: "welcome";
  staff: Staff;
  seq: number;
  now_at: Seconds;
  limit: number;
  open: Hours;
  network: Network;
}

export interface SnapshotFrame {
  type: "snapshot";
  seq: number;
  cases: Case[];
  ignored: Ignored[];
}

export interface EventFrame {
  type: "event";
  seq: number;
  at: Seconds;
  kind: string;
  by: string | null;
  case?: Case;
  ignored?: Ignored;
}

export interface StatusFrame {
  type: "status";
  now_at: Seconds;
  open: Hours;
  network: Network;
}

export interface CaseFrame {
  type: "case";
  id: string;
  case: Case;
  messages: Message[];
  replies: Reply[];
  history: HistoryEntry[];
}

export interface CountFrame {
  type: "count";
  id: string;
  weight: number;
  limit: number;
}

export interface OkFrame {
  type: "ok";
  id: string;
}

export interface RefusedFrame {
  type: "refused";
  id: string;
  code: string;
  text: string;
  case?: Case | null;
}

export type Answer = CaseFrame | CountFrame | OkFrame | RefusedFrame;
export type ServerFrame = WelcomeFrame | SnapshotFrame | EventFrame | StatusFrame | Answer;

/** What staff can ask for; the feed adds the id under which the answer comes back. */
export type Command =
  | { type: "open"; case: number }
  | { type: "count"; text: string }
  | { type: "claim"; case: number; version: number }
  | { type: "release"; case: number; version: number }
  | { type: "reply"; case: number; version: number; text: string }
  | { type: "close"; case: number; version: number; outcome: Outcome }
  | { type: "restore"; message: number }
  | { type: "retry"; case: number; version: number; reply: number };

export type CaseCommand = Extract<Command, { version: number }>;
