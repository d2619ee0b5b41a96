// Where in the knowledge pages we are: what follows "#/knowledge".

import type { ItemKind, ItemName } from "../types";

export type KnowledgePlace =
  | { page: "overview" }
  | { page: "list"; kind: ItemKind }
  | ({ page: "item"; kind: ItemKind; item: string } & FieldPlace)
  | { page: "new"; kind: ItemKind; phrases: string[] }
  | { page: "try" }
  | { page: "learn" }
  | { page: "replay" }
  | { page: "publish" }
  | { page: "versions" }
  | { page: "election-report" }
  | { page: "version"; version: number };

/** In an item the field that it is about, and which one of a list's texts. */
export interface FieldPlace {
  field?: string;
  index?: number;
}

export const itemKinds: readonly ItemKind[] = [
  "intent",
  "rule",
  "term",
  "common",
  "notice",
  "incident",
  "canned",
  "wording",
  "thresholds",
  "election",
];

const plainPages = ["try", "learn", "replay", "publish", "versions", "election-report"] as const;

export function isKind(word: string | undefined): word is ItemKind {
  return itemKinds.some((kind) => kind === word);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand: a % that begins nothing
  }
}

/** Of "knowledge/intent/bins.missed", what follows the first slash. */
export function readPlace(path: string, query: string): KnowledgePlace {
  const [first = "", ...others] = path.split("/");
  const rest = decoded(others.join("/"));
  const plain = plainPages.find((page) => page === first);
  if (first === "versions" && /^[1-9]\d{0,14}$/.test(rest)) {
    return { page: "version", version: Number(rest) };
  }
  if (plain) return { page: plain };
  if (first === "new" && isKind(rest)) {
    const phrases = new URLSearchParams(query).getAll("phrases").flatMap((one) => one.split("\n"));
    return { page: "new", kind: rest, phrases: phrases.filter((one) => one.trim() !== "") };
  }
  if (!isKind(first)) return { page: "overview" };
  if (rest === "") return { page: "list", kind: first };
  return { page: "item", kind: first, item: rest, ...readField(new URLSearchParams(query)) };
}

function readField(query: URLSearchParams): FieldPlace {
  const field = query.get("field");
  const index = query.get("index");
  if (!field) return {};
  return index && /^\d{1,4}$/.test(index) ? { field, index: Number(index) } : { field };
}

export function hrefOfPlace(place: KnowledgePlace): string {
  switch (place.page) {
    case "overview":
      return "#/knowledge";
    case "list":
      return `#/knowledge/${place.kind}`;
    case "item":
      return itemHref(place);
    case "new": {
      const phrases = place.phrases.map((one): [string, string] => ["phrases", one]);
      const query = phrases.length > 0 ? `?${new URLSearchParams(phrases)}` : "";
      return `#/knowledge/new/${place.kind}${query}`;
    }
    case "version":
      return `#/knowledge/versions/${place.version}`;
    default:
      return `#/knowledge/${place.page}`;
  }
}

/** Where an item is edited. */
export function itemHref({ kind, item, field, index }: ItemName & FieldPlace): string {
  const at = `#/knowledge/${kind}/${encodeURIComponent(item)}`;
  if (field === undefined) return at;
  const query = new URLSearchParams({ field });
  if (index !== undefined) query.set("index", String(index));
  return `${at}?${query}`;
}

/** As events, `look` and `people` name an item: "intent/bins.missed". */
export function itemKey({ kind, item }: ItemName): string {
  return `${kind}/${item}`;
}
