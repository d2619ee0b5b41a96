// What is said of messages that nothing explained, and where they lead.

import type { KbLearnFrame } from "../types";
import { hrefOfPlace } from "./place";
import { messagesWords, numberWords } from "./replaying";

export const dayChoices = [7, 30, 90] as const;

type Group = KbLearnFrame["groups"][number];

/** The words of a group as somebody would say them. */
export function phraseOf({ words }: Pick<Group, "words">): string {
  return words.join(" ");
}

/** Where an intent of a group is begun: its words are the first phrase. */
export function newIntentHref(phrases: string[]): string {
  return hrefOfPlace({ page: "new", kind: "intent", phrases });
}

export function learnWords({ messages, groups }: KbLearnFrame, days: number): string {
  const when = `in the last ${days} days`;
  if (messages === 0) return `Every message ${when} was explained by something.`;
  const alone =
    groups.length === 0
      ? " No two of them are alike."
      : " Those that are alike stand together below; the others have little in common.";
  return `Nothing explained ${messagesWords(messages)} ${when}.${alone}`;
}

/** "5 times" */
export function timesWords(count: number): string {
  return count === 1 ? "once" : `${numberWords(count)} times`;
}
