// Carries out what staff ask for, and puts what came of it into a sentence.

import { LostError } from "./feed";
import { sameGround } from "./state";
import type { Answer, Case, CaseCommand, Command } from "./types";

export type Done = { ok: true } | { ok: false; code: string; text: string };

export type Ask = (command: Command) => Promise<Answer>;

/** Only after minutes without a connection, or because somebody didn't want to wait. */
const lostBefore =
  "There's no connection to Kerbside, so this was not done. " +
  "What you wrote is kept: try again once we're connected.";
const lostAfter =
  "The connection broke before Kerbside could say whether this was done. " +
  "What you wrote is kept: look at how it is now before you try again.";

function outcomeOf(answer: Answer): Done {
  if (answer.type === "refused") return { ok: false, code: answer.code, text: answer.text };
  return { ok: true };
}

function lost(error: unknown): Done {
  if (!(error instanceof LostError)) throw error;
  return { ok: false, code: "lost", text: error.hadLeft ? lostAfter : lostBefore };
}

/** What is answered, a refusal included; null: there is no connection, or it broke. */
export async function askIfConnected(ask: Ask, command: Command): Promise<Answer | null> {
  try {
    return await ask(command);
  } catch (error) {
    if (!(error instanceof LostError)) throw error;
    return null;
  }
}

export function runCommand(ask: Ask, command: Command): Promise<Done> {
  return ask(command).then(outcomeOf, lost);
}

/**
 * Runs a command on a case as it was `seen`. The version also moves for what changes no decision
 * (our last reply went out, say): then, and only then, it is sent once more with the new version.
 */
export async function runOnCase(ask: Ask, command: CaseCommand, seen: Case): Promise<Done> {
  try {
    const answer = await ask(command);
    if (answer.type === "refused" && answer.code === "stale" && answer.case) {
      if (sameGround(seen, answer.case)) {
        return outcomeOf(await ask({ ...command, version: answer.case.version }));
      }
    }
    return outcomeOf(answer);
  } catch (error) {
    return lost(error);
  }
}
