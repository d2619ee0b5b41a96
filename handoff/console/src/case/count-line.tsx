// What stands under a box in which a reply is written: how long it is, and what to look at again.

import type { Warning } from "../types";
import { warningWords } from "../words";
import { countWords, type Count } from "./counter";

export interface CountLineProps {
  id: string;
  count: Pick<Count, "weight" | "limit"> | null;
  /** as long as it isn't counted */
  limit: number;
  /** too many, where that keeps it from being sent */
  over: number;
}

export function CountLine({ id, count, limit, over }: CountLineProps) {
  return (
    <>
      <p
        class={over > 0 ? "govuk-error-message ks-count" : "govuk-hint ks-count"}
        id={id}
        data-testid="reply-count"
      >
        {countWords(count, limit)}
      </p>
      <p class="govuk-visually-hidden" aria-live="polite">
        {over > 0 ? "Too long to send." : ""}
      </p>
    </>
  );
}

/** Read out as each comes, and never in the way of sending. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  return (
    <ul
      class="govuk-list ks-warnings"
      aria-live="polite"
      aria-relevant="additions"
      data-testid="reply-warnings"
    >
      {warnings.map((one) => (
        <li key={`${one.kind} ${one.words}`}>{warningWords(one)}</li>
      ))}
    </ul>
  );
}
