// What is said of a replay: of which time, how far it is, what came of it.

import type { KbFrame, KbReplay, KbReplayed, ReplayGroup, Seconds } from "../types";
import { dayOf, momentOf } from "./local-time";

const groups: [ReplayGroup, string, string][] = [
  ["answered", "Newly answered", "newly answered"],
  ["differently", "Answered differently", "answered differently"],
  ["not_answered", "No longer answered", "no longer answered"],
  ["handed_off", "Newly handed to a person", "newly handed to a person"],
  ["other", "Something else changes", "changed in another way"],
];

export const groupChoices = groups.map(([group, words]) => [group, words] as const);

export function groupWords(group: ReplayGroup): string {
  return groups.find(([one]) => one === group)?.[1] ?? group;
}

const number = new Intl.NumberFormat("en-GB");

export function numberWords(n: number): string {
  return number.format(n);
}

/** "1 message", "12,000 messages" */
export function messagesWords(n: number): string {
  return `${numberWords(n)} ${n === 1 ? "message" : "messages"}`;
}

export function changedBy(replay: Pick<KbReplay, "groups">): number {
  return Object.values(replay.groups).reduce((sum, count) => sum + count, 0);
}

/** Where the reading begins: the first group that has something. */
export function firstGroup(replay: Pick<KbReplay, "groups">): ReplayGroup | null {
  return groups.find(([group]) => replay.groups[group] > 0)?.[0] ?? null;
}

/** How many quarters of it are done, 0 to 4. */
export function quartersOf({ done, total }: Pick<KbReplay, "done" | "total">): number {
  return total === 0 ? 0 : Math.min(4, Math.floor((done * 4) / total));
}

const quarters = ["", "a quarter", "half", "three quarters"];

/** What is read aloud of the way from one state to the next, or null. */
export function spokenOf(before: KbReplay | null, now: KbReplay): string | null {
  const same = before?.began_at === now.began_at;
  if (now.state !== "running") {
    return same && before?.state === "running" ? `${standingOf(now)} ${foundWords(now)}` : null;
  }
  const quarter = quartersOf(now);
  if (quarter === 0 || (same && before && quartersOf(before) >= quarter)) return null;
  const done = quarters[quarter];
  return done ? `The replay: ${done} done.` : null;
}

export function standingOf(replay: KbReplay): string {
  switch (replay.state) {
    case "running":
      if (replay.total === 0) {
        return "First it learns what is new in the draft. That may take a minute or two.";
      }
      return `${numberWords(replay.done)} of ${messagesWords(replay.total)}.`;
    case "done":
      return `Done: ${messagesWords(replay.total)}.`;
    case "stopped":
      return `Stopped after ${numberWords(replay.done)} of ${messagesWords(replay.total)}.`;
    case "failed":
      return `It could not go on. ${replay.text ?? ""}`.trim();
  }
}

export function foundWords(replay: KbReplay): string {
  const changed = changedBy(replay);
  if (changed === 0) {
    return replay.state === "done" ? "Nothing changes for any of them." : "Nothing changes so far.";
  }
  return `Something changes for ${numberWords(changed)}.`;
}

/** Why what is shown is not what the draft would do now, or null. */
export function outdatedWords(
  replay: KbReplay,
  kb: Pick<KbFrame, "revision" | "live">,
): string | null {
  if (replay.state === "running") return null;
  if (replay.version !== kb.live.version) {
    return "Another version is live since. Run it again to see what the draft changes now.";
  }
  if (replay.revision !== kb.revision) {
    return "The draft has changed since. Run it again to see what it changes now.";
  }
  return null;
}

export type Span = "week" | "month" | "days";
export type Times = { from: Seconds; until: Seconds } | { field: "from" | "until"; fault: string };

const dayS = 86_400;

/** It may be 23 or 25 hours behind the day's begin, and is still to come for today: what is written now counts. */
function endOf(day: string): Seconds | null {
  const begin = momentOf(`${day}T00:00`);
  return begin === null ? null : momentOf(`${dayOf(begin + 1.5 * dayS)}T00:00`);
}

/** Of the last days to the end of today, or of two days and those between, by the council's clock. */
export function timesOf(span: Span, from: string, until: string, now: Seconds): Times {
  if (span !== "days") {
    return { from: now - (span === "week" ? 7 : 30) * dayS, until: endOf(dayOf(now)) ?? now };
  }
  const begin = momentOf(`${from}T00:00`);
  if (begin === null) return { field: "from", fault: "Enter the first day." };
  const last = momentOf(`${until}T00:00`);
  if (last === null) return { field: "until", fault: "Enter the last day." };
  if (begin > now) return { field: "from", fault: "That day is still to come." };
  if (last < begin) return { field: "until", fault: "The last day is before the first." };
  return { from: begin, until: endOf(until) ?? last + dayS };
}

export interface Intent {
  item: string;
  title: string;
}

/** The intents that a change is about: as the draft takes it, or else as it is live. */
export function intentsOf({ live, draft }: Pick<KbReplayed, "live" | "draft">): Intent[] {
  const tried = draft.intents.length > 0 ? draft : live;
  return tried.intents.map((item, n) => ({ item, title: tried.titles[n] ?? item }));
}
