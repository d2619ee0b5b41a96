// Lists of cases: the queue, mine, and those closed lately. One row is one case.

import { Age, Handle } from "../parts/words";
import type { Case } from "../types";
import { outcomeWords, ownerWords, reasonWords, summaryWords } from "../words";

export interface CaseListProps {
  title: string;
  cases: Case[];
  /** false until the server has said what there is */
  loaded: boolean;
  empty: string;
  staffId: number | undefined;
  testId: string;
}

export function CaseList({ title, cases, loaded, empty, staffId, testId }: CaseListProps) {
  const several = new Set(cases.map((one) => one.account)).size > 1;
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        {title}
      </h1>
      {cases.length === 0 && <p class="govuk-body">{loaded ? empty : "Fetching the cases…"}</p>}
      <ol class="ks-rows" data-testid={testId}>
        {cases.map((one) => (
          <CaseRow key={one.id} one={one} staffId={staffId} several={several} />
        ))}
      </ol>
    </>
  );
}

interface CaseRowProps {
  one: Case;
  staffId: number | undefined;
  /** the list has cases of several accounts */
  several: boolean;
}

function CaseRow({ one, staffId, several }: CaseRowProps) {
  const urgent = one.sensitive && one.state !== "closed";
  return (
    <li
      class={urgent ? "ks-row ks-row--urgent" : "ks-row"}
      data-testid="case-row"
      data-case-id={one.id}
    >
      <div class="ks-row__what">
        <h2 class="govuk-heading-s ks-row__title">
          <a class="govuk-link ks-row__link" href={`#/case/${one.id}`}>
            {reasonWords(one.reason)}
            <span class="govuk-visually-hidden">, case {one.id}</span>
          </a>
          {urgent && <UrgentTag />}
          {one.private && <PrivateTag />}
          {one.failed_replies > 0 && (
            <strong class="govuk-tag govuk-tag--orange" data-testid="failed-reply">
              Reply not sent
            </strong>
          )}
        </h2>
        <p
          class={`govuk-body ks-row__summary ${one.gone ? "ks-quiet" : "ks-words"}`}
          dir={one.gone ? undefined : "auto"}
        >
          {summaryWords(one)}
        </p>
      </div>
      <ul class="ks-facts ks-row__facts">
        <li>
          <Handle handle={one.resident.handle} />
          {one.messages > 1 && `, ${one.messages} messages`}
        </li>
        {several && (
          <li>
            to <Handle handle={one.account} />
          </li>
        )}
        <li>
          {one.state === "closed" ? (
            <>
              closed <Age from={one.changed_at} /> ago
            </>
          ) : (
            <Age from={one.opened_at} what="waiting" />
          )}
        </li>
        {one.state === "closed" ? (
          <li>{one.outcome ? outcomeWords(one.outcome) : "Closed"}</li>
        ) : (
          <li class={one.owner || one.elsewhere ? undefined : "ks-row__nobody"}>{ownerWords(one, staffId)}</li>
        )}
        {one.acknowledged && one.state !== "closed" && <li>Acknowledged</li>}
      </ul>
    </li>
  );
}

export function UrgentTag() {
  return (
    <strong class="govuk-tag ks-tag--urgent" data-testid="urgent">
      Urgent
    </strong>
  );
}

export function PrivateTag() {
  return (
    <strong class="govuk-tag govuk-tag--purple" data-testid="private">
      Direct message
    </strong>
  );
}
