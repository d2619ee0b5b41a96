// What somebody can do with a case just now: what their role may, where the case stands, and whose
// it is. The server decides; this only keeps buttons away that it would refuse.

import type { Case, Colleague, Message, Reply, Way } from "../types";

export type CaseAction =
  | "claim"
  | "release"
  | "reply"
  | "close"
  | "pass"
  | "mark"
  | "unmark"
  | "mute"
  | "unmute"
  | "note";

type Rights = ReadonlySet<string>;

export function isMine(one: Case, staffId: number): boolean {
  return one.state === "claimed" && one.owner?.id === staffId;
}

export function actionsOn(one: Case, staffId: number, may: Rights): ReadonlySet<CaseAction> {
  const mine = isMine(one, staffId);
  const waits = one.state !== "closed";
  const nobodys = one.state === "open";
  const mayGiveBack = waits && !nobodys && may.has("release_others");
  const now: Record<CaseAction, boolean> = {
    claim: nobodys,
    release: mine || (nobodys && one.elsewhere) || mayGiveBack,
    reply: mine,
    close: mine,
    pass: nobodys || mine || mayGiveBack,
    mark: waits && !one.sensitive,
    unmark: waits && one.sensitive,
    mute: waits && !one.muted && !one.sensitive,
    unmute: waits && one.muted,
    note: true,
  };
  const frames: Partial<Record<CaseAction, string>> = { unmark: "mark", unmute: "mute" };
  const actions = Object.keys(now) as CaseAction[];
  return new Set(actions.filter((action) => now[action] && may.has(frames[action] ?? action)));
}

/** How this person can answer here: what came privately isn't answered for everybody to read. */
export function waysOf(messages: readonly Pick<Message, "kind">[], may: Rights): Way[] {
  const ways: Way[] = [];
  if (messages.some(({ kind }) => kind !== "private")) ways.push("public");
  if (may.has("private")) ways.push("private");
  return ways;
}

/** A trainee's reply waits for somebody else's approval. */
export function needsApproval(may: Rights): boolean {
  return !may.has("reply_unapproved");
}

export function mayJudge(reply: Reply, staffId: number, may: Rights): boolean {
  return reply.state === "proposed" && reply.by?.id !== staffId && may.has("approve");
}

/** Its writer takes back all parts of it at once, so only the first says so. */
export function mayUndo(reply: Reply, all: readonly Reply[], staffId: number, may: Rights): boolean {
  if (reply.state !== "held" || reply.by?.id !== staffId || !may.has("undo")) return false;
  return !all.some((one) => one.id === reply.after && one.state === "held");
}

const answering = new Set(["agent", "supervisor", "admin"]);

/** Who could take this case from here: a trainee isn't sent what came by direct message. */
export function takersOf(
  one: Case,
  people: readonly Colleague[],
  staffId: number,
): readonly Colleague[] {
  return people.filter(
    ({ id, role }) =>
      id !== staffId &&
      id !== one.owner?.id &&
      (answering.has(role) || (role === "trainee" && !one.private)),
  );
}
