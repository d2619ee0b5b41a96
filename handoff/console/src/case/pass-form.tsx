// Sends a case to another team or to a colleague, with a word.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import type { Colleague } from "../types";
import { nameWords } from "../words";

export interface PassTarget {
  team?: string;
  to?: number;
}

export interface PassFormProps {
  teams: readonly string[];
  colleagues: readonly Colleague[];
  busy: boolean;
  problem: string | null;
  onInvalid: (text: string) => void;
  onPass: (target: PassTarget, text: string) => void;
  onCancel: () => void;
}

export function PassForm(props: PassFormProps) {
  const { teams, colleagues, busy, problem, onInvalid, onPass, onCancel } = props;
  const [target, setTarget] = useState("");
  const [text, setText] = useState("");
  const first = useRef<HTMLSelectElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);

  function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    const [kind, ...rest] = target.split(":");
    const name = rest.join(":");
    if (kind === "team") onPass({ team: name }, text.trim());
    else if (kind === "to") onPass({ to: Number(name) }, text.trim());
    else onInvalid("Choose who should have it.");
  }

  return (
    <form class="ks-pass" onSubmit={submit} noValidate data-testid="pass-form">
      {problem && <Problem title="The case is still where it was" text={problem} />}
      <div class="govuk-form-group">
        <label class="govuk-label" for="pass-target">
          Who should have it?
        </label>
        <select
          class="govuk-select ks-close__choice"
          id="pass-target"
          ref={first}
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
          data-testid="pass-target"
        >
          <option value="">Choose one</option>
          {teams.length > 0 && (
            <optgroup label="A team: it goes to the queue">
              {teams.map((team) => (
                <option key={team} value={`team:${team}`}>
                  {nameWords(team)}
                </option>
              ))}
            </optgroup>
          )}
          {colleagues.length > 0 && (
            <optgroup label="A colleague: they have it then">
              {colleagues.map(({ id, name, on }) => (
                <option key={id} value={`to:${id}`}>
                  {on ? `${name} (at the desk)` : name}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </div>
      <div class="govuk-form-group">
        <label class="govuk-label" for="pass-text">
          A word with it (you can leave this out)
        </label>
        <p class="govuk-hint" id="pass-hint">
          It becomes a note, which only staff see.
        </p>
        <textarea
          class="govuk-textarea"
          id="pass-text"
          rows={2}
          value={text}
          aria-describedby="pass-hint"
          onInput={(event) => setText(event.currentTarget.value)}
          data-testid="pass-text"
        />
      </div>
      <div class="govuk-button-group">
        <button type="submit" class="govuk-button" aria-disabled={busy} data-testid="pass-send">
          Send it on
        </button>
        <button type="button" class="ks-plain-button" onClick={onCancel}>
          Leave it here
        </button>
      </div>
    </form>
  );
}
