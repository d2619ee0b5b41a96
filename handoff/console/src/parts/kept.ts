// Text that somebody has begun and that no case holds: kept in the tab, so that looking elsewhere or
// a reload loses nothing.

import { useState } from "preact/hooks";

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // storage switched off: the text lives as long as its box
  }
}

function keep(key: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // as above
  }
}

/** The text, what changes it, and what forgets it once it has done its work. */
export function useKept(
  name: string,
  first: string,
): [string, (text: string) => void, () => void] {
  const key = `kerbside.kept.${name}`;
  const [text, setText] = useState(() => read(key) ?? first);
  function change(now: string) {
    setText(now);
    keep(key, now);
  }
  function forget() {
    setText(first);
    keep(key, null);
  }
  return [text, change, forget];
}
