// The boxes in which an item's fields are filled in. Each writes the value as it is at the moment:
// whether it is right is for `kb_check` to say.

import { useId, useState } from "preact/hooks";
import type { KbEntry, KbWeight } from "../types";
import { linesOf, sameBody, type Pattern } from "./body";
import { localOf, momentOf, momentOfText, utcText } from "./local-time";
import type { Choice } from "./sections";

/** What every box has of what stands around it. */
export interface BoxProps {
  id: string;
  /** the ids of what describes it */
  describedBy: string | undefined;
  wrong: boolean;
}

/** Once what was changed just now is drawn: that comes before, and before the next key. */
export function focusSoon(id: string): void {
  queueMicrotask(() => document.getElementById(id)?.focus());
}

function common({ id, describedBy, wrong }: BoxProps) {
  return { id, "aria-describedby": describedBy, "aria-invalid": wrong, "data-testid": id };
}

interface LineBoxProps extends BoxProps {
  text: string;
  technical: boolean;
  suggestions: readonly string[];
  onText: (text: string) => void;
}

export function LineBox(props: LineBoxProps) {
  const { text, technical, suggestions, onText, wrong } = props;
  const list = useId();
  return (
    <>
      <input
        {...common(props)}
        class={`govuk-input ks-kb-line ${wrong ? "govuk-input--error" : ""}`}
        type="text"
        value={text}
        autocomplete="off"
        list={suggestions.length > 0 ? list : undefined}
        {...(technical && { autocapitalize: "none", spellcheck: false })}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

interface TextBoxProps extends BoxProps {
  text: string;
  rows?: number;
  technical?: boolean;
  label?: string;
  onText: (text: string) => void;
}

export function TextBox(props: TextBoxProps) {
  const { text, rows = 4, technical = false, label, onText, wrong } = props;
  const look = `${wrong ? "govuk-textarea--error" : ""} ${technical ? "ks-code" : ""}`;
  return (
    <textarea
      {...common(props)}
      class={`govuk-textarea ks-kb-text ${look}`}
      rows={rows}
      value={text}
      aria-label={label}
      {...(technical && { autocapitalize: "none", spellcheck: false })}
      onInput={(event) => onText(event.currentTarget.value)}
    />
  );
}

interface LinesBoxProps extends BoxProps {
  lines: readonly string[];
  onLines: (lines: string[]) => void;
}

const fewestRows = 3;
const mostRows = 14;

/** One a line. What was typed stays as it is while it says the same: an empty line is being begun. */
export function LinesBox({ lines, onLines, ...box }: LinesBoxProps) {
  const [typed, setTyped] = useState("");
  const text = sameBody(linesOf(typed), lines) ? typed : lines.join("\n");
  function type(now: string) {
    setTyped(now);
    onLines(linesOf(now));
  }
  const rows = Math.min(mostRows, Math.max(fewestRows, lines.length + 1));
  return <TextBox {...box} text={text} rows={rows} onText={type} />;
}

interface NumberBoxProps extends BoxProps {
  value: unknown;
  onValue: (value: number | string | undefined) => void;
}

/** What is no number is kept as it was typed, for the check to say so. */
export function NumberBox({ value, onValue, ...box }: NumberBoxProps) {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  function type(now: string) {
    const plain = now.trim();
    onValue(plain === "" ? undefined : /^\d{1,9}$/.test(plain) ? Number(plain) : now);
  }
  return (
    <input
      {...common(box)}
      class={`govuk-input govuk-input--width-4 ${box.wrong ? "govuk-input--error" : ""}`}
      type="text"
      inputMode="numeric"
      value={text}
      autocomplete="off"
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
}

interface DateBoxProps extends BoxProps {
  text: string;
  /** with the hour, by the council's clock, and kept as UTC */
  withTime: boolean;
  onText: (text: string) => void;
}

/** What was typed stays as it is while it means the same: a year of which one digit is there is one, too. */
export function DateBox({ text, withTime, onText, ...box }: DateBoxProps) {
  const [typed, setTyped] = useState("");
  const moment = withTime ? momentOfText(text) : null;
  const shown = withTime ? (moment === null ? "" : localOf(moment)) : text;
  function meant(local: string): string {
    const at = withTime ? momentOf(local) : null;
    return withTime ? (at === null ? "" : utcText(at)) : local;
  }
  function type(now: string) {
    setTyped(now);
    onText(meant(now));
  }
  return (
    <input
      {...common(box)}
      class={`govuk-input ks-kb-date ${box.wrong ? "govuk-input--error" : ""}`}
      type={withTime ? "datetime-local" : "date"}
      value={meant(typed) === text ? typed : shown}
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
}

interface ChoiceBoxProps extends BoxProps {
  value: string;
  choices: readonly Choice[];
  onValue: (value: string) => void;
}

export function ChoiceBox({ value, choices, onValue, ...box }: ChoiceBoxProps) {
  const known = choices.some(([choice]) => choice === value);
  return (
    <select
      {...common(box)}
      class={`govuk-select ks-kb-choice ${box.wrong ? "govuk-select--error" : ""}`}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      {!known && <option value={value}>{value || "Choose"}</option>}
      {choices.map(([choice, words]) => (
        <option key={choice} value={choice}>
          {words}
        </option>
      ))}
    </select>
  );
}

interface IntentsBoxProps extends BoxProps {
  chosen: readonly string[];
  intents: readonly KbEntry[];
  onChosen: (chosen: string[]) => void;
}

export function IntentsBox({ id, chosen, intents, onChosen }: IntentsBoxProps) {
  const gone = chosen.filter((one) => !intents.some(({ item }) => item === one));
  const rows = [
    ...gone.map((item): [string, string] => [item, `${item} (there's no such answer)`]),
    ...intents.map(({ item, title }): [string, string] => [item, title]),
  ];
  function toggle(item: string, on: boolean) {
    onChosen(on ? [...chosen, item] : chosen.filter((one) => one !== item));
  }
  return (
    <div class="govuk-checkboxes govuk-checkboxes--small ks-kb-intents" data-testid={id}>
      {rows.map(([item, title], i) => (
        <div class="govuk-checkboxes__item" key={item}>
          <input
            class="govuk-checkboxes__input"
            id={i === 0 ? id : `${id}-${i}`}
            type="checkbox"
            value={item}
            checked={chosen.includes(item)}
            onChange={(event) => toggle(item, event.currentTarget.checked)}
          />
          <label class="govuk-label govuk-checkboxes__label" for={i === 0 ? id : `${id}-${i}`}>
            {title}
          </label>
        </div>
      ))}
    </div>
  );
}

interface TextsBoxProps extends BoxProps {
  texts: readonly string[];
  /** "Reply" */
  one: string;
  /** null: not known of the text as it is now */
  weightOf: (index: number) => KbWeight | null;
  problemsAt: (index: number) => readonly string[];
  onTexts: (texts: string[]) => void;
}

/** A list of texts, each in a box of its own, with how long it is and how residents see it. */
export function TextsBox(props: TextsBoxProps) {
  const { id, texts, one, weightOf, problemsAt, onTexts } = props;
  const nameOf = (index: number) => (index === 0 ? id : `${id}-${index}`);

  function add() {
    onTexts([...texts, ""]);
    focusSoon(nameOf(texts.length));
  }
  function remove(index: number) {
    onTexts(texts.filter((_, i) => i !== index));
    focusSoon(nameOf(Math.max(0, index - 1)));
  }

  return (
    <>
      {texts.map((text, i) => {
        const problems = problemsAt(i);
        const name = `${one} ${i + 1}`;
        return (
          <div class="ks-kb-one" key={i}>
            <label class="govuk-label" for={nameOf(i)}>
              {name}
            </label>
            <Wrong id={`${nameOf(i)}-wrong`} problems={problems} />
            <TextBox
              id={nameOf(i)}
              text={text}
              rows={3}
              wrong={problems.length > 0}
              describedBy={
                problems.length > 0 ? `${nameOf(i)}-wrong ${nameOf(i)}-count` : `${nameOf(i)}-count`
              }
              onText={(now) => onTexts(texts.map((before, n) => (n === i ? now : before)))}
            />
            <Weight id={`${nameOf(i)}-count`} weight={weightOf(i)} what={name} />
            <button
              type="button"
              class="ks-link-button ks-kb-remove"
              onClick={() => remove(i)}
              data-testid={`${nameOf(i)}-remove`}
            >
              Remove<span class="govuk-visually-hidden"> {name.toLowerCase()}</span>
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="govuk-button govuk-button--secondary"
        id={texts.length === 0 ? id : `${id}-add`}
        onClick={add}
        data-testid={`${id}-add`}
      >
        Add {texts.length === 0 ? "a" : "another"} {one.toLowerCase()}
      </button>
    </>
  );
}

/** How X counts a text, and how a resident sees it. */
export function Weight(props: { id: string; weight: KbWeight | null; what: string }) {
  const { id, weight, what } = props;
  if (!weight) {
    return (
      <p class="govuk-hint ks-count" id={id}>
        Counted when it's saved
      </p>
    );
  }
  const over = weight.weight - weight.limit;
  return (
    <>
      <p
        class={over > 0 ? "govuk-error-message ks-count" : "govuk-hint ks-count"}
        id={id}
        data-testid={id}
      >
        {weight.weight} of {weight.limit}
        {over > 0 && `: ${over} too many`}
      </p>
      <details class="govuk-details ks-kb-preview">
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">
            As a resident sees it
            <span class="govuk-visually-hidden">: {what.toLowerCase()}</span>
          </span>
        </summary>
        <p class="govuk-body ks-words ks-kb-bubble" dir="auto">
          {weight.text}
        </p>
      </details>
    </>
  );
}

export function Wrong({ id, problems }: { id: string; problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <div id={id}>
      {problems.map((text, i) => (
        <p class="govuk-error-message ks-kb-wrong" key={i}>
          <span class="govuk-visually-hidden">Error: </span>
          {text}
        </p>
      ))}
    </div>
  );
}

interface PatternsBoxProps extends BoxProps {
  patterns: readonly Pattern[];
  weighted: boolean;
  problemsAt: (index: number) => readonly string[];
  onPatterns: (patterns: Pattern[]) => void;
}

const firstWeight = 70;

export function PatternsBox(props: PatternsBoxProps) {
  const { id, patterns, weighted, problemsAt, onPatterns } = props;
  const nameOf = (index: number) => (index === 0 ? id : `${id}-${index}`);
  const put = (index: number, pattern: Pattern) =>
    onPatterns(patterns.map((before, n) => (n === index ? pattern : before)));

  function add() {
    onPatterns([...patterns, weighted ? { pcre: "", weight: firstWeight } : { pcre: "" }]);
    focusSoon(nameOf(patterns.length));
  }
  function remove(index: number) {
    onPatterns(patterns.filter((_, i) => i !== index));
    focusSoon(nameOf(Math.max(0, index - 1)));
  }

  return (
    <>
      {patterns.map((pattern, i) => {
        const problems = problemsAt(i);
        return (
          <div class="ks-kb-one" key={i}>
            <Wrong id={`${nameOf(i)}-wrong`} problems={problems} />
            <div class="ks-kb-pattern">
              <TextBox
                id={nameOf(i)}
                text={pattern.pcre}
                rows={2}
                technical
                label={`Pattern ${i + 1}`}
                wrong={problems.length > 0}
                describedBy={problems.length > 0 ? `${nameOf(i)}-wrong` : undefined}
                onText={(pcre) => put(i, { ...pattern, pcre })}
              />
              {weighted && (
                <input
                  class="govuk-input govuk-input--width-3"
                  type="text"
                  inputMode="numeric"
                  value={pattern.weight ?? ""}
                  aria-label={`How sure pattern ${i + 1} is, from 1 to 100`}
                  onInput={({ currentTarget: { value } }) =>
                    put(i, { ...pattern, weight: Number.parseInt(value, 10) || 0 })
                  }
                />
              )}
            </div>
            <button type="button" class="ks-link-button ks-kb-remove" onClick={() => remove(i)}>
              Remove<span class="govuk-visually-hidden"> pattern {i + 1}</span>
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="govuk-button govuk-button--secondary"
        id={patterns.length === 0 ? id : `${id}-add`}
        onClick={add}
        data-testid={`${id}-add`}
      >
        Add {patterns.length === 0 ? "a" : "another"} pattern
      </button>
    </>
  );
}
