// Who else is there, and what one says when one comes and goes.

import type { Colleague } from "../types";

function isOther(one: Colleague, staffId: number | undefined): boolean {
  return one.here && one.id !== staffId;
}

/** "Asha Malik is writing, Tom Ives is looking", or nothing. */
export function presenceWords(
  people: readonly Colleague[],
  caseId: number,
  staffId: number | undefined,
): string {
  return people
    .filter((one) => isOther(one, staffId) && one.case === caseId)
    .sort((a, b) => Number(b.typing) - Number(a.typing))
    .map((one) => `${one.name} is ${one.typing ? "writing" : "looking"}`)
    .join(", ");
}

/** Those at the desk first, then those who have a console open, by name. */
export function byPresence(a: Colleague, b: Colleague): number {
  return (
    Number(b.on) - Number(a.on) ||
    Number(b.here) - Number(a.here) ||
    a.name.localeCompare(b.name, "en-GB")
  );
}

function greeting(hour: number): string {
  if (hour < 12) return "Good morning";
  return hour < 17 ? "Good afternoon" : "Good evening";
}

/** What a person may post when they come, in words that they'll want to change. */
export function arrivalPost(name: string, hour: number): string {
  const first = name.trim().split(/\s+/)[0] ?? "";
  return `${greeting(hour)}, it's ${first} here. If something's up, tell us and I'll help if I can.`;
}

export function leavingPost(name: string, hour: number): string {
  const first = name.trim().split(/\s+/)[0] ?? "";
  const bye = hour < 17 ? "That's me done for today" : "That's me done for this evening";
  return `${bye}. Thanks for all your messages, and take care. ${first}`;
}
