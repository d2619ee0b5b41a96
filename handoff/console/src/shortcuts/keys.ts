// Which keys do what just now. Views add their own while they are shown; who works by voice or with
// a tremor can switch all of them off (WCAG 2.1.4), and none of them is the only way to something.

export interface Shortcut {
  /** one key as `KeyboardEvent.key` has it ("j", "?"), or two, one after the other ("g q") */
  keys: string;
  /** "Next case": what the list of shortcuts says */
  description: string;
  run: () => void;
}

/** What of a KeyboardEvent matters here. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
}

export class Shortcuts {
  enabled = true;
  private added: Shortcut[] = [];
  /** a first key of two */
  private begun = "";

  /** Of two for the same keys the later one counts. Returns what takes it away again. */
  add(shortcut: Shortcut): () => void {
    this.added = [...this.added, shortcut];
    return () => {
      this.added = this.added.filter((one) => one !== shortcut);
    };
  }

  /** As they can be used now, in the order in which they were added. */
  all(): Shortcut[] {
    return this.added.filter((one) => this.find(one.keys) === one);
  }

  /** True if the key was one of ours. */
  press({ key, ctrlKey, altKey, metaKey, repeat }: Press, typing: boolean): boolean {
    const begun = this.begun;
    this.begun = "";
    if (!this.enabled || typing || ctrlKey || altKey || metaKey || repeat) return false;
    const found = (begun && this.find(`${begun} ${key}`)) || this.find(key);
    if (found) {
      found.run();
      return true;
    }
    if (this.added.some(({ keys }) => keys.startsWith(`${key} `))) this.begun = key;
    return this.begun !== "";
  }

  private find(keys: string): Shortcut | undefined {
    return this.added.filter((one) => one.keys === keys).pop();
  }
}

/** True where a letter is text, or something else than ours. */
export function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("dialog")) return true;
  if (target instanceof HTMLInputElement) {
    return !["button", "checkbox", "radio", "submit"].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
