// What is done with messages that a rule holds for.

import type { Choice } from "./sections";

export const ruleKinds: readonly Choice[] = [
  ["sensitive", "Sensitive: goes to a person at once"],
  ["human", "Asks for a person"],
  ["complaint", "Complaint: goes to a person"],
  ["opt_out", "Wants no automatic replies"],
  ["opt_in", "Wants automatic replies again"],
  ["praise", "Praise: is thanked"],
  ["troll", "Trolling: is left alone"],
  ["chatter", "Talk: is left alone"],
];

/** "Sensitive": what a rule's kind is called in a list. */
export function ruleWords(kind: string): string {
  const words = ruleKinds.find(([one]) => one === kind)?.[1] ?? kind;
  return words.split(":")[0] ?? words;
}
