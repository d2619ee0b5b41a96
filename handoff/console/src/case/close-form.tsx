import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import type { Outcome } from "../types";
import { nameWords, outcomeChoices } from "../words";

export interface CloseFormProps {
  departments: readonly string[];
  busy: boolean;
  problem: string | null;
  first: RefObject<HTMLSelectElement>;
  onInvalid: (text: string) => void;
  /** `department` is null for nobody in particular */
  onClose: (outcome: Outcome, department: string | null) => void;
}

export function CloseForm(props: CloseFormProps) {
  const { departments, busy, problem, first, onInvalid, onClose } = props;
  const [outcome, setOutcome] = useState<Outcome | "">("");
  const [department, setDepartment] = useState("");

  function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (outcome) onClose(outcome, department || null);
    else onInvalid("Choose how it ended.");
  }

  return (
    <form class="ks-close" onSubmit={submit} noValidate>
      <h2 class="govuk-heading-m">Close the case</h2>
      {problem && <Problem title="The case is still open" text={problem} />}
      <div class="govuk-form-group">
        <label class="govuk-label" for="outcome">
          How did it end?
        </label>
        <select
          class="govuk-select ks-close__choice"
          id="outcome"
          name="outcome"
          ref={first}
          value={outcome}
          onChange={(event) => setOutcome(event.currentTarget.value as Outcome | "")}
          data-testid="outcome"
        >
          <option value="">Choose one</option>
          {outcomeChoices.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </div>
      {departments.length > 0 && (
        <div class="govuk-form-group">
          <label class="govuk-label" for="department">
            Who should hear of it?
          </label>
          <select
            class="govuk-select ks-close__choice"
            id="department"
            name="department"
            value={department}
            onChange={(event) => setDepartment(event.currentTarget.value)}
            data-testid="department-choice"
          >
            <option value="">Nobody in particular</option>
            {departments.map((name) => (
              <option key={name} value={name}>
                {nameWords(name)}
              </option>
            ))}
          </select>
        </div>
      )}
      <button
        type="submit"
        class="govuk-button govuk-button--secondary"
        aria-disabled={busy}
        data-testid="close-case"
      >
        Close the case
      </button>
    </form>
  );
}
