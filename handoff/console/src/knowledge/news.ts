// What editors are told of the knowledge base: what became of it without anybody's hand on an item,
// and what was published.

import type { EventFrame, ItemName, KbNews } from "../types";
import { hrefOfPlace, isKind, itemHref } from "./place";

interface News {
  /** for a banner and for an alert */
  title: string;
  /** somebody should do something about it */
  care: boolean;
  /** it can't wait for the next look at the console */
  alert: boolean;
}

const kinds = new Map<string, News>([
  ["kb.demoted", { title: "An answer is held back", care: true, alert: true }],
  ["kb.link_dead", { title: "A link is dead", care: true, alert: true }],
  ["kb.incident_over", { title: "An incident is over", care: true, alert: true }],
  ["kb.refused", { title: "Not published", care: true, alert: false }],
  ["kb.link_back", { title: "A link works again", care: false, alert: false }],
  ["kb.published", { title: "Published", care: false, alert: false }],
]);

export function newsOf({ kind }: Pick<KbNews, "kind">): News | undefined {
  return kinds.get(kind);
}

/** The news that an event brings, or null. */
export function newsIn(event: EventFrame): KbNews | null {
  if (!newsOf(event)) return null;
  const { seq, at, kind, item = null, text = "", by } = event;
  return { seq, at, kind, item, text, by };
}

/** A link that works again needs nobody: it takes the place of what said that it was dead. */
export function withNews(known: readonly KbNews[], one: KbNews): KbNews[] {
  const over = one.kind === "kb.link_back" ? "kb.link_dead" : null;
  return [one, ...known.filter(({ kind, item }) => kind !== over || item !== one.item)];
}

/** What needs care first, each in the order that it came in. */
export function byCare(list: readonly KbNews[]): KbNews[] {
  const care = list.filter((one) => newsOf(one)?.care);
  return [...care, ...list.filter((one) => !care.includes(one))];
}

function nameOf(item: string): ItemName | null {
  const at = item.indexOf("/");
  const kind = item.slice(0, at);
  return isKind(kind) ? { kind, item: item.slice(at + 1) } : null;
}

/** Where to see to it: its item, or what was published or refused. */
export function newsHref({ kind, item }: Pick<KbNews, "kind" | "item">): string {
  const name = item === null ? null : nameOf(item);
  if (name) return itemHref(name);
  return hrefOfPlace({ page: kind === "kb.published" ? "versions" : "publish" });
}

export function newsLinkWords({ kind, item }: Pick<KbNews, "kind" | "item">): string {
  if (item !== null && nameOf(item)) return "See it";
  return kind === "kb.published" ? "See all versions" : "See what waits";
}
