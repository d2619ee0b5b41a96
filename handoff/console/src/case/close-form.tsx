import { useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import type { Outcome } from "../types";
import { outcomeChoices } from "../words";

export interface CloseFormProps {
  busy: boolean;
  problem: string | null;
  onInvalid: (text: string) => void;
  onClose: (outcome: Outcome) => void;
}

export function CloseForm({ busy, problem, onInvalid, onClose }: CloseFormProps) {
  const [outcome, setOutcome] = useState<Outcome | "">("");

  function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (outcome) onClose(outcome);
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
          class="govuk-select ks-close__outcome"
          id="outcome"
          name="outcome"
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
