// An item as long as somebody edits it. What is typed is saved in the draft when the typing pauses;
// until the server has it, the browser has it too. Nothing that was typed is thrown away unasked: if
// somebody else changed the item meanwhile, both stand beside each other and a person decides.

import type { Body, KbItemFrame } from "../types";
import { sameBody } from "./body";

/** What the server may not have yet, and over what it was typed. */
export interface Typed {
  body: Body;
  revision: number;
  version: number;
}

/** A place in the browser for it. */
export interface TypedNet {
  read(): Typed | null;
  keep(typed: Typed): void;
  forget(): void;
}

export type Saved =
  | { what: "saved"; revision: number }
  | { what: "stale"; kb: KbItemFrame }
  | { what: "not"; text: string };

export interface KeeperOptions {
  save: (body: Body, revision: number, live: number) => Promise<Saved>;
  /** takes it out of the draft; null once that is done, or a sentence why not */
  discard: (revision: number) => Promise<string | null>;
  /** asks for the item; the answer is `heard` */
  fetch: () => void;
  net: TypedNet;
  after: (ms: number, run: () => void) => () => void;
}

export type Saving = "nothing" | "typed" | "saving" | "saved" | "discarded" | { problem: string };

export const savePauseMs = 800;
const mostRetries = 3;

/** What an item is now: as in the draft, or else as it is live; null: it is nowhere, or is to go. */
export function bodyNow({ removed, revision, draft, live }: KbItemFrame): Body {
  if (removed) return null;
  return revision > 0 && draft !== null ? draft : live;
}

export class ItemKeeper {
  /** null: not known yet */
  known: KbItemFrame | null = null;
  body: Body = null;
  saving: Saving = "nothing";
  /** as somebody else has made it meanwhile, while something of ours isn't saved */
  theirs: KbItemFrame | null = null;
  /** what was typed before a reload or a sign-out is back */
  restored = false;

  private saved: Body = null;
  private flight: Promise<void> | null = null;
  private missed = false;
  private retries = 0;
  private undoSave: (() => void) | null = null;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: KeeperOptions) {}

  watch(run: () => void): () => void {
    this.watchers.add(run);
    return () => this.watchers.delete(run);
  }

  /** The item as the server has it, each time it says so. */
  heard(frame: KbItemFrame): void {
    if (!this.known) this.begin(frame);
    else if (this.flight)
      this.missed = true; // it may be from before what is being saved
    else this.take(frame);
    this.changed();
  }

  write(body: Body): void {
    if (!this.known || sameBody(body, this.body)) return;
    this.body = body;
    this.restored = false;
    this.saving = "typed";
    const { revision, version } = this.known;
    this.options.net.keep({ body, revision, version });
    this.saveSoon();
    this.changed();
  }

  /** Now, because the page may be gone in a moment, or the connection is back. */
  flush(): Promise<void> {
    this.undoSave?.();
    this.undoSave = null;
    if (this.flight) return this.flight;
    if (!this.known || this.theirs || !this.isDirty()) return Promise.resolve();
    this.flight = this.save(this.known);
    return this.flight;
  }

  /** Theirs stays, what was typed here goes. */
  takeTheirs(): void {
    const { theirs } = this;
    if (!theirs) return;
    this.theirs = null;
    this.adopt(theirs);
    this.saving = "nothing";
    this.changed();
  }

  /** Ours is saved over theirs, which whoever wrote it has seen beside it. */
  keepMine(): Promise<void> {
    const { theirs } = this;
    if (!theirs) return Promise.resolve();
    this.theirs = null;
    this.known = theirs;
    this.saved = bodyNow(theirs);
    return this.flush();
  }

  /** The draft was begun on something that isn't live any more: it stays, over what is live now. */
  keepOverLive(): Promise<void> {
    if (!this.known) return Promise.resolve();
    this.flight ??= this.save(this.known);
    return this.flight;
  }

  /** It is as live again. */
  async discard(): Promise<void> {
    this.undoSave?.();
    await this.flight;
    const known = this.theirs ?? this.known;
    if (!known) return;
    const problem = known.revision > 0 ? await this.options.discard(known.revision) : null;
    if (problem === null) {
      this.theirs = null;
      this.adopt({
        ...known,
        revision: 0,
        draft: null,
        base: null,
        removed: false,
        conflict: false,
      });
      this.saving = "discarded";
    } else {
      this.saving = { problem };
    }
    this.changed();
    this.options.fetch();
  }

  private begin(frame: KbItemFrame): void {
    const typed = this.options.net.read();
    this.adopt(frame, typed !== null);
    if (!typed || sameBody(typed.body, this.body)) {
      this.options.net.forget();
      return;
    }
    this.restored = true;
    this.body = typed.body;
    if (typed.revision === frame.revision && typed.version === frame.version) this.saveSoon();
    else this.theirs = frame;
  }

  private take(frame: KbItemFrame): void {
    const dirty = this.isDirty();
    if (!dirty || sameBody(bodyNow(frame), this.body)) {
      // Somebody else's doing, or a publication: what was said of our last save is old.
      if (frame.revision !== this.known?.revision) this.saving = "nothing";
      this.theirs = null;
      this.adopt(frame);
    } else if (this.saysTheSame(frame)) {
      this.theirs = null;
      this.known = frame;
      this.saveSoon();
    } else {
      this.theirs = frame;
      this.undoSave?.();
    }
  }

  private adopt(frame: KbItemFrame, keepsTyped = false): void {
    this.known = frame;
    this.body = this.saved = bodyNow(frame);
    if (!keepsTyped) this.options.net.forget();
  }

  /** Is it as we know it, whatever its numbers are? */
  private saysTheSame(frame: KbItemFrame): boolean {
    return sameBody(bodyNow(frame), this.saved);
  }

  private isDirty(): boolean {
    return !sameBody(this.body, this.saved);
  }

  private changed(): void {
    for (const run of this.watchers) run();
  }

  private saveSoon(): void {
    this.undoSave?.();
    this.undoSave = this.options.after(savePauseMs, () => void this.flush());
  }

  private async save(known: KbItemFrame): Promise<void> {
    const { body } = this;
    this.saving = "saving";
    this.changed();
    const done = await this.options.save(body, known.revision, known.version);
    this.flight = null;
    if (done.what === "saved") this.isSaved(known, body, done.revision);
    else if (done.what === "stale") this.isStale(done.kb);
    else this.saving = { problem: done.text };
    this.changed();
    if (this.missed) {
      this.missed = false;
      this.options.fetch();
    }
  }

  private isSaved(known: KbItemFrame, body: Body, revision: number): void {
    const { live } = known;
    this.known = {
      ...known,
      revision,
      draft: body,
      base: live,
      removed: body === null,
      conflict: false,
    };
    this.saved = body;
    this.retries = 0;
    if (this.isDirty()) {
      this.saving = "typed";
      this.saveSoon();
    } else {
      this.saving = "saved";
      this.options.net.forget();
    }
  }

  /** Somebody was before us; if they changed nothing of what we know, it goes on as it was. */
  private isStale(kb: KbItemFrame): void {
    if (sameBody(bodyNow(kb), this.body) && !kb.conflict) {
      this.adopt(kb);
      this.saving = "saved";
    } else if (this.saysTheSame(kb) && this.retries++ < mostRetries) {
      this.known = kb;
      this.saving = "typed";
      this.saveSoon();
    } else {
      this.theirs = kb;
      this.saving = "typed";
    }
  }
}

function isTyped(value: unknown): value is Typed {
  const typed = value as Typed | null;
  return (
    typeof typed?.revision === "number" && typeof typed.version === "number" && "body" in typed
  );
}

export function browserNet(staffId: number, key: string): TypedNet {
  const place = `kerbside.kb.${staffId}.${key}`;
  return {
    read() {
      try {
        const typed: unknown = JSON.parse(localStorage.getItem(place) ?? "null");
        return isTyped(typed) ? typed : null;
      } catch {
        return null; // storage switched off: the text lives as long as its page
      }
    },
    keep(typed) {
      try {
        localStorage.setItem(place, JSON.stringify(typed));
      } catch {
        // as above
      }
    },
    forget() {
      try {
        localStorage.removeItem(place);
      } catch {
        // as above
      }
    },
  };
}
