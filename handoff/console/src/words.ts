// What the protocol's words are called in front of people.

import type {
  Case,
  Colleague,
  Cost,
  Decision,
  HistoryEntry,
  Outcome,
  Reply,
  Seconds,
  Warning,
  WarningKind,
} from "./types";

const reasons: Record<string, string> = {
  emergency: "Danger to people now",
  safeguarding: "Child or adult at risk",
  self_harm: "Someone may harm themselves",
  homelessness: "Nowhere to stay",
  bereavement: "Someone has died",
  personal_data: "Private details made public",
  discrimination: "Discrimination or misconduct",
  legal: "Injury or legal action",
  press_politics: "Press or politics",
  data_rights: "Asks for information or their own data",
  complaint: "Complaint: tried before",
  human: "Asks for a person",
  unresolved: "No ready answer",
};

const outcomes: Record<Outcome, string> = {
  answered: "Answered",
  passed_on: "Passed on to another team",
  done: "Done: it's been put right",
  no_reply_needed: "No reply needed",
  became_member: "They joined: library, gym or the like",
  praise: "Praise, passed on",
};

const kinds: Record<string, string> = {
  "case.opened": "Came to the queue",
  "case.message": "The resident wrote again",
  "case.claimed": "Claimed",
  "case.released": "Put back in the queue",
  "case.replied": "Reply written",
  "case.closed": "Closed",
  "case.reopened": "Opened again",
  "case.raised": "Made more urgent",
  "case.noted": "Note added",
  "case.passed": "Sent on",
  "case.marked": "Marked sensitive",
  "case.unmarked": "No longer marked sensitive",
  "case.muted": "Muted",
  "case.unmuted": "No longer muted",
  "case.warned": "Warning: its time is nearly up",
  "case.escalated": "Its time was up: the duty list was told",
  "reply.held": "Reply written, held for a moment",
  "reply.undone": "Reply taken back before it was sent",
  "reply.proposed": "Reply proposed, for somebody to approve",
  "reply.approved": "Reply approved",
  "reply.returned": "Reply given back to its writer",
  "reply.queued": "Reply waiting to be sent",
  "reply.sent": "Reply sent",
  "reply.failed": "Reply could not be sent",
  "reply.unknown": "Not known whether the reply was sent",
  "reply.dropped": "Reply withdrawn before it was sent",
  "reply.withheld": "Reply kept back: nothing is sent in shadow mode",
  "message.answered": "Answered automatically",
  "message.ignored": "Left alone as trolling",
  "message.restored": "Put in the queue: not trolling",
  "message.thanked": "Thanked",
  "message.glanced": "Automatic reply looked at",
  "message.edited": "The resident changed what they wrote",
  "message.gone": "The resident took back what they wrote",
  "reply.elsewhere": "Somebody of ours answered in X's own app",
  "bulk.begun": "Answered with many others",
  "bulk.stopped": "The message to many was stopped",
  "staff.on": "Came to the desk",
  "staff.off": "Left the desk",
  "post.queued": "Post waiting to be sent",
  "post.sent": "Post sent",
  "post.failed": "Post could not be sent",
  "post.unknown": "Not known whether the post was sent",
  "post.withheld": "Post kept back: nothing is sent in shadow mode",
};

/** A word that a newer server knows and we don't: better plain than hidden. */
function unknownWord(word: string): string {
  const plain = word.replace(/[._]/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function reasonWords(reason: string): string {
  return reasons[reason] ?? unknownWord(reason);
}

/**
 * A team or a department where its name stands alone: editors write it as within a sentence. One
 * that has capitals has them where it wants them.
 */
export function nameWords(name: string): string {
  if (name !== name.toLocaleLowerCase("en-GB")) return name;
  const [first = "", ...rest] = name;
  return first.toLocaleUpperCase("en-GB") + rest.join("");
}

export const outcomeChoices = Object.entries(outcomes) as [Outcome, string][];

export function outcomeWords(outcome: Outcome): string {
  return outcomes[outcome] ?? unknownWord(outcome);
}

export function kindWords(kind: string): string {
  return kinds[kind] ?? unknownWord(kind);
}

/** What an event's own text says, in words; null: nothing that isn't said already. */
export function historyDetail({ kind, text }: Pick<HistoryEntry, "kind" | "text">): string | null {
  if (!text) return null;
  switch (kind) {
    case "case.opened":
    case "case.raised":
    case "case.reopened":
      return reasons[text] ?? text;
    case "case.closed":
      return outcomes[text as Outcome] ?? text;
    default:
      return text;
  }
}

export function replyStateWords(
  reply: Pick<Reply, "state" | "error"> & Partial<Pick<Reply, "word">>,
): string {
  switch (reply.state) {
    case "held":
      return "held for a moment: it can be taken back";
    case "proposed":
      return "waiting for an approval";
    case "returned":
      return reply.word ? `given back: ${reply.word}` : "given back";
    case "queued":
      return "waiting to be sent";
    case "sending":
      return "being sent";
    case "unknown":
      return "not known yet whether it was sent: we're finding out";
    case "sent":
      return "sent";
    case "failed":
      return reply.error ? `not sent: ${reply.error}` : "not sent";
    case "dropped":
      return "not sent: withdrawn";
    case "withheld":
      return "not sent: Kerbside only watches just now (shadow mode)";
    default:
      return unknownWord(reply.state);
  }
}

export function senderWords(reply: Pick<Reply, "by" | "elsewhere">): string {
  if (reply.by) return reply.by.name;
  return reply.elsewhere ? "Sent in X's own app" : "Automatic reply";
}

const warnings: Record<WarningKind, string> = {
  phone: "This looks like a telephone number",
  address: "This looks like somebody's address",
  email: "This looks like an e-mail address",
  ni_number: "This looks like a National Insurance number",
  card: "This looks like the number of a bank card",
  bank: "This looks like somebody's bank details",
  nhs_number: "This looks like an NHS number",
  birth_date: "This looks like a date of birth",
  name: "This is the name of another resident",
};

export function warningWords({ kind, words }: Warning): string {
  return `${warnings[kind] ?? "Look at this again"}: “${words}”.`;
}

/** "Alex Poole is writing here", "Alex Poole and Asha Malik are looking at this" */
export function othersWords(others: readonly Colleague[]): string[] {
  const said = (some: readonly Colleague[], one: string, many: string) =>
    some.length === 0 ? [] : [`${listed(some.map(({ name }) => name))} ${some[1] ? many : one}`];
  return [
    ...said(others.filter(({ typing }) => typing), "is writing here", "are writing here"),
    ...said(others.filter(({ typing }) => !typing), "is looking at this", "are looking at this"),
  ];
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** Who someone was is erased with the last of their words. */
export function atHandle(handle: string): string {
  return handle ? `@${handle.replace(/^@/, "")}` : "somebody no longer known";
}

/** What stands in the place of words that are erased. */
export function goneWords(what: string, expired: boolean): string {
  return expired
    ? `${what} was erased here: it is older than we keep words.`
    : `${what} was taken back by its author, or X no longer shows it. It's erased here too.`;
}

/** What a list says of a case. */
export interface CaseLine {
  /** by which it is told from others: one or two lines of a list */
  title: string;
  /** the title is the resident's own words, and the reason is still to be said */
  own: boolean;
  /** how their words go on; of a sensitive case, how they begin */
  rest: string;
}

/** A title may end with a sentence from here on; shorter ones ("Hi.") tell nothing apart. */
const titleLeast = 20;
const titleMost = 90;
/** A word or two would look lost in a line of their own. */
const titleWhole = 110;
/** So much says where and what; the rest is for whoever takes the case. */
const glimpseMost = 80;

/** Where words of at most so many letters end: before the word that doesn't fit, if there is one. */
function cutAt(words: string, most: number): number {
  const letters = Array.from(words);
  if (letters.length <= most) return words.length;
  const fits = letters.slice(0, most + 1).join("");
  const space = fits.search(/\s\S*$/);
  return space > 0 ? space : letters.slice(0, most).join("").length;
}

/** Behind the first sentence, if it is long enough for a title and short enough. */
function sentenceAt(words: string): number {
  for (const end of words.matchAll(/[.!?…]+(?=\s)|\n/g)) {
    const at = end.index + end[0].length;
    if (at > titleMost) break;
    if (at >= titleLeast) return at;
  }
  return 0;
}

/** The resident's words tell cases apart; where they may be hard to read, the reason does. */
export function caseLine(
  one: Pick<Case, "reason" | "sensitive" | "summary" | "gone" | "expired">,
): CaseLine {
  // A rule that finds something sensitive says what; here it was staff who did.
  const marked = one.sensitive && one.reason === "unresolved";
  const reason = marked ? "Marked sensitive" : reasonWords(one.reason);
  const words = one.summary.trim();
  if (one.gone) {
    return { title: reason, own: false, rest: goneWords("What it began with", one.expired) };
  }
  if (one.sensitive || !words) {
    const at = cutAt(words, glimpseMost);
    return { title: reason, own: false, rest: words.slice(0, at) + (at < words.length ? " …" : "") };
  }
  const sentence = sentenceAt(words);
  const whole = Array.from(words).length <= titleWhole;
  const at = sentence || (whole ? words.length : cutAt(words, titleMost));
  const goesOn = !sentence && at < words.length;
  const title = words.slice(0, at).trim().replace(/\s+/g, " ") + (goesOn ? " …" : "");
  return { title, own: true, rest: words.slice(at).trim() };
}

const dollars = new Intl.NumberFormat("en-GB", { style: "currency", currency: "USD" });
const wholeDollars = new Intl.NumberFormat("en-GB", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 0,
});

/** "X this month: US$12.30, about US$56 by its end, US$100 at most" */
export function costWords(cost: Cost): string {
  const soFar = `X this month: ${dollars.format(cost.month_cents / 100)}`;
  const byTheEnd = `about ${wholeDollars.format(cost.forecast_cents / 100)} by its end`;
  const cap = cost.cap_cents === null ? "" : `, ${wholeDollars.format(cost.cap_cents / 100)} at most`;
  return `${soFar}, ${byTheEnd}${cap}`;
}

export function ownerWords(one: Case, staffId: number | undefined): string {
  if (one.state !== "closed" && one.elsewhere) return "Somebody answers in X's own app";
  if (!one.owner) return one.state === "closed" ? "Closed" : "Nobody has it yet";
  return one.owner.id === staffId ? "You have it" : `${one.owner.name} has it`;
}

/** As it is said on the telephone: "NM-4F7K-2". */
export function referenceWords(prefix: string, reference: string): string {
  return prefix ? `${prefix}-${reference}` : reference;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** What a decision took the message for, where a sentence needs it. */
export function takenFor({ action, reason }: Pick<Decision, "action" | "reason">): string {
  if (reason) return `“${reasonWords(reason)}”`;
  switch (action) {
    case "ignore":
      return "trolling";
    case "thank":
      return "praise";
    case "none":
      return "something that needs no answer";
    default:
      return "a question that it knows";
  }
}

/** Only where the score decided: where a rule did, it says nothing. */
export function scoreWords(decision: Decision): string | null {
  const { action, reason, score, lead, residue } = decision;
  if (score <= 0 || !(action === "answer" || reason === "unresolved")) return null;
  const best = `The answer that came nearest has ${percent(score)}`;
  return `${best}, ${percent(lead)} more than the next; ${percent(residue)} of the words stay unexplained.`;
}

export function decisionWords(decision: Decision): string {
  if (decision.reason) return `Passed to people: ${reasonWords(decision.reason).toLowerCase()}.`;
  switch (decision.action) {
    case "answer":
      return "Answered automatically.";
    case "ignore":
      return "Left alone as trolling.";
    case "thank":
      return "Thanked.";
    case "none":
      return "Nothing to answer.";
    default:
      return "Passed to people.";
  }
}

/** Which knowledge base a decision was made by: before there were versions, its hash names it. */
export function madeBy({ kb, kb_version }: Pick<Decision, "kb" | "kb_version">): string {
  if (kb_version !== null) return `Decided by version ${kb_version} of the knowledge base.`;
  return kb ? `Decided by knowledge base ${kb}, from before versions were kept.` : "";
}

/** "under 1 min", "4 min", "3 h", "2 days" */
export function ageWords(from: Seconds, now: Seconds): string {
  const s = Math.max(0, now - from);
  if (s < 60) return "under 1 min";
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h`;
  const days = Math.floor(s / 86_400);
  return days === 1 ? "1 day" : `${days} days`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

/** "1 case", "3 cases" */
export function casesWords(n: number): string {
  return count(n, "case");
}

/** "15 minutes left", "2 hours over": what is left of the time in which a person should answer. */
export function leftWords(due: Seconds, now: Seconds): string {
  const end = due >= now ? "left" : "over";
  const s = Math.abs(due - now);
  if (s < 60) return `less than a minute ${end}`;
  if (s < 5400) return `${count(Math.floor(s / 60), "minute")} ${end}`;
  if (s < 86_400) return `${count(Math.floor(s / 3600), "hour")} ${end}`;
  return `${count(Math.floor(s / 86_400), "day")} ${end}`;
}

/** "Answer due by 14:35, 20 minutes left" */
export function dueWords(due: Seconds, now: Seconds): string {
  return `Answer due by ${timeWords(due, now)}, ${leftWords(due, now)}`;
}

/** "yours until 14:35" */
export function leaseWords(leaseUntil: Seconds, now: Seconds): string {
  return leaseUntil > now ? `yours until ${timeWords(leaseUntil, now)}` : "yours, but its time is up";
}

// The council's clock, wherever the laptop thinks it is. Weekday and date are put together here,
// since browsers of different years disagree about a comma between them.
const timeZone = "Europe/London";
const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "long" });
const date = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "long" });
const dayKey = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short" });

function dayWords(then: Date): string {
  return `${weekday.format(then)} ${date.format(then)}`;
}

/** "14:02", or "Friday 20 November, 14:02" if that isn't today. */
export function timeWords(at: Seconds, now: Seconds): string {
  const then = new Date(at * 1000);
  const today = dayKey.format(then) === dayKey.format(new Date(now * 1000));
  return today ? clock.format(then) : `${dayWords(then)}, ${clock.format(then)}`;
}

/** "at 9:00 today", "on Monday 23 November at 9:00" */
export function nextWords(at: Seconds, now: Seconds): string {
  const then = new Date(at * 1000);
  const today = dayKey.format(then) === dayKey.format(new Date(now * 1000));
  return today ? `at ${clock.format(then)} today` : `on ${dayWords(then)} at ${clock.format(then)}`;
}

const hour = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "numeric", hourCycle: "h23" });

/** 0 to 23, by the council's clock */
export function hourAt(at: Seconds): number {
  return Number(hour.format(new Date(at * 1000)));
}

export function isoTime(at: Seconds): string {
  return new Date(at * 1000).toISOString();
}
