// One thing done to many cases: a command for each, one after the other, since each may be refused
// for reasons of its own.

import { runOnCase, type Ask, type Done } from "../commands";
import type { Case, CaseCommand, Outcome, Staff } from "../types";
import { casesWords } from "../words";

export type EachAction =
  | { type: "claim" }
  | { type: "release" }
  | { type: "mute"; muted: boolean }
  | { type: "pass"; team: string }
  | { type: "close"; outcome: Outcome };

export interface EachResult {
  worked: Case[];
  failed: { one: Case; text: string }[];
}

export function commandFor(action: EachAction, one: Case): CaseCommand {
  return { ...action, case: one.id, version: one.version };
}

/** Only who has a case can close it: one that nobody has is claimed first. */
export async function runEach(
  ask: Ask,
  action: EachAction,
  one: Case,
  staff: Staff,
): Promise<Done> {
  if (action.type !== "close" || one.state !== "open") {
    return runOnCase(ask, commandFor(action, one), one);
  }
  const claimed = await runOnCase(ask, commandFor({ type: "claim" }, one), one);
  if (!claimed.ok) return claimed;
  const mine: Case = { ...one, version: one.version + 1, state: "claimed", owner: staff, elsewhere: false };
  return runOnCase(ask, commandFor(action, mine), mine);
}

export async function forEachCase(
  cases: readonly Case[],
  run: (one: Case) => Promise<Done>,
  onProgress: (done: number) => void,
): Promise<EachResult> {
  const result: EachResult = { worked: [], failed: [] };
  for (const [i, one] of cases.entries()) {
    const done = await run(one);
    if (done.ok) result.worked.push(one);
    else result.failed.push({ one, text: done.text });
    onProgress(i + 1);
  }
  return result;
}

function doneWords(action: EachAction): string {
  switch (action.type) {
    case "claim":
      return "claimed";
    case "release":
      return "put back in the queue";
    case "mute":
      return action.muted ? "muted" : "no longer muted";
    case "pass":
      return `sent to ${action.team}`;
    case "close":
      return "closed";
  }
}

/** "3 cases claimed.", "2 of 3 cases claimed, 1 not." */
export function resultWords(action: EachAction, { worked, failed }: EachResult): string {
  const done = doneWords(action);
  if (failed.length === 0) return `${casesWords(worked.length)} ${done}.`;
  const all = casesWords(worked.length + failed.length);
  if (worked.length === 0) return `None of ${all} ${done}.`;
  return `${worked.length} of ${all} ${done}, ${failed.length} not.`;
}
