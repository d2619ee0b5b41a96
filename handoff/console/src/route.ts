// Where in the console we are, kept in the address after the #: back and forward work, and a case
// or a filtered queue can be sent to a colleague as a link.

import { hrefOfPlace, readPlace, type KnowledgePlace } from "./knowledge/place";
import { queryOf, readFilter, type Filter } from "./queue/filter";

const plainViews = [
  "mine",
  "approval",
  "answered",
  "ignored",
  "sent",
  "failed",
  "closed",
  "many",
  "desk",
  "settings",
  "account",
  "people",
  "audit",
  "accessibility",
] as const;
export type PlainView = (typeof plainViews)[number];

export type Route =
  | { [V in PlainView]: { view: V } }[PlainView]
  | { view: "queue"; filter: Filter }
  | { view: "search"; text: string }
  | { view: "knowledge"; place: KnowledgePlace }
  | { view: "case"; id: number };

export function readRoute(hash: string): Route {
  const [, path = "", query = ""] = /^#\/([^?]*)(?:\?(.*))?$/.exec(hash) ?? [];
  const found = /^case\/([1-9]\d{0,14})$/.exec(path);
  if (found) return { view: "case", id: Number(found[1]) };
  if (path === "search") {
    return { view: "search", text: new URLSearchParams(query).get("text") ?? "" };
  }
  const knowledge = /^knowledge(?:\/(.*))?$/.exec(path);
  if (knowledge) return { view: "knowledge", place: readPlace(knowledge[1] ?? "", query) };
  const view = plainViews.find((one) => one === path);
  return view ? { view } : { view: "queue", filter: path === "queue" ? readFilter(query) : {} };
}

export function hrefOf(route: Route): string {
  switch (route.view) {
    case "case":
      return `#/case/${route.id}`;
    case "search":
      return `#/search?${new URLSearchParams({ text: route.text })}`;
    case "queue":
      return `#/queue${queryOf(route.filter)}`;
    case "knowledge":
      return hrefOfPlace(route.place);
    default:
      return `#/${route.view}`;
  }
}

/** The same place is the same page, however it is narrowed down: its heading needn't be read again. */
export function placeOf(route: Route): string {
  switch (route.view) {
    case "case":
      return `case ${route.id}`;
    case "knowledge":
      return hrefOfPlace(route.place);
    default:
      return route.view;
  }
}
