import { useEffect, useReducer, useRef } from "preact/hooks";
import type { Ask } from "../commands";
import { LostError } from "../feed";
import type { Answer, Question } from "../types";
import { noPages, reducePages, type Key, type Page, type Pages, type PagesAction } from "./pages";

const unreachable = "There's no connection to Kerbside just now. Try again once we're connected.";

export interface UsedPages<T> extends Pages<T> {
  more: () => void;
  refresh: () => void;
  remove: (key: Key) => void;
}

interface Source<T> {
  ask: Ask;
  connected: boolean;
  /** so often everything was fetched again: what is shown may be old each time */
  resets: number;
  /** null: there is nothing to ask; when it becomes another, all begins again */
  question: ((before: string | null) => Question) | null;
  which: string;
  pageOf: (answer: Answer) => Page<T> | null;
  keyOf: (item: T) => Key;
}

/** The pages of what `question` asks for: the first as soon as we're connected, the others on demand. */
export function usePages<T>(source: Source<T>): UsedPages<T> {
  const { ask, connected, resets, question, which, pageOf, keyOf } = source;
  const [pages, dispatch] = useReducer<Pages<T>, PagesAction<T>>(
    (before, action) => reducePages(before, action, keyOf),
    noPages,
  );
  const turn = useRef(0);

  async function fetchPage(before: string | null) {
    if (!question) return;
    const mine = ++turn.current;
    const take = (action: PagesAction<T>) => {
      if (mine === turn.current) dispatch(action);
    };
    dispatch({ type: "asked" });
    try {
      const answer = await ask(question(before));
      const page = pageOf(answer);
      if (page) take({ type: "came", page, first: before === null });
      else take({ type: "failed", text: answer.type === "refused" ? answer.text : unreachable });
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      take({ type: "failed", text: unreachable });
    }
  }

  useEffect(() => {
    turn.current++;
    dispatch({ type: "emptied" });
  }, [which]);
  useEffect(() => {
    if (connected) void fetchPage(null);
  }, [which, connected, resets]);
  useEffect(() => () => void turn.current++, []);

  return {
    ...pages,
    more: () => void (pages.next !== null && !pages.asking && fetchPage(pages.next)),
    refresh: () => void fetchPage(null),
    remove: (key) => dispatch({ type: "removed", key }),
  };
}
