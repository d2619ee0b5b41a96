// Frames about the knowledge base as the server would send them, with as little in them as a test
// needs.

export const edie = { id: 4, name: "Edie Hall", initials: "EH" };

const missedBins = { kind: "intent", item: "bins.missed" };
const gas = { kind: "rule", item: "danger.gas" };

export const aVersion = (version, fields = {}) => ({
  version,
  hash: `3f9a${version}`,
  origin: "console",
  from: null,
  by: edie.name,
  agreed_by: null,
  note: "Missed bins are collected within two days now.",
  at: 1_795_000_000 + version,
  ...fields,
});

export const anEntry = (fields = {}) => ({
  ...missedBins,
  title: "Missed bin collection",
  file: "bins.json",
  department: "waste",
  owner: edie.name,
  review_by: "2027-03-31",
  rule: null,
  mode: "automatic",
  from: null,
  until: null,
  replies: 3,
  examples: 12,
  change: null,
  conflict: false,
  by: null,
  at: null,
  use: { used_at: 1_795_000_000, used: 40, unhelped: 2, withheld: null },
  link: {
    url: "https://northmoor.example/bins/missed",
    alive: true,
    status: 200,
    what: "",
    checked_at: 1_795_000_000,
  },
  ...fields,
});

export const aProposal = (id, fields = {}) => ({
  id,
  state: "waiting",
  origin: "console",
  from: null,
  note: "People who smell gas are told the number first.",
  by: edie,
  at: 1_795_000_100,
  publish_at: null,
  needs: "It changes a rule for sensitive messages.",
  agreed_by: null,
  version: null,
  error: null,
  items: [gas],
  ...fields,
});

export const aNews = (seq, fields = {}) => ({
  seq,
  at: 1_795_000_000 + seq,
  kind: "kb.link_dead",
  item: "intent/bins.missed",
  text: "The link of “Missed bin collection” is dead.",
  by: null,
  ...fields,
});

export const aReplay = (fields = {}) => ({
  state: "done",
  revision: 8,
  version: 4,
  from: 1_794_000_000,
  until: 1_795_000_000,
  total: 12_000,
  done: 12_000,
  began_at: 1_795_000_200,
  groups: { answered: 3, differently: 1, not_answered: 0, handed_off: 2, other: 0 },
  better: 1,
  worse: 0,
  text: null,
  ...fields,
});

export const aTried = (fields = {}) => ({
  version: 4,
  action: "answer",
  reason: null,
  intents: ["bins.missed"],
  titles: ["Missed bin collection"],
  why: [{ rule: "bins.missed", title: "Missed bin collection", words: ["bin not emptied"], spans: [[7, 22]] }],
  reply: "Hello @elm_close_sam. Tell us here: https://northmoor.example/bins/missed",
  would: null,
  score: 0.9,
  lead: 0.8,
  residue: 0.1,
  second: 0.7,
  ...fields,
});

export const aReplayed = (message, fields = {}) => ({
  message,
  text: "my bin not emptied again",
  written_at: 1_794_900_000,
  live: aTried({ action: "handoff", reason: "unresolved", intents: [], titles: [], reply: null }),
  draft: aTried(),
  better: null,
  ...fields,
});

export const aProblem = (fields = {}) => ({
  severity: "error",
  ...missedBins,
  field: "replies",
  index: 0,
  column: null,
  text: "The first reply is 31 characters too long.",
  next: "Shorten it to 280.",
  ...fields,
});

export const aDifference = (fields = {}) => ({
  ...missedBins,
  title: "Missed bin collection",
  change: "changed",
  lines: [{ field: "replies", what: "A second reply: “We'll be back within two days.”" }],
  ...fields,
});

/** One of each frame that the server sends about the knowledge base. */
export const frames = {
  kb: (fields = {}) => ({
    type: "kb",
    id: "c1",
    live: aVersion(4),
    revision: 8,
    items: [anEntry()],
    proposals: [aProposal(2)],
    news: [aNews(90)],
    replay: null,
    ...fields,
  }),
  kb_item: (fields = {}) => ({
    type: "kb_item",
    id: "c2",
    ...missedBins,
    file: "bins.json",
    version: 4,
    revision: 8,
    live: { id: "bins.missed", replies: ["Tell us here: {link}"] },
    draft: { id: "bins.missed", replies: ["Tell us here: {link}", "Sorry. {link}"] },
    base: { id: "bins.missed", replies: ["Tell us here: {link}"] },
    removed: false,
    conflict: false,
    by: edie.name,
    at: 1_795_000_050,
    ...fields,
  }),
  kb_versions: (fields = {}) => ({
    type: "kb_versions",
    id: "c3",
    items: [aVersion(4), aVersion(3, { origin: "folder", by: "northmoor", note: "At the start." })],
    next: null,
    ...fields,
  }),
  kb_check: (fields = {}) => ({
    type: "kb_check",
    id: "c4",
    revision: 8,
    problems: [aProblem()],
    phrases: [
      {
        phrase: "bin not emptied",
        pcre: "(?&bin) (?&gap)(?&not_been) (?&gap)(?&emptied)",
        weight: 80,
        enough: true,
        words: [
          { text: "bin", term: "bin" },
          { text: "not emptied", term: null },
        ],
      },
    ],
    weights: [{ field: "replies", index: 0, weight: 311, limit: 280, text: "Hello @resident. …" }],
    used_by: [{ ...missedBins, title: "Missed bin collection" }],
    trained: false,
    ...fields,
  }),
  kb_try: (fields = {}) => ({
    type: "kb_try",
    id: "c5",
    text: "my bin not emptied again",
    live: aTried(),
    draft: null,
    opinion: null,
    problem: "The draft can't be tried while rules.json has an error.",
    ...fields,
  }),
  kb_find: (fields = {}) => ({
    type: "kb_find",
    id: "c6",
    items: [{ ...missedBins, title: "Missed bin collection", score: 0.8, words: ["bin"] }],
    ...fields,
  }),
  kb_diff: (fields = {}) => ({ type: "kb_diff", id: "c7", items: [aDifference()], ...fields }),
  kb_replay: (fields = {}) => ({ type: "kb_replay", id: "c8", replay: aReplay(), ...fields }),
  kb_replay_list: (fields = {}) => ({
    type: "kb_replay_list",
    id: "c11",
    group: "answered",
    items: [aReplayed(77)],
    next: null,
    ...fields,
  }),
  kb_learn: (fields = {}) => ({
    type: "kb_learn",
    id: "c12",
    messages: 1200,
    groups: [
      {
        words: ["skip", "hire"],
        count: 14,
        examples: [{ message: 77, text: "how much is it to hire a skip?" }],
      },
    ],
    by_hand: [
      {
        text: "Skips are hired out by the depot.",
        count: 5,
        examples: [{ message: 80, text: "can I get a skip for the weekend" }],
      },
    ],
    ...fields,
  }),
  kb_election_report: (fields = {}) => ({
    type: "kb_election_report",
    id: "c13",
    replies: 120,
    by_intent: [{ intent: "bins.missed", title: "Missed bin collection", count: 40 }],
    to_team: [{ case: 12, reference: "4F7K-2", at: 1_795_000_000, summary: "who stands in Elm?" }],
    published: [aVersion(4)],
    ...fields,
  }),
};

/** One of each that the console asks and does, without the id that the feed adds. */
export const asked = [
  { type: "kb" },
  { type: "kb_item", ...missedBins },
  { type: "kb_versions", before: null },
  { type: "kb_check" },
  { type: "kb_check", ...missedBins },
  { type: "kb_try", text: "my bin not emptied again", at: null },
  { type: "kb_find", text: "bin lorry" },
  { type: "kb_diff", from: null, to: null },
  { type: "kb_diff", proposal: 2 },
  { type: "kb_replay", from: 1_794_000_000, until: 1_795_000_000 },
  { type: "kb_replay_state" },
  { type: "kb_replay_stop" },
  { type: "kb_replay_list", group: "not_answered", before: null },
  { type: "kb_learn", days: 30 },
  { type: "kb_election_report", from: 1_794_000_000, until: 1_795_000_000 },
  { type: "kb_save", ...missedBins, revision: 0, live: 4, body: null },
  { type: "kb_discard", ...missedBins, revision: 8 },
  { type: "kb_publish", note: "Why.", at: null, revision: 8 },
  { type: "kb_agree", proposal: 2 },
  { type: "kb_withdraw", proposal: 2 },
  { type: "kb_rollback", version: 3, note: "Why." },
  { type: "kb_incident", body: { id: "flood-2027" }, note: "Why." },
  { type: "kb_mark", message: 77, better: null },
];
