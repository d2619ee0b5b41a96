// Frames as the server would send them, with as little in them as a test needs.

export const sam = { id: 1, login: "sam", name: "Sam Reed", initials: "SR", role: "agent" };
export const alex = { id: 2, name: "Alex Poole", initials: "AP" };

export function aCase(id, fields = {}) {
  return {
    id,
    reference: "4F7K-2",
    version: 1,
    state: "open",
    priority: 2,
    reason: "unresolved",
    sensitive: false,
    team: null,
    owner: null,
    lease_until: null,
    resident: { handle: "elm_close_sam", name: "Sam" },
    summary: "does the council take pianos?",
    opened_at: 1_795_000_000 + id,
    changed_at: 1_795_000_000 + id,
    due_at: null,
    warned: false,
    escalated: false,
    muted: false,
    messages: 1,
    outcome: null,
    department: null,
    acknowledged: false,
    failed_replies: 0,
    proposed_replies: 0,
    account: "NorthmoorHelp",
    private: false,
    gone: false,
    expired: false,
    elsewhere: false,
    ...fields,
  };
}

export function anIgnored(message, fields = {}) {
  return {
    message,
    text: "useless clowns",
    handle: "grumbleweed",
    name: "G",
    written_at: 1_795_000_000,
    why: [{ rule: "troll.abuse", words: ["useless clowns"], spans: [[0, 14]] }],
    kb: "3f9a",
    kb_version: 4,
    account: "NorthmoorHelp",
    private: false,
    expires_at: null,
    ...fields,
  };
}

export const welcome = (fields = {}) => ({
  type: "welcome",
  staff: sam,
  seq: 100,
  now_at: 1_795_000_500,
  limit: 280,
  private_limit: 10000,
  open: { now: true, next_at: null },
  mode: "auto",
  network: { ok: true, text: null },
  may: ["open", "claim", "reply"],
  desk: {
    undo_s: 5,
    reference_prefix: "NM",
    accounts: ["NorthmoorHelp"],
    teams: ["customer services"],
    departments: ["Waste"],
    canned: [],
    links: [],
  },
  ...fields,
});

export const snapshot = (cases = [], seq = 100) => ({
  type: "snapshot",
  seq,
  cases,
  mentions: [],
  bulks: [],
  post: null,
});

export const event = (seq, kind, fields = {}) => ({
  type: "event",
  seq,
  at: 1_795_000_600,
  kind,
  by: null,
  ...fields,
});

export const detail = (one, fields = {}) => ({
  type: "case",
  id: "c1",
  case: one,
  messages: [],
  replies: [],
  history: [],
  notes: [],
  earlier: [],
  suggestions: [],
  draft: null,
  ...fields,
});

/** What an agent may; see PROTOCOL.md. */
export const agentMay = new Set(
  "open count look note seen claim release reply undo draft retry close pass mark mute approve return reply_unapproved private"
    .split(" "),
);
export const traineeMay = new Set(
  [...agentMay].filter((act) => !/^(approve|return|reply_unapproved|private)$/.test(act)),
);

export const aReply = (id, fields = {}) => ({
  id,
  message: 77,
  text: "On its way. ^SR",
  private: false,
  elsewhere: false,
  handle: "NorthmoorHelp",
  remote_url: null,
  state: "sent",
  by: { id: sam.id, name: sam.name, initials: sam.initials },
  error: null,
  created_at: 1_795_000_100,
  changed_at: 1_795_000_100,
  held_until: null,
  after: null,
  approver: null,
  word: null,
  bulk: null,
  ...fields,
});
