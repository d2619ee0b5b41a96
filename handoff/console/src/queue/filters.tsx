// The choices above the queue.

import { useRef, useState } from "preact/hooks";
import type { Case } from "../types";
import { casesWords, nameWords, reasonWords } from "../words";
import { filtersCount, type Filter, type FilterName } from "./filter";

type Choice = [value: string, words: string];

export interface FiltersProps {
  filter: Filter;
  /** of the whole list: what there is to choose from */
  cases: readonly Case[];
  teams: readonly string[];
  accounts: readonly string[];
  /** how many the list has, and how many are shown of them */
  shown: number;
  onChange: (filter: Filter) => void;
}

function named(values: Iterable<string>): Choice[] {
  return [...new Set(values)].sort().map((value) => [value, nameWords(value)]);
}

/** What was chosen stays a choice, even when the last case of its kind has gone. */
function withChosen(choices: Choice[], chosen: string | undefined, words = (v: string) => v) {
  if (!chosen || choices.some(([value]) => value === chosen)) return choices;
  return [...choices, [chosen, words(chosen)] satisfies Choice];
}

export function Filters({ filter, cases, teams, accounts, shown, onChange }: FiltersProps) {
  const reasons = [...new Set(cases.map((one) => one.reason))]
    .map((reason): Choice => [reason, reasonWords(reason)])
    .sort(([, a], [, b]) => a.localeCompare(b, "en-GB"));
  const chosen = filtersCount(filter);
  const [openAtFirst] = useState(chosen > 0); // from then on it is as its reader leaves it
  const summary = useRef<HTMLElement>(null);
  function clear() {
    onChange({});
    summary.current?.focus();
  }
  const choose = (name: FilterName, value: string) => onChange({ ...filter, [name]: value });
  const common = { filter, onChoose: choose };
  return (
    <details class="govuk-details ks-filters" open={openAtFirst} data-testid="filters">
      <summary class="govuk-details__summary" ref={summary}>
        <span class="govuk-details__summary-text">
          Filter{chosen > 0 && `: ${casesWords(shown)} of ${cases.length}`}
        </span>
      </summary>
      <form class="ks-filters__form" onSubmit={(event) => event.preventDefault()}>
        <FilterSelect
          {...common}
          name="whose"
          label="Whose"
          all="Everybody's"
          choices={[
            ["nobody", "Nobody's yet"],
            ["mine", "Mine"],
          ]}
        />
        <FilterSelect
          {...common}
          name="due"
          label="Time to answer"
          all="Any"
          choices={[
            ["soon", "Up within the hour"],
            ["over", "Already up"],
          ]}
        />
        <FilterSelect
          {...common}
          name="reason"
          label="Reason"
          all="Every reason"
          choices={withChosen(reasons, filter.reason, reasonWords)}
        />
        <FilterSelect
          {...common}
          name="team"
          label="Team"
          all="Every team"
          choices={withChosen(
            named([...teams, ...cases.flatMap((c) => c.team ?? [])]),
            filter.team,
            nameWords,
          )}
        />
        {(accounts.length > 1 || filter.account) && (
          <FilterSelect
            {...common}
            name="account"
            label="Account"
            all="Every account"
            choices={withChosen(
              [...accounts].map((value): Choice => [value, `@${value}`]),
              filter.account,
            )}
          />
        )}
        {chosen > 0 && (
          <button
            type="button"
            class="govuk-button govuk-button--secondary ks-filters__clear"
            onClick={clear}
            data-testid="clear-filters"
          >
            Clear filters
          </button>
        )}
      </form>
    </details>
  );
}

interface FilterSelectProps {
  name: FilterName;
  label: string;
  all: string;
  choices: Choice[];
  filter: Filter;
  onChoose: (name: FilterName, value: string) => void;
}

function FilterSelect({ name, label, all, choices, filter, onChoose }: FilterSelectProps) {
  return (
    <div class="ks-filters__one">
      <label class="govuk-label" for={`filter-${name}`}>
        {label}
      </label>
      <select
        class="govuk-select"
        id={`filter-${name}`}
        value={filter[name] ?? ""}
        onChange={(event) => onChoose(name, event.currentTarget.value)}
        data-testid={`filter-${name}`}
      >
        <option value="">{all}</option>
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
