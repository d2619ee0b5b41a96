// What can be done with all the cases that are selected.

import { useRef, useState } from "preact/hooks";
import type { Ask } from "../commands";
import { CaseTitle } from "../parts/words";
import type { State } from "../state";
import type { Case, Outcome } from "../types";
import { casesWords, nameWords, outcomeChoices } from "../words";
import { forEachCase, resultWords, runEach, type EachAction, type EachResult } from "./each";

export interface BulkActionsProps {
  /** that are selected, as they are now */
  cases: readonly Case[];
  state: State;
  ask: Ask;
  announce: (text: string) => void;
  onSelect: (ids: number[]) => void;
}

const actions = [
  ["claim", "Claim them"],
  ["release", "Put them back in the queue"],
  ["pass", "Send them to a team"],
  ["mute", "Mute them: no more alerts, last in the queue"],
  ["unmute", "Don't mute them any more"],
  ["close", "Close them"],
  ["many", "Write one message to all of them"],
] as const;
type ActionName = (typeof actions)[number][0];

const rightFor: Record<ActionName, string> = {
  claim: "claim",
  release: "release",
  pass: "pass",
  mute: "mute",
  unmute: "mute",
  close: "close",
  many: "bulk",
};

function actionOf(name: ActionName, team: string, outcome: string): EachAction | null {
  switch (name) {
    case "claim":
    case "release":
      return { type: name };
    case "mute":
    case "unmute":
      return { type: "mute", muted: name === "mute" };
    case "pass":
      return team ? { type: "pass", team } : null;
    case "close":
      return outcome ? { type: "close", outcome: outcome as Outcome } : null;
    case "many":
      return null;
  }
}

export function BulkActions({ cases, state, ask, announce, onSelect }: BulkActionsProps) {
  const [name, setName] = useState<ActionName | "">("");
  const [team, setTeam] = useState("");
  const [outcome, setOutcome] = useState("");
  const [missing, setMissing] = useState<string | null>(null);
  const [progress, setProgress] = useState<string | null>(null);
  const [report, setReport] = useState<{ text: string; result: EachResult } | null>(null);
  const status = useRef<HTMLDivElement>(null);

  async function submit(event: Event) {
    event.preventDefault();
    const { staff } = state;
    if (progress || !staff) return;
    if (name === "many") {
      location.hash = "#/many";
      return;
    }
    const action = name && actionOf(name, team, outcome);
    if (!action) {
      setMissing(name ? "Choose which." : "Choose what to do with them.");
      return;
    }
    setMissing(null);
    setReport(null);
    const all = casesWords(cases.length);
    setProgress(`0 of ${all}`);
    const result = await forEachCase(
      cases,
      (one) => runEach(ask, action, one, staff),
      (done) => setProgress(`${done} of ${all}`),
    );
    setProgress(null);
    const text = resultWords(action, result);
    setReport({ text, result });
    announce(text);
    onSelect(result.failed.map(({ one }) => one.id));
    if (result.failed.length === 0) setName("");
    status.current?.focus();
  }

  function selectNone() {
    onSelect([]);
    document.getElementById("select-all")?.focus();
  }

  return (
    <>
      <div tabIndex={-1} ref={status} class="ks-bulk__report">
        {report && <Report {...report} />}
      </div>
      {cases.length > 0 && (
        <form class="ks-bulk" onSubmit={submit} noValidate data-testid="bulk">
          <h2 class="govuk-heading-s ks-bulk__title" data-testid="selected">
            {casesWords(cases.length)} selected
          </h2>
          {missing && (
            <p class="govuk-error-message" role="alert">
              {missing}
            </p>
          )}
          <div class="ks-bulk__choices">
            <Select
              id="bulk-action"
              label="What to do with them"
              value={name}
              choices={actions.filter(([one]) => state.may.has(rightFor[one]))}
              onChange={(value) => setName(value as ActionName | "")}
            />
            {name === "pass" && (
              <Select
                id="bulk-team"
                label="Team"
                value={team}
                choices={state.desk.teams.map((one) => [one, nameWords(one)])}
                onChange={setTeam}
              />
            )}
            {name === "close" && (
              <Select
                id="bulk-outcome"
                label="How did they end?"
                value={outcome}
                choices={outcomeChoices}
                onChange={setOutcome}
              />
            )}
            <button
              type="submit"
              class="govuk-button ks-bulk__do"
              aria-disabled={progress !== null}
              data-testid="bulk-do"
            >
              {progress ?? (name === "many" ? "Go on to the message" : "Do it")}
            </button>
            <button
              type="button"
              class="govuk-button govuk-button--secondary ks-bulk__do"
              onClick={selectNone}
              data-testid="select-none"
            >
              Select none
            </button>
          </div>
        </form>
      )}
    </>
  );
}

function Report({ text, result }: { text: string; result: EachResult }) {
  return (
    <div class="govuk-inset-text" data-testid="bulk-report">
      <p class="govuk-body">{text}</p>
      {result.failed.length > 0 && (
        <ul class="govuk-list govuk-list--bullet">
          {result.failed.map(({ one, text: why }) => (
            <li key={one.id}>
              <a class="govuk-link" href={`#/case/${one.id}`}>
                Case {one.id}, <CaseTitle one={one} />
              </a>
              : {why}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface SelectProps {
  id: string;
  label: string;
  value: string;
  choices: readonly (readonly [value: string, words: string])[];
  onChange: (value: string) => void;
}

function Select({ id, label, value, choices, onChange }: SelectProps) {
  return (
    <div class="ks-bulk__one">
      <label class="govuk-label" for={id}>
        {label}
      </label>
      <select
        class="govuk-select"
        id={id}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-testid={id}
      >
        <option value="">Choose one</option>
        {choices.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
