// Which rules a message met, and on which of its words.

import type { Span, Why } from "../types";

export function spansOf(why: readonly Why[]): Span[] {
  return why.flatMap((one) => one.spans ?? []);
}

/** How the server calls it when no rule of the knowledge base decided, but the model beside them. */
const secondOpinion = "second opinion";

interface WhyListProps {
  why: readonly Why[];
  /** what the message was taken for, where that isn't said around it */
  taken?: string;
}

export function WhyList({ why, taken }: WhyListProps) {
  if (why.length === 0) return <p class="govuk-body-s">No rule matched.</p>;
  return (
    <ul class="govuk-list govuk-list--bullet ks-why">
      {why.map((one, i) => (
        <li key={i}>
          {one.rule === secondOpinion ? (
            `Kerbside's second opinion ${taken ? `took it for ${taken}` : "says so"}`
          ) : one.title ? (
            <>
              Matched <strong>{one.title}</strong>
            </>
          ) : (
            <>
              Matched rule <code class="ks-code">{one.rule}</code>
            </>
          )}
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
