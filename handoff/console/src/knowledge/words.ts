// What the knowledge base's kinds and states are called in front of people.

import type { Autonomy, ItemKind } from "../types";
import type { KnowledgePlace } from "./place";

interface KindWords {
  one: string;
  many: string;
  /** what there is only one of is edited, not listed */
  single?: boolean;
}

const kinds: Record<ItemKind, KindWords> = {
  intent: { one: "Answer", many: "Answers" },
  rule: { one: "Rule", many: "Rules" },
  term: { one: "Term", many: "Vocabulary" },
  common: { one: "Words that say nothing", many: "Words that say nothing", single: true },
  notice: { one: "Notice", many: "Notices" },
  incident: { one: "Incident", many: "Incidents" },
  canned: { one: "Quick reply", many: "Quick replies" },
  wording: { one: "Wording", many: "Wording" },
  thresholds: { one: "Thresholds", many: "Thresholds", single: true },
  election: { one: "Election", many: "Election", single: true },
};

export function kindOne(kind: ItemKind): string {
  return kinds[kind].one;
}

export function kindMany(kind: ItemKind): string {
  return kinds[kind].many;
}

export function isSingle(kind: ItemKind): boolean {
  return kinds[kind].single ?? false;
}

/** The title of the window. */
export function placeTitle(place: KnowledgePlace): string {
  switch (place.page) {
    case "overview":
      return "Knowledge";
    case "list":
      return kindMany(place.kind);
    case "item":
      return isSingle(place.kind) ? kindOne(place.kind) : `${kindOne(place.kind)} ${place.item}`;
    case "new":
      return `New ${kindOne(place.kind).toLowerCase()}`;
    case "try":
      return "Try a message";
    case "learn":
      return "Learn";
    case "replay":
      return "Replay";
    case "publish":
      return "Publish";
    case "versions":
      return "Versions";
    case "election-report":
      return "Pre-election report";
    case "version":
      return `Version ${place.version}`;
  }
}

const modes: Record<Autonomy, string> = {
  shadow: "Shadow: says nothing, keeps what it would have said",
  assist: "Assist: offers its reply to a person",
  automatic: "Automatic: answers by itself",
};

export const modeChoices = Object.entries(modes) as [Autonomy, string][];
