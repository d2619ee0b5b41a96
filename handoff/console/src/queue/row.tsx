// One case in a list.

import { useContext } from "preact/hooks";
import { CaseTags } from "../parts/tags";
import { Age, Handle, Now } from "../parts/words";
import type { Case } from "../types";
import { caseLine, isoTime, leftWords, outcomeWords, ownerWords, reasonWords } from "../words";

interface CaseSummaryProps {
  one: Case;
  staffId: number | undefined;
  /** the list has cases of several accounts */
  several: boolean;
  /** a note that they haven't seen names this person */
  named?: boolean;
  /** who else looks or writes, in words */
  presence?: string;
}

export interface CaseRowProps extends CaseSummaryProps {
  selected?: boolean;
  /** missing: can't be selected */
  onSelect?: ((selected: boolean) => void) | undefined;
}

export function CaseRow(props: CaseRowProps) {
  const { one, selected = false, onSelect } = props;
  const urgent = one.sensitive && one.state !== "closed";
  return (
    <li
      class={urgent ? "ks-row ks-row--urgent" : "ks-row"}
      data-testid="case-row"
      data-case-id={one.id}
    >
      {onSelect && (
        <div class="govuk-checkboxes govuk-checkboxes--small ks-row__select">
          <div class="govuk-checkboxes__item">
            <input
              class="govuk-checkboxes__input"
              id={`select-${one.id}`}
              type="checkbox"
              checked={selected}
              onChange={(event) => onSelect(event.currentTarget.checked)}
              data-testid="select"
            />
            <label class="govuk-label govuk-checkboxes__label" for={`select-${one.id}`}>
              <span class="govuk-visually-hidden">
                Select case {one.id}, {caseLine(one).title}
              </span>
            </label>
          </div>
        </div>
      )}
      <CaseSummary {...props} />
    </li>
  );
}

/** What a list says of a case. */
export function CaseSummary(props: CaseSummaryProps) {
  const { one, named = false } = props;
  const { title, own, rest } = caseLine(one);
  return (
    <>
      <div class="ks-row__what">
        <h2 class="govuk-heading-s ks-row__title">
          <a
            class={`govuk-link ks-row__link ${own ? "ks-words" : ""}`}
            dir={own ? "auto" : undefined}
            href={`#/case/${one.id}`}
          >
            {title}
            <span class="govuk-visually-hidden">, case {one.id}</span>
          </a>
          <CaseTags one={one} named={named} />
        </h2>
        {rest && (
          <p
            class={`govuk-body ks-row__rest ${one.gone ? "ks-quiet" : "ks-words"}`}
            dir={one.gone ? undefined : "auto"}
          >
            {rest}
          </p>
        )}
        <CaseFacts {...props} reason={own} />
      </div>
      <CaseStanding {...props} />
    </>
  );
}

/** Why it is here, whose words they are, and since when. */
function CaseFacts({ one, several, reason }: CaseSummaryProps & { reason: boolean }) {
  const closed = one.state === "closed";
  return (
    <ul class="ks-facts">
      {reason && <li class="ks-row__reason">{reasonWords(one.reason)}</li>}
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
        {closed ? (
          <>
            closed <Age from={one.changed_at} /> ago
          </>
        ) : (
          <Age from={one.opened_at} what="waiting" />
        )}
      </li>
      {one.team && <li>For {one.team}</li>}
      {one.acknowledged && !closed && <li>Acknowledged</li>}
    </ul>
  );
}

/** How it stands: how much time there is, who has it, who looks at it. */
function CaseStanding({ one, staffId, presence }: CaseSummaryProps) {
  const closed = one.state === "closed";
  return (
    <ul class="ks-facts ks-row__standing">
      {!closed && one.due_at !== null && (
        <li>
          <TimeLeft due={one.due_at} />
        </li>
      )}
      {closed ? (
        <li>{one.outcome ? outcomeWords(one.outcome) : "Closed"}</li>
      ) : (
        <li class={one.owner || one.elsewhere ? undefined : "ks-row__nobody"}>
          {ownerWords(one, staffId)}
        </li>
      )}
      {presence && (
        <li class="ks-row__presence" data-testid="presence">
          {presence}
        </li>
      )}
    </ul>
  );
}

function TimeLeft({ due }: { due: number }) {
  const now = useContext(Now);
  return (
    <time
      class={due < now ? "ks-row__over" : undefined}
      dateTime={isoTime(due)}
      data-testid="time-left"
    >
      {leftWords(due, now)}
    </time>
  );
}
