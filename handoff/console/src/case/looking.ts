// Tells the others that something is being written here: not at every key, and that it stopped.

export interface LookerOptions {
  /** a case, or an item of the knowledge base: "intent/bins.missed" */
  shown: number | string;
  tell: (shown: number | string | null, typing: boolean) => void;
  after: (ms: number, run: () => void) => () => void;
}

export const tellAgainMs = 5_000;
export const stoppedMs = 8_000;

export class Looker {
  private typing = false;
  private told = false;
  private undoTold: (() => void) | null = null;
  private undoStopped: (() => void) | null = null;

  constructor(private readonly options: LookerOptions) {}

  /** When it comes into sight, and when a new connection knows nothing of it. */
  look(): void {
    this.tell();
  }

  typed(): void {
    const begins = !this.typing;
    this.typing = true;
    if (begins || !this.told) this.tell();
    this.undoStopped?.();
    this.undoStopped = this.options.after(stoppedMs, () => this.stopped());
  }

  /** What was being written is sent. */
  stopped(): void {
    this.undoStopped?.();
    this.undoStopped = null;
    if (!this.typing) return;
    this.typing = false;
    this.tell();
  }

  left(): void {
    this.undoStopped?.();
    this.undoTold?.();
    this.options.tell(null, false);
  }

  private tell(): void {
    this.options.tell(this.options.shown, this.typing);
    this.undoTold?.();
    this.told = true;
    this.undoTold = this.options.after(tellAgainMs, () => (this.told = false));
  }
}
