// Small pieces of text that need care: people's own names and words, and times. What residents
// wrote only ever becomes text nodes, kept apart from the direction of what's around.

import { createContext, type ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { piecesOf } from "../case/marks";
import type { Case, Seconds, Span } from "../types";
import { ageWords, atHandle, caseLine, isoTime, timeWords } from "../words";

/** The server's time, moved on every few seconds. */
export const Now = createContext<Seconds>(0);

/** By how many seconds the server's clock is ahead of this laptop's. */
export const ClockAhead = createContext(0);

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

/** By what a case is told from others, within a sentence or a list. */
export function CaseTitle({ one }: { one: Case }) {
  const { title, own } = caseLine(one);
  return own ? <bdi class="ks-words">{title}</bdi> : <>{title}</>;
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

interface WordsOrProps {
  /** a sentence why they aren't here, or null */
  instead: string | null;
  children: ComponentChildren;
}

/** What was said, or why it isn't here. */
export function WordsOr({ instead, children }: WordsOrProps) {
  if (instead === null) return <>{children}</>;
  return (
    <p class="govuk-body ks-quiet" data-testid="no-words">
      {instead}
    </p>
  );
}

/** Only an address on the web is a link: whatever else came, it isn't ours to open. */
export function webAddress(url: string | null): string | null {
  return url && /^https:\/\//.test(url) ? url : null;
}

export function OnX({ url }: { url: string | null }) {
  const address = webAddress(url);
  if (!address) return null;
  return (
    <p class="govuk-body-s ks-on-x">
      <a class="govuk-link" href={address} target="_blank" rel="noreferrer noopener">
        View on X<span class="govuk-visually-hidden"> (opens in a new tab)</span>
      </a>
    </p>
  );
}
