// What stands beside the conversation: what this resident wrote before, and what happened here.

import { At } from "../parts/words";
import type { CaseFrame, EarlierCase, HistoryEntry } from "../types";
import { historyDetail, kindWords, outcomeWords, reasonWords, referenceWords } from "../words";

export function Earlier({ earlier, prefix }: Pick<CaseFrame, "earlier"> & { prefix: string }) {
  return (
    <section class="ks-aside" aria-labelledby="earlier" data-testid="earlier">
      <h2 class="govuk-heading-m" id="earlier">
        Earlier contacts
      </h2>
      {earlier.length === 0 && <p class="govuk-body-s">None that are still kept.</p>}
      <ul class="govuk-list ks-aside__list">
        {earlier.map((one) => (
          <EarlierItem key={one.id} one={one} prefix={prefix} />
        ))}
      </ul>
    </section>
  );
}

function EarlierItem({ one, prefix }: { one: EarlierCase; prefix: string }) {
  return (
    <li>
      <a class="govuk-link" href={`#/case/${one.id}`}>
        {reasonWords(one.reason)}
        <span class="govuk-visually-hidden">, case {one.id}</span>
      </a>
      <span class="ks-quiet ks-aside__line">
        <At at={one.opened_at} />
        {one.reference && `, ${referenceWords(prefix, one.reference)}`}
        {", "}
        {one.state === "closed"
          ? one.outcome
            ? outcomeWords(one.outcome)
            : "closed"
          : "not closed yet"}
      </span>
      <span class="ks-words ks-aside__line" dir="auto">
        {one.summary}
      </span>
    </li>
  );
}

export function History({ history }: Pick<CaseFrame, "history">) {
  return (
    <details class="govuk-details ks-history" data-testid="history">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">History of this case</span>
      </summary>
      <ol class="govuk-list govuk-details__text ks-aside__list">
        {history.map((entry) => (
          <HistoryItem key={entry.seq} entry={entry} />
        ))}
      </ol>
    </details>
  );
}

function HistoryItem({ entry }: { entry: HistoryEntry }) {
  const detail = historyDetail(entry);
  return (
    <li>
      <strong>{kindWords(entry.kind)}</strong>
      {entry.by && ` by ${entry.by}`}
      <span class="ks-quiet ks-aside__line">
        <At at={entry.at} />
      </span>
      {detail && (
        <span class="ks-words ks-aside__line" dir="auto">
          {detail}
        </span>
      )}
    </li>
  );
}
