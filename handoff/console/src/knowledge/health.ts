// How an item is: what needs care, and what a list shows of it.

import type { Colleague, ItemName, KbEntry, Seconds } from "../types";
import { timeWords } from "../words";
import { dayOf } from "./local-time";
import { itemKey } from "./place";

export type Care = "overdue" | "link" | "withheld" | "unhelped" | "conflict";

export const careWords: Record<Care, string> = {
  overdue: "Review overdue",
  link: "Link dead",
  withheld: "Held back",
  unhelped: "Often didn't help",
  conflict: "Changed under the draft",
};

const unhelpedAtLeast = 3;

/** What somebody should look at, worst first. */
export function careOf(entry: KbEntry, now: Seconds): Care[] {
  const care: Care[] = [];
  if (entry.conflict) care.push("conflict");
  if (entry.use?.withheld) care.push("withheld");
  if (entry.link?.alive === false) care.push("link");
  if (entry.review_by !== null && entry.review_by < dayOf(now)) care.push("overdue");
  const { used = 0, unhelped = 0 } = entry.use ?? {};
  if (unhelped >= unhelpedAtLeast && unhelped * 4 >= used) care.push("unhelped");
  return care;
}

export interface Narrowing {
  text: string;
  file: string;
  show: "" | "changed" | "care" | Care;
}

export const everything: Narrowing = { text: "", file: "", show: "" };

/** Each word of the text is in its title, its id or its owner. */
function hasWords(entry: KbEntry, text: string): boolean {
  const there = `${entry.title} ${entry.item} ${entry.owner ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => there.includes(word));
}

export function isShown(entry: KbEntry, by: Narrowing, now: Seconds): boolean {
  if (by.file !== "" && entry.file !== by.file) return false;
  if (by.show === "changed" && entry.change === null) return false;
  const care = careOf(entry, now);
  if (by.show === "care" && care.length === 0) return false;
  if (by.show !== "" && by.show !== "changed" && by.show !== "care" && !care.includes(by.show)) {
    return false;
  }
  return hasWords(entry, by.text.trim());
}

export function byTitle(a: KbEntry, b: KbEntry): number {
  return a.title.localeCompare(b.title, "en-GB", { numeric: true }) || a.item.localeCompare(b.item);
}

/** Those who edit an item just now, but for oneself. */
export function editorsOf(
  people: readonly Colleague[],
  name: ItemName,
  staffId: number,
): Colleague[] {
  return people.filter((one) => one.item === itemKey(name) && one.here && one.id !== staffId);
}

export function useWords(entry: KbEntry, now: Seconds): string {
  const { use } = entry;
  if (!use || use.used_at === null) return "never used";
  if (use.used === 0) return `not used for 30 days, last on ${timeWords(use.used_at, now)}`;
  const times = use.used === 1 ? "once" : `${use.used} times`;
  return `used ${times} in 30 days`;
}

export function unhelpedWords({ use }: KbEntry): string | null {
  if (!use || use.unhelped === 0) return null;
  return use.unhelped === 1 ? "once it didn't help" : `${use.unhelped} times it didn't help`;
}

/** A notice, an incident or the election, which holds only for a time. */
export function timeState(entry: KbEntry, now: Seconds): "none" | "coming" | "now" | "over" {
  if (entry.from === null && entry.until === null) return "none";
  if (entry.from !== null && entry.from > now) return "coming";
  if (entry.until !== null && entry.until <= now) return "over";
  return "now";
}

/** "bins.missed" from "bins" and "Missed collection"; never one that is taken. */
export function suggestId(topic: string, title: string, taken: ReadonlySet<string>): string {
  const plain = (text: string, most: number) =>
    text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f']/g, "")
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== "" && !littleWords.has(word))
      .slice(0, most)
      .join("_");
  const name = plain(title, 3) || "new";
  const first = topic === "" ? name : `${plain(topic, 4)}.${name}`;
  if (!taken.has(first)) return first;
  for (let n = 2; ; n++) if (!taken.has(`${first}_${n}`)) return `${first}_${n}`;
}

const littleWords = new Set(["a", "an", "the", "of", "for", "to", "in", "on", "and", "or", "my"]);
