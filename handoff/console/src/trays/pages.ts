// A list that comes in pages. Pages may overlap, since something can join the list between two of
// them: each item is shown once.

import type { EventFrame, Tray } from "../types";

export type Key = number | string;

export interface Page<T> {
  items: readonly T[];
  /** null: there is no more */
  next: string | null;
}

export interface Pages<T> {
  items: readonly T[];
  next: string | null;
  /** a page was asked for, and hasn't come */
  asking: boolean;
  /** at least one has come */
  loaded: boolean;
  problem: string | null;
  /** where the page begins that came last, null if it was the first */
  newFrom: number | null;
}

export const noPages: Pages<never> = {
  items: [],
  next: null,
  asking: false,
  loaded: false,
  problem: null,
  newFrom: null,
};

export type PagesAction<T> =
  | { type: "asked" }
  | { type: "came"; page: Page<T>; first: boolean }
  | { type: "failed"; text: string }
  | { type: "removed"; key: Key }
  | { type: "emptied" };

export function reducePages<T>(
  pages: Pages<T>,
  action: PagesAction<T>,
  keyOf: (item: T) => Key,
): Pages<T> {
  switch (action.type) {
    case "asked":
      return { ...pages, asking: true, problem: null };
    case "came": {
      const before = action.first ? [] : pages.items;
      const known = new Set(before.map(keyOf));
      const items = [...before, ...action.page.items.filter((item) => !known.has(keyOf(item)))];
      const newFrom = action.first ? null : before.length;
      return { ...noPages, items, next: action.page.next, loaded: true, newFrom };
    }
    case "failed":
      return { ...pages, asking: false, problem: action.text };
    case "removed":
      return { ...pages, items: pages.items.filter((item) => keyOf(item) !== action.key) };
    case "emptied":
      return noPages;
  }
}

const comingKinds: Record<Tray, readonly string[]> = {
  answered: ["message.answered"],
  ignored: ["message.ignored"],
  sent: ["reply.sent"],
  failed: ["reply.failed"],
  closed: ["case.closed"],
};

/** True if after the event there is something in the tray that wasn't there before. */
export function comesInto(tray: Tray, event: Pick<EventFrame, "kind">): boolean {
  return comingKinds[tray].includes(event.kind);
}
