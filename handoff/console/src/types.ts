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

export type Outcome =
  | "answered"
  | "passed_on"
  | "done"
  | "no_reply_needed"
  | "became_member"
  | "praise";

export interface Case {
  id: number;
  /** to be said on the telephone, behind the desk's prefix */
  reference: string;
  version: number;
  state: "open" | "claimed" | "closed";
  /** 0 sensitive, 1 complaints and people who ask for a person, 2 the rest */
  priority: number;
  reason: string;
  sensitive: boolean;
  team: string | null;
  owner: Person | null;
  /** until when the claim holds without a sign of its owner */
  lease_until: Seconds | null;
  resident: { handle: string; name: string | null };
  summary: string;
  opened_at: Seconds;
  changed_at: Seconds;
  /** when a person should have answered; null: nothing waits for an answer */
  due_at: Seconds | null;
  /** the lease or the time to answer is nearly up */
  warned: boolean;
  /** … was up, and the duty list told */
  escalated: boolean;
  muted: boolean;
  messages: number;
  outcome: Outcome | null;
  /** that should hear of it */
  department: string | null;
  acknowledged: boolean;
  failed_replies: number;
  /** of trainees, that wait for an approval */
  proposed_replies: number;
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
  title?: string;
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
  /** of the knowledge base; null: of before there were versions */
  kb_version: number | null;
  why: Why[];
  /** what would have been said if the intent were automatic */
  would: string | null;
  /** and staff are offered it, as the first suggestion */
  offered: boolean;
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
  | "held"
  | "proposed"
  | "returned"
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
  /** until when its writer can take it back */
  held_until: Seconds | null;
  /** the part of a split reply that goes before it */
  after: number | null;
  approver: Person | null;
  /** with which it was returned */
  word: string | null;
  bulk: number | null;
}

export interface Note {
  id: number;
  by: Person;
  text: string;
  at: Seconds;
  to: Person[];
}

/** Another case of the same resident. */
export interface EarlierCase {
  id: number;
  reference: string;
  reason: string;
  state: Case["state"];
  outcome: Outcome | null;
  opened_at: Seconds;
  summary: string;
}

export interface Suggestion {
  intent: string;
  title: string;
  text: string;
  link: string | null;
  score: number;
  /** Kerbside would have said it by itself, if the intent were automatic */
  would: boolean;
}

/** What this person has begun to write. */
export interface Draft {
  text: string;
  way: Way;
  changed_at: Seconds;
}

/** One message to many: how far it is. */
export interface Bulk {
  id: number;
  by: Person;
  text: string;
  at: Seconds;
  stopped_at: Seconds | null;
  waiting: number;
  sent: number;
  failed: number;
  stopped: number;
}

/** A colleague, and what they are doing. */
export interface Colleague extends Person {
  role: string;
  /** at the desk */
  on: boolean;
  /** has a console open */
  here: boolean;
  case: number | null;
  typing: boolean;
  /** of the knowledge base, that they edit: "intent/bins.missed" */
  item: string | null;
}

export interface Canned {
  id: string;
  title: string;
  text: string;
}

export interface Link {
  title: string;
  url: string;
}

/** How this council's desk works, and what it has to offer. */
export interface Desk {
  undo_s: number;
  reference_prefix: string;
  accounts: string[];
  teams: string[];
  departments: string[];
  canned: Canned[];
  links: Link[];
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
  kb_version: number | null;
  account: string;
  private: boolean;
  /** after which it leaves the tray */
  expires_at: Seconds | null;
}

/** An automatic reply that nobody has glanced at yet. */
export interface Answered {
  message: number;
  text: string;
  handle: string;
  name: string | null;
  written_at: Seconds;
  account: string;
  private: boolean;
  decision: Decision;
  reply: Reply;
}

export interface TrayItems {
  answered: Answered;
  ignored: Ignored;
  sent: Reply & { case: number | null };
  failed: Reply & { case: number | null };
  closed: Case;
}
export type Tray = keyof TrayItems;

export interface Found {
  /** what holds the words; null: the case of a reference */
  kind: "message" | "reply" | "note" | null;
  case: number | null;
  /** it, or what it is about */
  message: number;
  at: Seconds;
  who: string;
  text: string;
  spans: Span[];
  state: Case["state"] | null;
  reference: string | null;
}

export interface AuditEntry {
  id: number;
  at: Seconds;
  by: string | null;
  act: string;
  about: string | null;
  text: string | null;
  address: string | null;
}

export type WarningKind =
  | "phone"
  | "address"
  | "email"
  | "ni_number"
  | "card"
  | "bank"
  | "nhs_number"
  | "birth_date"
  | "name";

/** Something in a text that should be looked at before it is sent. */
export interface Warning {
  kind: WarningKind;
  words: string;
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
  /** the frames that this person's role may send */
  may: string[];
  desk: Desk;
}

export interface SnapshotFrame {
  type: "snapshot";
  seq: number;
  cases: Case[];
  /** cases with notes that name this person and that they haven't seen */
  mentions: number[];
  bulks: Bulk[];
  post: PostTrouble | null;
}

/** What somebody posted may not be out: the event that said so, and its words. */
export interface PostTrouble {
  seq: number;
  text: string;
}

/** What was shown can't be brought up to date by events: a snapshot follows. */
export interface ResetFrame {
  type: "reset";
  why: "too_old" | "other_record" | "mismatch";
}

export interface PeopleFrame {
  type: "people";
  people: Colleague[];
}

/** Is what we show what there is? See the hash in PROTOCOL.md. */
export interface BeatFrame {
  type: "beat";
  seq: number;
  now_at: Seconds;
  /** null: there are more than are shown */
  count: number | null;
  hash: number | null;
}

export interface EventFrame {
  type: "event";
  seq: number;
  at: Seconds;
  kind: string;
  by: string | null;
  /** staff whom it concerns more than others */
  to?: number[];
  case?: Case;
  ignored?: Ignored;
  /** that somebody glanced at */
  message?: number;
  bulk?: Bulk;
  /** what became of a post or of the knowledge base, for people */
  text?: string;
  /** of the knowledge base: "intent/bins.missed" */
  item?: string;
}

/** Another version of the knowledge base is live. */
export interface DeskFrame {
  type: "desk";
  desk: Desk;
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
  notes: Note[];
  earlier: EarlierCase[];
  suggestions: Suggestion[];
  draft: Draft | null;
}

export interface CountFrame {
  type: "count";
  id: string;
  weight: number;
  limit: number;
  /** how many replies it is when it is split; 0: more than may be */
  parts: number;
  warnings: Warning[];
}

export interface ListFrame<T extends Tray = Tray> {
  type: "list";
  id: string;
  tray: T;
  items: TrayItems[T][];
  /** null: there is no more */
  next: string | null;
}

export interface FoundFrame {
  type: "found";
  id: string;
  items: Found[];
  next: string | null;
}

export interface AuditFrame {
  type: "audit";
  id: string;
  items: AuditEntry[];
  next: string | null;
}

export interface OkFrame {
  type: "ok";
  id: string;
  /** of a message to many */
  bulk?: number;
  /** of a reply */
  reply?: number;
  held_until?: Seconds | null;
  /** of what was saved in the draft */
  revision?: number;
  /** of what is to be published */
  proposal?: number;
}

export interface RefusedFrame {
  type: "refused";
  id: string;
  code: string;
  text: string;
  case?: Case | null;
  /** an item of the knowledge base as it is now */
  kb?: KbItemFrame;
}

export type Answer =
  | CaseFrame
  | CountFrame
  | ListFrame
  | FoundFrame
  | AuditFrame
  | KbFrame
  | KbItemFrame
  | KbVersionsFrame
  | KbCheckFrame
  | KbTryFrame
  | KbFindFrame
  | KbDiffFrame
  | KbReplayFrame
  | KbReplayListFrame
  | KbLearnFrame
  | KbElectionReportFrame
  | OkFrame
  | RefusedFrame;
export type ServerFrame =
  | WelcomeFrame
  | SnapshotFrame
  | ResetFrame
  | EventFrame
  | DeskFrame
  | StatusFrame
  | PeopleFrame
  | BeatFrame
  | Answer;

/** What an editor edits at a time: see kb/item.h. */
export type ItemKind =
  | "intent"
  | "rule"
  | "term"
  | "common"
  | "notice"
  | "incident"
  | "canned"
  | "wording"
  | "thresholds"
  | "election";

/** The object that stands in the knowledge base's files, as config/kb.schema.json has it. */
export type Body = unknown;

export interface ItemName {
  kind: ItemKind;
  item: string;
}

export interface KbVersion {
  version: number;
  hash: string;
  origin: "folder" | "import" | "console" | "incident" | "rollback";
  /** of a rollback: the version that it brought back */
  from: number | null;
  by: string;
  agreed_by: string | null;
  note: string;
  at: Seconds;
}

export interface KbUse {
  used_at: Seconds | null;
  used: number;
  /** residents said that the answer didn't help */
  unhelped: number;
  /** why it answers less than its mode just now */
  withheld: string | null;
}

export interface KbLink {
  url: string;
  /** null: not asked for yet */
  alive: boolean | null;
  status: number | null;
  what: string;
  checked_at: Seconds | null;
}

export type Autonomy = "shadow" | "assist" | "automatic";
export type Change = "added" | "changed" | "removed";

export interface KbEntry extends ItemName {
  title: string;
  file: string;
  department: string | null;
  owner: string | null;
  review_by: string | null;
  /** a rule's kind */
  rule: string | null;
  mode: Autonomy | null;
  from: Seconds | null;
  until: Seconds | null;
  replies: number | null;
  examples: number | null;
  /** in the draft */
  change: Change | null;
  conflict: boolean;
  by: string | null;
  at: Seconds | null;
  use: KbUse | null;
  link: KbLink | null;
}

export interface KbProposal {
  id: number;
  state: "waiting" | "scheduled" | "queued" | "published" | "refused" | "withdrawn";
  origin: KbVersion["origin"];
  from: number | null;
  note: string;
  by: Person;
  at: Seconds;
  publish_at: Seconds | null;
  /** why a second person is needed */
  needs: string | null;
  agreed_by: string | null;
  version: number | null;
  error: string | null;
  items: ItemName[];
}

export type ReplayGroup = "answered" | "differently" | "not_answered" | "handed_off" | "other";

export interface KbReplay {
  state: "running" | "done" | "stopped" | "failed";
  revision: number;
  version: number;
  from: Seconds;
  until: Seconds;
  total: number;
  done: number;
  began_at: Seconds;
  groups: Record<ReplayGroup, number>;
  better: number;
  worse: number;
  text: string | null;
}

/** What would be done about a message. */
export interface KbTried {
  version: number;
  action: string;
  reason: string | null;
  intents: string[];
  titles: string[];
  why: Why[];
  reply: string | null;
  /** what an intent that isn't automatic would have said */
  would: string | null;
  score: number;
  lead: number;
  residue: number;
  second: number;
}

export interface KbReplayed {
  message: number;
  text: string;
  written_at: Seconds;
  live: KbTried;
  draft: KbTried;
  better: boolean | null;
}

export interface KbProblem {
  severity: "error" | "warning";
  /** null: of no item */
  kind: ItemKind | null;
  item: string | null;
  field: string | null;
  /** in a list, from 0 */
  index: number | null;
  /** in its text, from 1 */
  column: number | null;
  text: string;
  /** what to do about it */
  next: string;
}

/** A phrase in plain words, and the pattern that it becomes. */
export interface KbPhrase {
  phrase: string;
  pcre: string;
  weight: number;
  /** it decides on its own */
  enough: boolean;
  words: { text: string; term: string | null }[];
}

/** What says a term. */
export interface KbUser extends ItemName {
  title: string;
}

export interface KbWeight {
  field: string;
  index: number | null;
  weight: number;
  limit: number;
  /** as a resident sees it */
  text: string;
}

export interface KbDifference extends ItemName {
  title: string;
  change: Change;
  lines: { field: string; what: string }[];
}

/** Messages that say the same, as staff see them: private details masked. */
export interface KbExample {
  message: number;
  text: string;
}

/** What became of the knowledge base without anybody's hand on it: events, as told since. */
export interface KbNews {
  seq: number;
  at: Seconds;
  kind: string;
  /** "intent/bins.missed" */
  item: string | null;
  text: string;
  by: string | null;
}

export interface KbFrame {
  type: "kb";
  id: string;
  live: KbVersion;
  revision: number;
  items: KbEntry[];
  proposals: KbProposal[];
  news: KbNews[];
  replay: KbReplay | null;
}

export interface KbItemFrame extends ItemName {
  type: "kb_item";
  id: string;
  file: string | null;
  version: number;
  revision: number;
  live: Body;
  draft: Body;
  base: Body;
  removed: boolean;
  conflict: boolean;
  by: string | null;
  at: Seconds | null;
}

export interface KbVersionsFrame {
  type: "kb_versions";
  id: string;
  items: KbVersion[];
  next: string | null;
}

export interface KbCheckFrame {
  type: "kb_check";
  id: string;
  revision: number;
  problems: KbProblem[];
  phrases: KbPhrase[];
  weights: KbWeight[];
  used_by: KbUser[];
  trained: boolean;
}

export interface KbTryFrame {
  type: "kb_try";
  id: string;
  text: string;
  live: KbTried;
  draft: KbTried | null;
  opinion: "trained" | "live" | "missing" | null;
  problem?: string;
}

export interface KbFindFrame {
  type: "kb_find";
  id: string;
  items: (ItemName & { title: string; score: number; words: string[] })[];
}

export interface KbDiffFrame {
  type: "kb_diff";
  id: string;
  items: KbDifference[];
}

export interface KbReplayFrame {
  type: "kb_replay";
  id: string;
  replay: KbReplay | null;
}

export interface KbReplayListFrame {
  type: "kb_replay_list";
  id: string;
  group: ReplayGroup;
  items: KbReplayed[];
  next: string | null;
}

export interface KbLearnFrame {
  type: "kb_learn";
  id: string;
  messages: number;
  groups: { words: string[]; count: number; examples: KbExample[] }[];
  by_hand: { text: string; count: number; examples: KbExample[] }[];
}

export interface KbElectionReportFrame {
  type: "kb_election_report";
  id: string;
  replies: number;
  by_intent: { intent: string; title: string; count: number }[];
  to_team: { case: number; reference: string; at: Seconds; summary: string }[];
  published: KbVersion[];
}

/** What staff can ask for; the feed adds the id under which the answer comes back. */
export type Question =
  | { type: "open"; case: number }
  | { type: "count"; text: string; way: Way; case?: number }
  | { type: "list"; tray: Tray; before: string | null }
  | { type: "search"; text: string; before: string | null }
  | { type: "audit"; before: string | null }
  | { type: "kb" }
  | ({ type: "kb_item" } & ItemName)
  | { type: "kb_versions"; before: string | null }
  | { type: "kb_check"; kind?: ItemKind; item?: string }
  | { type: "kb_try"; text: string; at: Seconds | null }
  | { type: "kb_find"; text: string }
  | { type: "kb_diff"; from?: number | null; to?: number | null; proposal?: number }
  | { type: "kb_replay"; from: Seconds; until: Seconds }
  | { type: "kb_replay_state" }
  | { type: "kb_replay_stop" }
  | { type: "kb_replay_list"; group: ReplayGroup; before: string | null }
  | { type: "kb_learn"; days: number }
  | { type: "kb_election_report"; from: Seconds; until: Seconds };

/** What changes a case as it was seen. */
export type CaseCommand = { case: number; version: number } & (
  | { type: "claim" }
  | { type: "release" }
  | { type: "reply"; text: string; way: Way; split?: boolean }
  | { type: "close"; outcome: Outcome; department?: string }
  | { type: "retry"; reply: number }
  | { type: "pass"; team?: string; to?: number; text?: string }
  | { type: "mark"; sensitive: boolean }
  | { type: "mute"; muted: boolean }
);

/** What changes something else, or whatever the case has become. */
export type OtherCommand =
  | { type: "undo"; reply: number }
  | { type: "approve"; reply: number; text?: string }
  | { type: "return"; reply: number; text: string }
  | { type: "draft"; case: number; text: string; way: Way }
  | { type: "note"; case: number; text: string; to: number[] }
  | { type: "seen"; case: number }
  | { type: "restore"; message: number }
  | { type: "glance"; message: number; fine: boolean }
  | { type: "bulk"; cases: { case: number; version: number }[]; text: string }
  | { type: "bulk_stop"; bulk: number }
  | { type: "sign_on"; account: string; post: string | null }
  | { type: "sign_off"; account: string; post: string | null }
  | ({ type: "kb_save"; revision: number; live: number; body: Body } & ItemName)
  | ({ type: "kb_discard"; revision: number } & ItemName)
  | { type: "kb_publish"; note: string; at: Seconds | null; revision: number }
  | { type: "kb_agree"; proposal: number }
  | { type: "kb_withdraw"; proposal: number }
  | { type: "kb_rollback"; version: number; note: string }
  | { type: "kb_incident"; body: Body; note: string }
  | { type: "kb_mark"; message: number; better: boolean | null };

export type Command = Question | CaseCommand | OtherCommand;
