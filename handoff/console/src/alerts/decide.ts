// What is worth a sound or a notification: what is new and urgent, and what concerns this person.
// Everything else waits in its tray.

import { newsHref, newsIn, newsOf } from "../knowledge/news";
import type { Case, EventFrame, Seconds, Staff } from "../types";
import { atHandle, reasonWords } from "../words";

export interface Alert {
  /** the page to see to it, which also says what it is about; "" for none */
  href: string;
  title: string;
  text: string;
}

export interface Looking {
  staff: Pick<Staff, "id" | "name">;
  /** the frames that this person may send */
  may: ReadonlySet<string>;
  /** the case on the screen, null for none */
  shown: number | null;
  /** the page is in front and has the focus */
  attentive: boolean;
}

const urgentKinds = new Set(["case.opened", "case.raised", "case.reopened", "case.marked"]);

const concernWords: Record<string, string> = {
  "case.noted": "A note names you",
  "case.passed": "A case was sent to you",
  "case.warned": "The time for your case is nearly up",
  "case.escalated": "The time for a case is up",
  "reply.returned": "Your reply was given back",
  "reply.failed": "Your reply could not be sent",
};

/** Nothing of what a resident wrote: a notification is seen by whoever walks past. */
export function alertFor(event: EventFrame, looking: Looking): Alert | null {
  const { case: one, kind } = event;
  if (looking.may.has("kb") && newsOf(event)?.alert) return newsAlert(event);
  if (!one || one.muted) return null;
  if (looking.attentive && looking.shown === one.id) return null;
  const who = one.private ? "by direct message" : `from ${atHandle(one.resident.handle)}`;
  const text = `${reasonWords(one.reason)}, ${who}`;
  if (event.to?.includes(looking.staff.id)) {
    const title = concernWords[kind];
    if (title) return { href: caseHref(one), title, text };
  }
  if (event.by === looking.staff.name) return null;
  const urgent = one.sensitive && one.state === "open" && urgentKinds.has(kind);
  return urgent ? { href: caseHref(one), title: "Urgent", text } : null;
}

function caseHref({ id }: Case): string {
  return `#/case/${id}`;
}

function newsAlert(event: EventFrame): Alert | null {
  const one = newsIn(event);
  const title = newsOf(event)?.title;
  return one && title ? { href: newsHref(one), title, text: one.text } : null;
}

const quietSeconds = 5;

/** Ten things at once are one sound. */
export function maySound(last: Seconds | null, now: Seconds): boolean {
  return last === null || now - last >= quietSeconds;
}
