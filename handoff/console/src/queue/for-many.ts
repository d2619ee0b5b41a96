// Which of the selected cases one message can go to, and how far such a message is.

import type { Bulk, Case } from "../types";
import { ownerWords } from "../words";

export const fewest = 2;
export const most = 200;

export interface ForMany {
  ready: Case[];
  leftOut: { one: Case; why: string }[];
}

function whyNot(one: Case, staffId: number | undefined): string | null {
  if (one.state === "closed") return "It's closed.";
  if (one.sensitive) return "It's sensitive, and needs an answer of its own.";
  if (one.private) return "It came by direct message, and this goes in public.";
  if (one.gone) return "What it began with is gone.";
  const free = one.state === "open" && !one.elsewhere;
  return free || one.owner?.id === staffId ? null : `${ownerWords(one, staffId)}.`;
}

/** The server takes all or none: what it would refuse is left out beforehand, and said. */
export function forMany(cases: readonly Case[], staffId: number | undefined): ForMany {
  const result: ForMany = { ready: [], leftOut: [] };
  const told = new Set<string>();
  for (const one of cases) {
    const twice = told.has(one.resident.handle) ? "Its resident is told in another case." : null;
    const why = whyNot(one, staffId) ?? twice;
    if (why) {
      result.leftOut.push({ one, why });
    } else {
      result.ready.push(one);
      told.add(one.resident.handle);
    }
  }
  return result;
}

/** "12 of 40 sent, 27 waiting, 1 not sent" */
export function bulkWords(bulk: Bulk): string {
  const { waiting, sent, failed, stopped } = bulk;
  const parts = [`${sent} of ${waiting + sent + failed + stopped} sent`];
  if (waiting > 0) parts.push(`${waiting} waiting`);
  if (failed > 0) parts.push(`${failed} not sent`);
  if (stopped > 0) parts.push(`${stopped} stopped`);
  return `${parts.join(", ")}.`;
}
