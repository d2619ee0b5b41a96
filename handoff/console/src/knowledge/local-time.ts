// Times in the browser's datetime fields are the council's own; the knowledge base has UTC.

import type { Seconds } from "../types";

const timeZone = "Europe/London";
const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** 1798761600 as "2027-01-01T00:00" */
export function localOf(at: Seconds): string {
  const part: Record<string, string> = {};
  for (const { type, value } of parts.formatToParts(at * 1000)) part[type] = value;
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** "2027-07-01T09:00" as the moment that it is; null: no time. An hour that there is twice is the first. */
export function momentOf(local: string): Seconds | null {
  const asUtc = Date.parse(`${local}Z`) / 1000;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) || Number.isNaN(asUtc)) return null;
  const wall = local.slice(0, 16);
  const found = [asUtc - 3600, asUtc].find((at) => localOf(at) === wall);
  return found ?? asUtc; // an hour that there isn't: when the clocks have just gone forward
}

/** As in RFC 3339, or null. */
export function momentOfText(text: string): Seconds | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.floor(at / 1000);
}

/** "2026-12-21T00:00:00Z" */
export function utcText(at: Seconds): string {
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}

/** The day that it is at the council: "2026-12-21" */
export function dayOf(at: Seconds): string {
  return localOf(at).slice(0, 10);
}
