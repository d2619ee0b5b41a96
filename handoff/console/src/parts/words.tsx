// Small pieces of text that need care: people's own names and words, and times. What residents
// wrote only ever becomes text nodes, kept apart from the direction of what's around.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { piecesOf } from "../case/marks";
import type { Seconds, Span } from "../types";
import { ageWords, atHandle, isoTime, timeWords } from "../words";

/** The server's time, moved on every few seconds. */
export const Now = createContext<Seconds>(0);

export function Handle({ handle }: { handle: string }) {
  return <bdi class="ks-handle">{atHandle(handle)}</bdi>;
}

export function Age({ from, what }: { from: Seconds; what?: string }) {
  const now = useContext(Now);
  return (
    <time dateTime={isoTime(from)} title={timeWords(from, now)}>
      {what && `${what} `}
      {ageWords(from, now)}
    </time>
  );
}

export function At({ at }: { at: Seconds }) {
  const now = useContext(Now);
  return <time dateTime={isoTime(at)}>{timeWords(at, now)}</time>;
}

export function TheirWords({ text, spans = [] }: { text: string; spans?: Span[] }) {
  return (
    <p class="govuk-body ks-words" dir="auto">
      {piecesOf(text, spans).map((piece, i) =>
        piece.marked ? <mark key={i}>{piece.text}</mark> : piece.text,
      )}
    </p>
  );
}
