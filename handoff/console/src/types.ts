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
  /** our handle that it came to */
  account: string;
  /** it came by direct message */
  private: boolean;
  /** what it began with is erased here */
  gone: boolean;
  /** … for its age, and not because its author took it back */
  expired: boolean;
  /** somebody of ours answers in X's own app, and nobody has taken it here */
  elsewhere: boolean;
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

/** To us; in a thread that we are in, but not to us; a direct message. */
export type MessageKind = "addressed" | "overheard" | "private";

export interface Message {
  id: number;
  /** null: a direct message, for somebody whose role doesn't answer those */
  text: string | null;
  kind: MessageKind;
  account: string;
  edited_at: Seconds | null;
  /** since when its words are erased here */
  gone_at: Seconds | null;
  /** … for their age */
  expired: boolean;
  /** empty once nothing of its author's is kept; so is the name */
  handle: string;
  name: string | null;
  written_at: Seconds;
  remote_url: string | null;
  decision: Decision | null;
}

export type ReplyState =
  | "draft"
  | "queued"
  | "sending"
  | "unknown"
  | "sent"
  | "failed"
  | "dropped"
  | "withheld";

export interface Reply {
  id: number;
  message: number;
  /** null as in a message */
  text: string | null;
  /** a direct message */
  private: boolean;
  /** somebody of ours sent it in X's own app */
  elsewhere: boolean;
  /** ours, that it is sent from */
  handle: string;
  remote_url: string | null;
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
  account: string;
  private: boolean;
}

/** How a reply goes: for anybody to read, or as a direct message. */
export type Way = "public" | "private";

export interface Hours {
  now: boolean;
  next_at: Seconds | null;
}

export interface Network {
  ok: boolean;
  text: string | null;
}

/** In shadow mode nothing is sent. */
export type Mode = "auto" | "shadow";

/** Of this month, in cents of a US dollar. */
export interface Cost {
  month_cents: number;
  forecast_cents: number;
  cap_cents: number | null;
}

/** What isn't about cases. */
export interface Status {
  now_at: Seconds;
  open: Hours;
  mode: Mode;
  network: Network;
  /** for supervisors only */
  cost?: Cost;
}

export interface WelcomeFrame extends Status {
  type: "welcome";
  staff: Staff;
  seq: number;
  limit: number;
  private_limit: number;
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

export interface StatusFrame extends Status {
  type: "status";
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
  | { type: "count"; text: string; way: Way }
  | { type: "claim"; case: number; version: number }
  | { type: "release"; case: number; version: number }
  | { type: "reply"; case: number; version: number; text: string; way: Way }
  | { type: "close"; case: number; version: number; outcome: Outcome }
  | { type: "restore"; message: number }
  | { type: "retry"; case: number; version: number; reply: number };

export type CaseCommand = Extract<Command, { version: number }>;
