// Cuts a text into pieces, marked and unmarked, from the spans that the server sends.

import type { Span } from "../types";

export interface Piece {
  text: string;
  marked: boolean;
}

/** True between the two halves of a character outside the basic plane. */
function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return (before & 0xfc00) === 0xd800 && (after & 0xfc00) === 0xdc00;
}

/** The pieces joined are always the text: a span that doesn't fit is clipped, never trusted. */
export function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const clip = (at: number) => Math.min(Math.max(0, Math.trunc(at)), text.length);
  const sorted = spans
    .map(([start, end]): Span => [clip(start), clip(end)])
    .map(([start, end]): Span => [
      splitsPair(text, start) ? start - 1 : start,
      splitsPair(text, end) ? end + 1 : end,
    ])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);

  const pieces: Piece[] = [];
  let done = 0;
  for (const [start, end] of sorted) {
    if (end <= done) continue;
    const from = Math.max(start, done);
    const previous = pieces[pieces.length - 1];
    if (from > done) pieces.push({ text: text.slice(done, from), marked: false });
    if (from === done && previous?.marked) previous.text += text.slice(from, end);
    else pieces.push({ text: text.slice(from, end), marked: true });
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), marked: false });
  return pieces;
}
