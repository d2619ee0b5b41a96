// One question and the answer to it, as new as what it is about.

import { useEffect, useRef, useState } from "preact/hooks";
import { askIfConnected, type Ask } from "../commands";
import type { Answer, Question } from "../types";
import { noConnection } from "./store";

export interface Answered<A> {
  /** stays while it is asked anew */
  answer: A | null;
  /** it is about what there is now */
  current: boolean;
  problem: string | null;
  asking: boolean;
  again: () => void;
}

interface Source<A> {
  ask: Ask;
  connected: boolean;
  /** null: there is nothing to ask */
  question: Question | null;
  /** another one: the answer to the question before says nothing any more */
  subject: string;
  /** another one: what is shown may be old, and it is asked again */
  state?: string;
  answerOf: (answer: Answer) => A | null;
}

interface Kept<A> {
  subject: string;
  /** in which it was when the answer came */
  state: string | null;
  answer: A | null;
  problem: string | null;
  asking: boolean;
}

export function useAnswer<A>(source: Source<A>): Answered<A> {
  const { ask, connected, question, subject, state = "", answerOf } = source;
  const none: Kept<A> = { subject, state: null, answer: null, problem: null, asking: false };
  const [kept, setKept] = useState(none);
  const turn = useRef(0);

  async function askNow() {
    if (!question) return;
    const mine = ++turn.current;
    const take = (change: Partial<Kept<A>>) => {
      if (mine !== turn.current) return;
      setKept((before) => ({ ...(before.subject === subject ? before : none), ...change }));
    };
    take({ asking: true, problem: null });
    const answer = await askIfConnected(ask, question);
    const found = answer && answerOf(answer);
    if (found) take({ answer: found, state, asking: false });
    else {
      const problem = answer?.type === "refused" ? answer.text : noConnection;
      take({ problem, asking: false });
    }
  }

  useEffect(() => {
    turn.current++;
    if (connected) void askNow();
  }, [subject, state, connected]);
  useEffect(() => () => void turn.current++, []);

  const { answer, problem, asking, ...of } = kept.subject === subject ? kept : none;
  return { answer, current: of.state === state, problem, asking, again: () => void askNow() };
}
