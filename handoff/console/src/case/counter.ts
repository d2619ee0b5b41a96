// Asks the server how the network counts a text while it is being written: not at every key, and an
// answer never replaces that to a later question.

export interface Count {
  weight: number;
  limit: number;
}

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

/** What stands under the reply box. */
export function countWords(count: Count | null, fallbackLimit: number): string {
  if (!count) return `${fallbackLimit} at most, your initials included`;
  const over = count.weight - count.limit;
  if (over > 0) return `${count.weight} of ${count.limit}: ${over} too many to send`;
  return `${count.weight} of ${count.limit}`;
}
