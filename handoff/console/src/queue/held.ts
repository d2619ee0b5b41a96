// Nothing jumps under the finger: while somebody reads a list, its rows stay where they are and
// show what becomes of them; what is new waits until it is asked for.

import type { Case } from "../types";

export interface HeldRows {
  rows: Case[];
  /** that the list would show and doesn't */
  fresh: Case[];
  /** rows that are no longer the list's, or stand elsewhere in it */
  moved: boolean;
}

/**
 * @param held the ids as they were shown when the reading began
 * @param live the list as it would be now
 * @param all every case that is known
 */
export function heldRows(
  held: readonly number[],
  live: readonly Case[],
  all: ReadonlyMap<number, Case>,
): HeldRows {
  const rows = held.flatMap((id) => all.get(id) ?? []);
  const known = new Set(held);
  const fresh = live.filter(({ id }) => !known.has(id));
  const still = live.filter(({ id }) => known.has(id));
  const moved = still.length !== rows.length || still.some((one, i) => one.id !== rows[i]?.id);
  return { rows, fresh, moved };
}

/** "2 new cases, 1 of them urgent: show them" */
export function freshWords(fresh: readonly Case[]): string {
  const urgent = fresh.filter((one) => one.sensitive).length;
  const cases = fresh.length === 1 ? "1 new case" : `${fresh.length} new cases`;
  if (urgent === 0) return cases;
  if (fresh.length === 1) return "1 new urgent case";
  return `${cases}, ${urgent} of them urgent`;
}
