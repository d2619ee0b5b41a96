// What is said of publishing: what is different, what stands in the way, what becomes of it.

import type {
  Change,
  ItemKind,
  ItemName,
  KbDifference,
  KbEntry,
  KbProblem,
  KbProposal,
  KbVersion,
  Seconds,
} from "../types";
import { nextWords } from "../words";
import { fieldsOf, isField, problemSentence } from "./fields";
import { itemHref } from "./place";
import { kindMany, kindOne } from "./words";

const changes: [Change, string][] = [
  ["added", "New"],
  ["changed", "Changed"],
  ["removed", "Taken away"],
];

export function changeWords(change: Change): string {
  return changes.find(([one]) => one === change)?.[1] ?? change;
}

/** As the box is called in which it is filled in; "holding" where there is none for it. */
function fieldWords({ kind, item }: ItemName, named: string): string {
  const fields = fieldsOf(kind, item, null);
  const found =
    fields.find(({ path }) => path === named) ?? fields.find(({ path }) => isField(path, named));
  const plain = named.replace(/[._]/g, " ");
  return found?.label ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

export interface FieldLines {
  label: string;
  whats: string[];
}

/** What is different in an item, each field once. */
export function byField(one: KbDifference): FieldLines[] {
  const found = new Map<string, string[]>();
  for (const { field, what } of one.lines) {
    const label = fieldWords(one, field);
    found.set(label, [...(found.get(label) ?? []), what]);
  }
  return [...found].map(([label, whats]) => ({ label, whats }));
}

/** "1 answer", "3 answers" */
export function countWords(count: number, kind: ItemKind): string {
  return `${count} ${(count === 1 ? kindOne(kind) : kindMany(kind)).toLowerCase()}`;
}

export function listWords(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** "New: 1 answer. Changed: 2 answers and 1 rule." */
export function summaryWords(items: readonly Pick<KbDifference, "kind" | "change">[]): string {
  const sentences = changes.flatMap(([change, words]) => {
    const counts = new Map<ItemKind, number>();
    for (const one of items) {
      if (one.change === change) counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1);
    }
    if (counts.size === 0) return [];
    return [`${words}: ${listWords([...counts].map(([kind, count]) => countWords(count, kind)))}.`];
  });
  return sentences.join(" ");
}

const guarded: Record<string, string> = {
  sensitive: "rules for sensitive messages",
  troll: "rules about trolling",
};

/**
 * Why what is changed needs a second person's word before it is published, or null. Kerbside knows
 * more reasons (a term that such a rule says, a pre-election period), and tells when it's proposed.
 */
export function secondPersonWords(changed: readonly KbEntry[]): string | null {
  const rules = new Set(changed.map(({ rule }) => (rule ? guarded[rule] : undefined)));
  const named = Object.values(guarded).filter((words) => rules.has(words));
  if (changed.some(({ kind }) => kind === "thresholds")) named.push("thresholds");
  if (changed.some(({ kind, item }) => kind === "wording" && item === "danger")) {
    named.push("what is said where somebody may be in danger");
  }
  if (named.length === 0) return null;
  const what = listWords(named);
  return `A second person has to agree before this is published, since it changes ${what}.`;
}

/** "Answer “Missed bin collection”" */
export function itemTitle({ kind, item }: ItemName, entries: readonly KbEntry[]): string {
  const entry = entries.find((one) => one.kind === kind && one.item === item);
  return `${kindOne(kind)} “${entry?.title || item}”`;
}

/** What is wrong: of an item, or of the knowledge base as a whole. */
export function problemWords(
  { kind, item, field, text }: Pick<KbProblem, "kind" | "item" | "field" | "text">,
  entries: readonly KbEntry[],
): string {
  if (!kind || !item) return problemSentence(text, null);
  const label = field === null ? null : fieldWords({ kind, item }, field);
  return `${itemTitle({ kind, item }, entries)}: ${problemSentence(text, label)}`;
}

/** What can be bettered where only patterns are concerned. */
export function patternsWords(count: number): string {
  const remarks = count === 1 ? "1 remark on patterns stands" : `${count} remarks on patterns stand`;
  return `${remarks} at the patterns themselves, for who knows regular expressions. Nothing has to be done about that.`;
}

/** Where a problem is put right; what is of no item, nowhere in the console. */
export function problemHref({ kind, item, field, index }: KbProblem): string | undefined {
  if (!kind || !item) return undefined;
  if (field === null) return itemHref({ kind, item });
  return itemHref(index === null ? { kind, item, field } : { kind, item, field, index });
}

export function isUnderWay({ state }: KbProposal): boolean {
  return state === "waiting" || state === "scheduled" || state === "queued";
}

/** Not by who proposed it. */
export function mayAgree({ state, by }: KbProposal, staffId: number): boolean {
  return state === "waiting" && by.id !== staffId;
}

/** What is being worked on just now can't be taken back any more. */
export function mayWithdraw({ state }: KbProposal): boolean {
  return state === "waiting" || state === "scheduled";
}

/** What would be published, as a heading has it. */
export function proposalTitle({ origin, from, items }: KbProposal): string {
  if (origin === "rollback") return `Version ${from} live again`;
  if (origin === "incident") return "An incident";
  const counts = new Map<ItemKind, number>();
  for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return listWords([...counts].map(([kind, count]) => countWords(count, kind))) || "The draft";
}

export function standingWords(one: KbProposal, now: Seconds): string {
  switch (one.state) {
    case "waiting":
      return "Waits for a second person.";
    case "scheduled":
      return `To be published ${nextWords(one.publish_at ?? now, now)}.`;
    case "queued":
      return "Being checked and published…";
    case "published":
      return "Published.";
    case "refused":
      return "Not published: the checks found something.";
    case "withdrawn":
      return "Withdrawn.";
  }
}

/** Where a version comes from. */
export function originWords({ origin, from }: Pick<KbVersion, "origin" | "from">): string {
  switch (origin) {
    case "folder":
      return "Taken from the folder of the configuration";
    case "import":
      return "Imported";
    case "console":
      return "Published from the draft";
    case "incident":
      return "An incident, published at once";
    case "rollback":
      return `Version ${from} made live again`;
  }
}
