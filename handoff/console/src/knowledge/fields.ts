// What is filled in, and what is said of it: what is wrong there, how long it is, what has changed.

import type { Body, ItemKind, KbItemFrame, KbProblem, KbWeight } from "../types";
import { sameBody, valueAt } from "./body";
import { sectionsOf, type Field } from "./sections";

export function fieldsOf(kind: ItemKind, item: string, body: Body): readonly Field[] {
  return sectionsOf(kind, item, body).flatMap(({ fields }) => fields);
}

export function fieldId(path: string): string {
  return `kb-${path === "" ? "body" : path.replace(/\./g, "-")}`;
}

/** Is what the server calls `named` this field? It may say "examples" of both lists of them. */
export function isField(path: string, named: string | null): boolean {
  if (named === null) return false;
  const last = path.split(".").pop() ?? path;
  return named === path || named === last || path.startsWith(`${named}.`);
}

export interface Placed {
  problem: KbProblem;
  /** null: it is about all of the item */
  field: Field | null;
}

export function placed(problems: readonly KbProblem[], fields: readonly Field[]): Placed[] {
  const [only, ...others] = fields;
  return problems.map((problem) => {
    const found = fields.find(({ path }) => isField(path, problem.field));
    return { problem, field: found ?? (only && others.length === 0 ? only : null) };
  });
}

/** Nothing is wrong, and only who knows regular expressions can do something about it. */
export function isAboutPatterns({ severity, field }: KbProblem): boolean {
  return severity === "warning" && (field === "match" || field === "unless");
}

/**
 * What is wrong, as a sentence: the member that it begins with is called as its box is, if there is
 * one for it.
 */
export function problemSentence(text: string, label: string | null): string {
  const called = label === null ? text : text.replace(/^"[a-z_.]+" /, `${label} `);
  const sentence = /^[a-z]/.test(called) ? called.charAt(0).toUpperCase() + called.slice(1) : called;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

export function weightAt(
  weights: readonly KbWeight[],
  path: string,
  index: number,
): KbWeight | undefined {
  return weights.find(
    (one) => (path === "" || isField(path, one.field)) && (one.index ?? 0) === index,
  );
}

/** Fields that are in the draft as they aren't live. */
export function changedFields(
  { live }: Pick<KbItemFrame, "live">,
  body: Body,
  fields: readonly Field[],
): ReadonlySet<string> {
  const changed = fields.filter(({ path }) => !sameBody(valueAt(live, path), valueAt(body, path)));
  return new Set(changed.map(({ path }) => path));
}

/** A value as people read it, a part a line. */
export function shownValue(value: unknown): string[] {
  if (value === undefined || value === null || value === "") return [];
  if (Array.isArray(value)) return value.flatMap(shownValue);
  if (typeof value !== "object") return [String(value)];
  const { pcre, weight } = value as { pcre?: unknown; weight?: unknown };
  if (typeof pcre === "string") return [weight === undefined ? pcre : `${pcre} (${weight})`];
  return [JSON.stringify(value)];
}
