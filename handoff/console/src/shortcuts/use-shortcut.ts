import { createContext } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { Shortcuts, takesLetters } from "./keys";

export const ShortcutsOf = createContext(new Shortcuts());

/** While the component is shown, `keys` run `run`; with null they don't, nor are they listed. */
export function useShortcut(keys: string, description: string, run: (() => void) | null): void {
  const shortcuts = useContext(ShortcutsOf);
  const latest = useRef(run);
  latest.current = run;
  const active = run !== null;
  // As soon as it can be seen: what is pressed then must not get lost.
  useLayoutEffect(() => {
    if (!active) return;
    return shortcuts.add({ keys, description, run: () => latest.current?.() });
  }, [shortcuts, keys, description, active]);
}

/** Listens on the page: once, by the console as a whole. */
export function useKeyboard(shortcuts: Shortcuts): void {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (shortcuts.press(event, takesLetters(event.target))) event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [shortcuts]);
}
