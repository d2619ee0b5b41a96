// The replay that there is: everybody's, since there is one at a time. Asked for once a second
// while it runs, and only where somebody looks at it.

import { useEffect, useRef, useState } from "preact/hooks";
import { askIfConnected, type Ask } from "../commands";
import type { KbReplay, Question } from "../types";
import { noConnection } from "./store";

const pollMs = 1000;

export interface UsedReplay {
  /** undefined: not known yet; null: there was none */
  replay: KbReplay | null | undefined;
  problem: string | null;
  busy: boolean;
  run: (question: Question) => Promise<void>;
  refresh: () => void;
}

export function useReplay(
  ask: Ask,
  connected: boolean,
  onChange: (before: KbReplay | null, now: KbReplay) => void,
): UsedReplay {
  const [replay, setReplay] = useState<KbReplay | null | undefined>(undefined);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [polled, setPolled] = useState(0);
  const last = useRef<KbReplay | null>(null);
  const turn = useRef(0);

  async function askFor(question: Question) {
    const mine = ++turn.current;
    const answer = await askIfConnected(ask, question);
    if (mine !== turn.current) return;
    setProblem(answer?.type === "refused" ? answer.text : answer ? null : noConnection);
    if (answer?.type !== "kb_replay") return;
    if (answer.replay) onChange(last.current, answer.replay);
    last.current = answer.replay;
    setReplay(answer.replay);
  }

  async function run(question: Question) {
    if (busy) return;
    setBusy(true);
    await askFor(question);
    setBusy(false);
    setPolled((n) => n + 1);
  }

  const refresh = () => void askFor({ type: "kb_replay_state" });
  useEffect(() => {
    if (connected) refresh();
  }, [connected]);

  const running = replay?.state === "running";
  useEffect(() => {
    if (!connected || !running || busy) return;
    const timer = setTimeout(async () => {
      await askFor({ type: "kb_replay_state" });
      setPolled((n) => n + 1);
    }, pollMs);
    return () => clearTimeout(timer);
  }, [connected, running, busy, polled]);
  useEffect(() => () => void turn.current++, []);

  return { replay, problem, busy, run, refresh };
}
