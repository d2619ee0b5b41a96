// Asks the server how the network counts a text while it is being written: not at every key, and an
// answer never replaces that to a later question.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CountFrame, Way } from "../types";
import { browserTimer } from "../feed";

export type Count = Pick<CountFrame, "weight" | "limit" | "parts" | "warnings">;

export interface CounterOptions {
  ask: (text: string) => Promise<Count | null>;
  /** null: can't be known just now */
  onCount: (count: Count | null, text: string) => void;
  after: (ms: number, run: () => void) => () => void;
}

export const pauseMs = 150;

export class Counter {
  private asked = 0;
  private answered = 0;
  private undo: (() => void) | null = null;

  constructor(private readonly options: CounterOptions) {}

  count(text: string): void {
    this.undo?.();
    this.undo = this.options.after(pauseMs, () => this.askNow(text));
  }

  stop(): void {
    this.undo?.();
    this.answered = Infinity;
  }

  private askNow(text: string): void {
    const turn = ++this.asked;
    const show = (count: Count | null) => {
      if (turn <= this.answered) return;
      this.answered = turn;
      this.options.onCount(count, text);
    };
    this.options.ask(text).then(show, () => show(null));
  }
}

export interface Counted {
  /** null: not known */
  count: Count | null;
  /** how many too many; 0: none, or not known */
  over: number;
  /** of the text as it is now, and not as it was a moment ago */
  upToDate: boolean;
}

/** The count of what stands in a box. */
export function useCount(
  text: string,
  way: Way,
  ask: (text: string, way: Way) => Promise<Count | null>,
): Counted {
  const [counted, setCounted] = useState<{ count: Count | null; text: string } | null>(null);
  const now = useRef({ ask, way });
  now.current = { ask, way };
  const counter = useMemo(
    () =>
      new Counter({
        ask: (asked) => now.current.ask(asked, now.current.way),
        onCount: (count, of) => setCounted({ count, text: of }),
        after: browserTimer,
      }),
    [],
  );
  useEffect(() => counter.count(text), [text, way]);
  useEffect(() => () => counter.stop(), []);
  const count = counted?.count ?? null;
  return {
    count,
    over: count ? Math.max(0, count.weight - count.limit) : 0,
    upToDate: counted?.text === text,
  };
}

/** What stands under a reply box. */
export function countWords(
  count: Pick<Count, "weight" | "limit"> | null,
  fallbackLimit: number,
): string {
  const said = (n: number) => n.toLocaleString("en-GB");
  if (!count) return `${said(fallbackLimit)} at most, with the initials`;
  const over = count.weight - count.limit;
  const used = `${said(count.weight)} of ${said(count.limit)}`;
  return over > 0 ? `${used}: ${said(over)} too many to send` : used;
}
