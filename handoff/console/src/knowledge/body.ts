// An item's body: whatever JSON stands in the knowledge base's files, right or wrong, looked at by
// paths such as "examples.yes". The path "" is all of it.

import type { Body } from "../types";

type Members = Record<string, unknown>;

export interface Pattern {
  pcre: string;
  /** of `match`: in hundredths */
  weight?: number;
}

function membersOf(value: unknown): Members {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Members)
    : {};
}

function steps(path: string): string[] {
  return path === "" ? [] : path.split(".");
}

export function valueAt(body: Body, path: string): unknown {
  return steps(path).reduce<unknown>((value, step) => membersOf(value)[step], body);
}

export function textAt(body: Body, path: string): string {
  const value = valueAt(body, path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function numberAt(body: Body, path: string): number | null {
  const value = valueAt(body, path);
  return typeof value === "number" ? value : null;
}

export function textsAt(body: Body, path: string): string[] {
  const value = valueAt(body, path);
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is string => typeof one === "string");
}

export function patternsAt(body: Body, path: string): Pattern[] {
  const value = valueAt(body, path);
  if (!Array.isArray(value)) return [];
  return value.map((one) => {
    const { pcre, weight } = membersOf(one);
    const pattern: Pattern = { pcre: typeof pcre === "string" ? pcre : "" };
    if (typeof weight === "number") pattern.weight = weight;
    return pattern;
  });
}

/** The body with another value there; undefined takes it out, and what is empty without it too. */
export function withValue(body: Body, path: string, value: unknown): Body {
  const [first, ...others] = steps(path);
  if (first === undefined) return value;
  const { [first]: before, ...rest } = membersOf(body);
  const after = withValue(before, others.join("."), value);
  const gone =
    after === undefined || (others.length > 0 && Object.keys(membersOf(after)).length === 0);
  if (gone) return rest;
  // In its place: the files keep the order of their members.
  return before === undefined
    ? { ...rest, [first]: after }
    : { ...membersOf(body), [first]: after };
}

/** Is it the same JSON, whatever the order of members? */
export function sameBody(a: Body, b: Body): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((one, i) => sameBody(one, b[i]));
  }
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  const left = membersOf(a);
  const right = membersOf(b);
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => name in right && sameBody(left[name], right[name]));
}

/** One a line, as they are typed: lines with nothing on them say nothing. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
