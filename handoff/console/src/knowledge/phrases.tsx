// Phrases in plain words, and what each became.

import type { KbPhrase } from "../types";
import { LinesBox, type BoxProps } from "./boxes";
import { itemHref } from "./place";

interface PhrasesBoxProps extends BoxProps {
  lines: readonly string[];
  /** in their order; null: not known of the phrases as they are now */
  became: readonly KbPhrase[];
  onLines: (lines: string[]) => void;
  onTakeOver: (phrase: KbPhrase) => void;
}

export function PhrasesBox({ lines, became, onLines, onTakeOver, ...box }: PhrasesBoxProps) {
  const current = became.filter(({ phrase }) => lines.includes(phrase));
  return (
    <>
      <LinesBox {...box} lines={lines} onLines={onLines} />
      {current.length > 0 && (
        <>
          <h3 class="govuk-heading-s ks-kb-small" id={`${box.id}-became`}>
            What each became
          </h3>
          <ul
            class="ks-kb-phrases"
            aria-labelledby={`${box.id}-became`}
            data-testid="phrases-became"
          >
            {current.map((one, i) => (
              <li key={i}>
                <Chips phrase={one} />
                {one.pcre !== "" && !one.enough && (
                  <span class="govuk-body-s ks-kb-worth" data-testid="not-enough">
                    {" "}
                    Too little to decide by itself: add a word, or such messages go to a person
                    unless more speaks for it.
                  </span>
                )}
              </li>
            ))}
          </ul>
          <details class="govuk-details">
            <summary class="govuk-details__summary">
              <span class="govuk-details__summary-text">
                Their patterns, for who knows regular expressions
              </span>
            </summary>
            <ul class="govuk-list">
              {current.map((one, i) => (
                <li class="ks-kb-one" key={i}>
                  {one.phrase}
                  <br />
                  <code class="ks-code">{one.pcre}</code> ({one.weight})
                  <br />
                  <button type="button" class="ks-link-button" onClick={() => onTakeOver(one)}>
                    Take over by hand
                    <span class="govuk-visually-hidden">: {one.phrase}</span>
                  </button>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </>
  );
}

/** A term says its words in all the ways that people do; other words stand for themselves. */
function Chips({ phrase }: { phrase: KbPhrase }) {
  return (
    <>
      {phrase.words.map(({ text, term }, i) => (
        <span key={i}>
          {i > 0 && " + "}
          {term ? (
            <a
              class="ks-kb-chip ks-kb-chip--term"
              href={itemHref({ kind: "term", item: term })}
              title={`Any way to say “${term}”`}
            >
              {text}
              <span class="govuk-visually-hidden"> (any way to say “{term}”)</span>
            </a>
          ) : (
            <span class="ks-kb-chip">{text}</span>
          )}
        </span>
      ))}
    </>
  );
}
