// Which cases of a list are shown. The choice stands in the address, so that it can be kept as a
// bookmark, sent to a colleague and come back to.

import type { Case, Seconds } from "../types";

export const filterNames = ["team", "reason", "whose", "account", "due"] as const;
export type FilterName = (typeof filterNames)[number];
/** What isn't there isn't asked for. */
export type Filter = Partial<Record<FilterName, string>>;

/** "Due soon" is what a person should look at before the next cup of tea. */
const soonSeconds = 3600;

const choices: Partial<Record<FilterName, readonly string[]>> = {
  whose: ["mine", "nobody"],
  due: ["soon", "over"],
};

/** From what stands behind the "?" of an address; what makes no sense is left out. */
export function readFilter(query: string): Filter {
  const given = new URLSearchParams(query);
  const filter: Filter = {};
  for (const name of filterNames) {
    const value = given.get(name);
    if (value && (choices[name]?.includes(value) ?? true)) filter[name] = value;
  }
  return filter;
}

/** "?team=…", or nothing. */
export function queryOf(filter: Filter): string {
  const query = new URLSearchParams();
  for (const name of filterNames) {
    const value = filter[name];
    if (value) query.set(name, value);
  }
  const text = query.toString();
  return text && `?${text}`;
}

export function filtersCount(filter: Filter): number {
  return filterNames.filter((name) => filter[name]).length;
}

function isWhose(one: Case, whose: string, staffId: number | undefined): boolean {
  return whose === "mine" ? one.owner?.id === staffId : one.state === "open" && !one.elsewhere;
}

function isDue(one: Case, due: string, now: Seconds): boolean {
  return one.due_at !== null && one.due_at <= (due === "over" ? now : now + soonSeconds);
}

export function passes(
  one: Case,
  filter: Filter,
  staffId: number | undefined,
  now: Seconds,
): boolean {
  return (
    (!filter.team || one.team === filter.team) &&
    (!filter.reason || one.reason === filter.reason) &&
    (!filter.account || one.account === filter.account) &&
    (!filter.whose || isWhose(one, filter.whose, staffId)) &&
    (!filter.due || isDue(one, filter.due, now))
  );
}
