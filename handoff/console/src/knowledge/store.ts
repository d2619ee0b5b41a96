// What all knowledge pages show from: the answer to `kb`, kept as new as it can be.

import { useEffect, useMemo, useReducer } from "preact/hooks";
import { askIfConnected, type Ask } from "../commands";
import { useEvents } from "../events";
import { browserTimer } from "../feed";
import type { Answer, EventFrame, ItemName, KbEntry, KbFrame } from "../types";

export interface StoreOptions {
  /** asks `kb`; null: there is no connection */
  ask: () => Promise<Answer | null>;
  after: (ms: number, run: () => void) => () => void;
  onChange: () => void;
}

export const noConnection =
  "There's no connection to Kerbside just now. This is asked again once we're connected.";

/** Several editors save every second: what they did is asked for once. */
export const settleMs = 400;

export class KnowledgeStore {
  /** null: not known yet */
  frame: KbFrame | null = null;
  /** why it isn't known, or not as new as it could be */
  problem: string | null = null;

  private asking = false;
  private again = false;
  private undo: (() => void) | null = null;

  constructor(private readonly options: StoreOptions) {}

  /** Asks now; what changes while it asks is asked for afterwards. */
  async refresh(): Promise<void> {
    this.stop();
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    do {
      this.again = false;
      await this.askOnce();
    } while (this.again);
    this.asking = false;
  }

  heard(event: Pick<EventFrame, "kind">): void {
    if (!isKbEvent(event)) return;
    this.stop();
    this.undo = this.options.after(settleMs, () => void this.refresh());
  }

  stop(): void {
    this.undo?.();
    this.undo = null;
  }

  private async askOnce(): Promise<void> {
    const answer = await this.options.ask();
    if (answer?.type === "kb") this.frame = answer;
    this.problem = answer?.type === "refused" ? answer.text : answer ? null : noConnection;
    this.options.onChange();
  }
}

export function isKbEvent({ kind }: Pick<EventFrame, "kind">): boolean {
  return kind.startsWith("kb.");
}

export function entryOf(frame: KbFrame | null, { kind, item }: ItemName): KbEntry | undefined {
  return frame?.items.find((one) => one.kind === kind && one.item === item);
}

/** What somebody has changed and nobody has published. */
export function changedOf(frame: KbFrame | null): KbEntry[] {
  return frame?.items.filter((one) => one.change !== null) ?? [];
}

/** The store of the pages that are shown, which are drawn anew with it. */
export function useKnowledge(ask: Ask, connected: boolean, resets: number): KnowledgeStore {
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0);
  const store = useMemo(
    () =>
      new KnowledgeStore({
        ask: () => askIfConnected(ask, { type: "kb" }),
        after: browserTimer,
        onChange: () => redraw(),
      }),
    [ask],
  );
  useEvents((event) => store.heard(event));
  useEffect(() => {
    if (connected) void store.refresh();
  }, [store, connected, resets]);
  useEffect(() => () => store.stop(), [store]);
  return store;
}
