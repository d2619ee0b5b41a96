// What the words of a resident's lead to, asked for when the typing pauses.

import { useEffect, useRef, useState } from "preact/hooks";
import { askIfConnected, type Ask } from "../commands";
import { browserTimer } from "../feed";
import type { KbFindFrame } from "../types";

export type Found = KbFindFrame["items"];

const pauseMs = 300;

/** Null: nothing is looked for, or the answer isn't there yet. */
export function useFind(ask: Ask, connected: boolean, text: string): Found | null {
  const [found, setFound] = useState<{ text: string; items: Found } | null>(null);
  const turn = useRef(0);
  const wanted = text.trim();
  useEffect(() => {
    const mine = ++turn.current;
    if (wanted === "" || !connected) return;
    return browserTimer(pauseMs, () => {
      void askIfConnected(ask, { type: "kb_find", text: wanted }).then((answer) => {
        if (mine !== turn.current || answer?.type !== "kb_find") return;
        setFound({ text: wanted, items: answer.items });
      });
    });
  }, [wanted, connected]);
  useEffect(() => () => void turn.current++, []);
  return wanted !== "" && found?.text === wanted ? found.items : null;
}
