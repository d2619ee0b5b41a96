// Replies not sent yet. The server keeps them, one a person and case; what it doesn't know of yet is
// kept in the browser too, and only as long. Nothing that was written is thrown away unasked: of two
// drafts the newer stands in the box, the older is offered.

import { useLayoutEffect, useReducer } from "preact/hooks";
import type { Draft, Seconds, Way } from "../types";

/** A place in the browser for what the server doesn't have. */
export interface DraftNet {
  read(): Draft | null;
  keep(draft: Draft): void;
  forget(): void;
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Draft | null;
  return (
    typeof draft?.text === "string" &&
    (draft.way === "public" || draft.way === "private") &&
    typeof draft.changed_at === "number"
  );
}

export function browserNet(staffId: number, caseId: number): DraftNet {
  const key = `kerbside.draft.${staffId}.${caseId}`;
  return {
    read() {
      try {
        const draft: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
        return isDraft(draft) ? draft : null;
      } catch {
        return null; // storage switched off: the text lives as long as its box
      }
    },
    keep(draft) {
      try {
        localStorage.setItem(key, JSON.stringify(draft));
      } catch {
        // as above
      }
    },
    forget() {
      try {
        localStorage.removeItem(key);
      } catch {
        // as above
      }
    },
  };
}

function sameWords(a: string, b: string): boolean {
  const plain = (text: string) => text.replace(/\s+/g, " ").trim();
  return plain(a) === plain(b);
}

/** What goes into the box, and what else there is. */
export function reconcile(
  here: Draft | null,
  there: Draft | null,
): { use: Draft | null; other: Draft | null } {
  if (!here || !there || sameWords(here.text, there.text)) return { use: there ?? here, other: null };
  return here.changed_at >= there.changed_at
    ? { use: here, other: there }
    : { use: there, other: here };
}

export interface DraftOptions {
  /** true once the server has it */
  save: (text: string, way: Way) => Promise<boolean>;
  net: DraftNet;
  /** the server's clock */
  now: () => Seconds;
  after: (ms: number, run: () => void) => () => void;
}

export const savePauseMs = 1000;

/** The draft of one case, as long as it is looked at. */
export class DraftKeeper {
  text = "";
  way: Way | null = null;
  /** written in another window, or before the connection broke */
  other: Draft | null = null;

  private begun = false;
  private changedAt: Seconds = 0;
  private saved: { text: string; way: Way | null } = { text: "", way: null };
  private saving = false;
  private sending = false;
  private undoSave: (() => void) | null = null;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: DraftOptions) {}

  /** Calls back at every change. Returns what ends that. */
  watch(run: () => void): () => void {
    this.watchers.add(run);
    return () => this.watchers.delete(run);
  }

  /** What the server has, each time it says so. */
  heard(there: Draft | null): void {
    if (!this.begun) {
      this.begin(there);
      return;
    }
    // Ours, on its way there and back; or from before what was sent last.
    if (!there || there.changed_at <= this.changedAt || sameWords(there.text, this.text)) return;
    if (this.text === "") {
      this.saved = there;
      this.take(there);
    } else if (!sameWords(there.text, this.saved.text)) {
      this.other = there;
    }
    this.changed();
  }

  write(text: string, way: Way): void {
    if (text === this.text && way === this.way) return;
    this.text = text;
    this.way = way;
    this.changedAt = this.options.now();
    this.options.net.keep({ text, way, changed_at: this.changedAt });
    this.saveSoon();
    this.changed();
  }

  /** The one that wasn't in the box goes there, and the other way round. */
  swap(): void {
    const { other, text, way } = this;
    if (!other) return;
    this.other = text && way ? { text, way, changed_at: this.changedAt } : null;
    this.write(other.text, other.way);
  }

  dropOther(): void {
    this.other = null;
    this.changed();
  }

  /** What was taken back goes where it came from, unless something else is there by now. */
  putBack(text: string, way: Way): void {
    if (this.text === "") {
      this.write(text, way);
    } else if (!sameWords(this.text, text)) {
      this.other = { text, way, changed_at: this.options.now() };
      this.changed();
    }
  }

  /** From here to `sent` or `notSent` nothing is saved: it would come back behind the reply. */
  beginSending(): void {
    this.sending = true;
    this.undoSave?.();
  }

  sent(text: string): void {
    this.sending = false;
    this.changedAt = this.options.now();
    this.saved = { text: "", way: this.way }; // the server drops it with the reply
    if (this.text === text) {
      this.text = "";
      this.options.net.forget();
    } else {
      this.saveSoon();
    }
    this.changed();
  }

  notSent(): void {
    this.sending = false;
    this.saveSoon();
  }

  /** Now, because the box may be gone in a moment, or the connection is back. */
  flush(): void {
    this.undoSave?.();
    this.undoSave = null;
    if (this.sending || this.saving || this.isSaved()) return;
    void this.save();
  }

  private begin(there: Draft | null): void {
    this.begun = true;
    const { use, other } = reconcile(this.options.net.read(), there);
    this.saved = { text: there?.text ?? "", way: there?.way ?? null };
    this.other = other;
    if (use) this.take(use);
    this.changed();
    if (!this.isSaved()) this.flush();
    else this.options.net.forget();
  }

  private changed(): void {
    for (const run of this.watchers) run();
  }

  private take({ text, way, changed_at }: Draft): void {
    this.text = text;
    this.way = way;
    this.changedAt = changed_at;
  }

  private isSaved(): boolean {
    const { text, way, saved } = this;
    return text === saved.text && (text === "" || way === saved.way);
  }

  private saveSoon(): void {
    this.undoSave?.();
    this.undoSave = this.options.after(savePauseMs, () => this.flush());
  }

  private async save(): Promise<void> {
    const { text, way } = this;
    this.saving = true;
    const done = await this.options.save(text, way ?? "public");
    this.saving = false;
    if (!done) return;
    if (this.sending) return;
    this.saved = { text, way };
    if (this.isSaved()) this.options.net.forget();
    else this.saveSoon();
  }
}

/** Draws the component anew when the draft changes, and nothing around it. */
export function useWatched(draft: DraftKeeper): DraftKeeper {
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0);
  // Before what is around it hears from the server, which is one of the changes.
  useLayoutEffect(() => draft.watch(() => redraw()), [draft]);
  return draft;
}
