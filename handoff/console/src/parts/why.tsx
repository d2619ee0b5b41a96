// Which rules a message met, and on which of its words.

import type { Span, Why } from "../types";

export function spansOf(why: readonly Why[]): Span[] {
  return why.flatMap((one) => one.spans ?? []);
}

export function WhyList({ why }: { why: readonly Why[] }) {
  if (why.length === 0) return <p class="govuk-body-s">No rule matched.</p>;
  return (
    <ul class="govuk-list govuk-list--bullet ks-why">
      {why.map((one, i) => (
        <li key={i}>
          Matched rule <code class="ks-code">{one.rule}</code>
          {one.words.length > 0 && (
            <>
              {" on the words "}
              {one.words.map((word, w) => (
                <span key={w}>
                  {w > 0 && ", "}
                  <bdi>“{word}”</bdi>
                </span>
              ))}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
