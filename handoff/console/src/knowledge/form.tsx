// An item's fields: what is wrong stands at each, and what is live where it is different.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Body, KbCheckFrame, KbEntry, KbPhrase } from "../types";
import {
  numberAt,
  patternsAt,
  sameBody,
  textAt,
  textsAt,
  valueAt,
  withValue,
  type Pattern,
} from "./body";
import {
  ChoiceBox,
  DateBox,
  IntentsBox,
  LineBox,
  LinesBox,
  NumberBox,
  PatternsBox,
  TextBox,
  TextsBox,
  Weight,
  Wrong,
  type BoxProps,
} from "./boxes";
import { fieldId, problemSentence, shownValue, weightAt, type Placed } from "./fields";
import { PhrasesBox } from "./phrases";
import type { Field, Section } from "./sections";

/** What the fields of an item show and offer besides its body. */
export interface FormContext {
  body: Body;
  /** null: it isn't live */
  live: Body;
  /** null: not known yet */
  check: KbCheckFrame | null;
  /** the body that was checked */
  checked: Body;
  placed: readonly Placed[];
  changed: ReadonlySet<string>;
  intents: readonly KbEntry[];
  suggestions: Record<"departments" | "teams" | "people", readonly string[]>;
  onBody: (body: Body) => void;
}

export function ItemForm({ sections, ...form }: FormContext & { sections: readonly Section[] }) {
  return (
    <>
      {sections.map((section) => (
        <SectionView key={section.title} section={section} form={form} />
      ))}
    </>
  );
}

function SectionView({ section, form }: { section: Section; form: FormContext }) {
  const fields = section.fields.map((field) => (
    <FieldView key={field.path} field={field} form={form} />
  ));
  const hint = section.hint && <p class="govuk-hint">{section.hint}</p>;
  if (!section.folded) {
    return (
      <section class="ks-kb-section">
        <h2 class="govuk-heading-m">{section.title}</h2>
        {hint}
        {fields}
      </section>
    );
  }
  return <FoldedSection section={section} form={form} hint={hint} fields={fields} />;
}

interface FoldedSectionProps {
  section: Section;
  form: FormContext;
  hint: ComponentChildren;
  fields: ComponentChildren;
}

function FoldedSection({ section, form, hint, fields }: FoldedSectionProps) {
  const wrong = section.fields.some((field) => problemsOf(field, form).some(isError));
  const [open, setOpen] = useState(wrong);
  // What is wrong is shown; put right, it doesn't close under whoever is typing there.
  useEffect(() => {
    if (wrong) setOpen(true);
  }, [wrong]);
  const changed = section.fields.some(({ path }) => form.changed.has(path));
  return (
    <details
      class="govuk-details ks-kb-section"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">
          {section.title}
          {changed && " (changed)"}
        </span>
      </summary>
      <div class="govuk-details__text">
        {hint}
        {fields}
      </div>
    </details>
  );
}

function problemsOf(field: Field, { placed }: FormContext): Placed[] {
  return placed.filter((one) => one.field?.path === field.path);
}

function isError({ problem }: Placed): boolean {
  return problem.severity === "error";
}

function sentence({ problem: { text, next }, field }: Placed): string {
  const said = problemSentence(text, field?.label ?? null);
  return next === "" ? said : `${said} ${next}`;
}

/** It stands above all of a list: which of it? */
function worthWords(field: Field, one: Placed): string {
  const { index } = one.problem;
  const which = field.as === "patterns" ? "Pattern" : field.as === "texts" ? field.one : null;
  return which && index !== null ? `${which} ${index + 1}: ${sentence(one)}` : sentence(one);
}

function FieldView({ field, form }: { field: Field; form: FormContext }) {
  const { path, label, hint } = field;
  const id = fieldId(path);
  const problems = problemsOf(field, form);
  const many = field.as === "texts" || field.as === "patterns";
  // Those of one text in a list stand at that text.
  const whole = problems.filter(({ problem }) => !many || problem.index === null);
  const own = whole.filter(isError).map(sentence);
  const worth = problems.filter((one) => !isError(one)).map((one) => worthWords(field, one));
  const describedBy = [hint && `${id}-hint`, own.length > 0 && `${id}-wrong`].filter(Boolean);
  const box: BoxProps = {
    id,
    describedBy: describedBy.length > 0 ? describedBy.join(" ") : undefined,
    wrong: own.length > 0,
  };
  const around = (
    <>
      {hint && (
        <p class="govuk-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {worth.map((text, i) => (
        <p class="govuk-body-s ks-kb-worth" key={i}>
          {text}
        </p>
      ))}
      <Wrong id={`${id}-wrong`} problems={own} />
    </>
  );
  const problemsAt = (index: number) =>
    problems.filter((one) => isError(one) && one.problem.index === index).map(sentence);
  const changed = form.changed.has(path) && form.live !== null;
  const grouped = many || field.as === "intents";
  return (
    <div class={own.length > 0 ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
      {field.as === "check" ? (
        <CheckField field={field} form={form} box={box} around={around} />
      ) : grouped ? (
        <fieldset class="govuk-fieldset" aria-describedby={box.describedBy}>
          <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">
            <Label text={label} changed={changed} />
          </legend>
          {around}
          <Box field={field} form={form} box={box} problemsAt={problemsAt} />
        </fieldset>
      ) : (
        <>
          <label class="govuk-label govuk-label--s" for={id}>
            <Label text={label} changed={changed} />
          </label>
          {around}
          <Box field={field} form={form} box={box} problemsAt={problemsAt} />
        </>
      )}
      {changed && <AsLive value={valueAt(form.live, path)} what={label} />}
    </div>
  );
}

function Label({ text, changed }: { text: string; changed: boolean }) {
  if (!changed) return <>{text}</>;
  return (
    <>
      {text} <strong class="govuk-tag ks-kb-changed">Changed</strong>
    </>
  );
}

function AsLive({ value, what }: { value: unknown; what: string }) {
  const lines = shownValue(value);
  return (
    <details class="govuk-details ks-kb-live">
      <summary class="govuk-details__summary">
        <span class="govuk-details__summary-text">
          As it is live<span class="govuk-visually-hidden">: {what}</span>
        </span>
      </summary>
      <div class="govuk-details__text">
        <ShownLines lines={lines} />
      </div>
    </details>
  );
}

export function ShownLines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return <p class="govuk-body ks-quiet">Nothing</p>;
  return (
    <ul class="govuk-list ks-kb-shown">
      {lines.map((line, i) => (
        <li class="ks-words" key={i}>
          {line}
        </li>
      ))}
    </ul>
  );
}

function CheckField(props: {
  field: Field;
  form: FormContext;
  box: BoxProps;
  around: ComponentChildren;
}) {
  const { field, form, box, around } = props;
  const { body, onBody } = form;
  return (
    <>
      {around}
      <div class="govuk-checkboxes govuk-checkboxes--small">
        <div class="govuk-checkboxes__item">
          <input
            class="govuk-checkboxes__input"
            id={box.id}
            type="checkbox"
            checked={valueAt(body, field.path) === true}
            aria-describedby={box.describedBy}
            onChange={(event) =>
              onBody(withValue(body, field.path, event.currentTarget.checked || undefined))
            }
            data-testid={box.id}
          />
          <label class="govuk-label govuk-checkboxes__label" for={box.id}>
            <Label text={field.label} changed={form.changed.has(field.path)} />
          </label>
        </div>
      </div>
    </>
  );
}

interface BoxOfProps {
  field: Field;
  form: FormContext;
  box: BoxProps;
  problemsAt: (index: number) => readonly string[];
}

function Box({ field, form, box, problemsAt }: BoxOfProps) {
  const { body, onBody, check } = form;
  const { path, optional = false } = field;
  const put = (value: unknown, isEmpty: boolean) =>
    onBody(withValue(body, path, isEmpty && optional ? undefined : value));
  const putText = (text: string) => put(text, text === "");
  const putList = (list: unknown[]) => put(list, list.length === 0);
  const weightOf = (index: number) => {
    const same = sameBody(oneAt(form.checked, path, index), oneAt(body, path, index));
    return (same && check && weightAt(check.weights, path, index)) || null;
  };
  switch (field.as) {
    case "line":
      return (
        <LineBox
          {...box}
          text={textAt(body, path)}
          technical={field.technical ?? false}
          suggestions={field.suggest ? form.suggestions[field.suggest] : []}
          onText={putText}
        />
      );
    case "text":
      return (
        <>
          <TextBox {...box} text={textAt(body, path)} onText={putText} />
          <Weight id={`${box.id}-count`} weight={weightOf(0)} what={field.label} />
        </>
      );
    case "lines":
      return <LinesBox {...box} lines={textsAt(body, path)} onLines={putList} />;
    case "phrases":
      return (
        <PhrasesBox
          {...box}
          lines={textsAt(body, path)}
          became={check?.phrases ?? []}
          onLines={putList}
          onTakeOver={(phrase) => onBody(takenOver(body, phrase))}
        />
      );
    case "texts":
      return (
        <TextsBox
          {...box}
          texts={textsAt(body, path)}
          one={field.one}
          weightOf={weightOf}
          problemsAt={problemsAt}
          onTexts={putList}
        />
      );
    case "choice": {
      const value = textAt(body, path) || field.otherwise;
      return (
        <ChoiceBox
          {...box}
          value={value}
          choices={field.choices}
          onValue={(now) => put(now, now === "" || now === field.otherwise)}
        />
      );
    }
    case "date":
    case "time":
      return (
        <DateBox
          {...box}
          text={textAt(body, path)}
          withTime={field.as === "time"}
          onText={putText}
        />
      );
    case "number":
      return (
        <NumberBox
          {...box}
          value={numberAt(body, path) ?? textAt(body, path)}
          onValue={(value) => put(value, value === undefined)}
        />
      );
    case "intents":
      return (
        <IntentsBox
          {...box}
          chosen={textsAt(body, path)}
          intents={form.intents}
          onChosen={putList}
        />
      );
    case "patterns":
      return (
        <PatternsBox
          {...box}
          patterns={patternsAt(body, path)}
          weighted={field.weighted}
          problemsAt={problemsAt}
          onPatterns={putList}
        />
      );
    case "pattern":
      return <TextBox {...box} text={textAt(body, path)} technical onText={putText} />;
    case "check":
      return null; // its label stands behind it: CheckField
  }
}

function oneAt(body: Body, path: string, index: number): unknown {
  const value = valueAt(body, path);
  return Array.isArray(value) ? value[index] : value;
}

/** The phrase goes, and its pattern stands among those that are written by hand. */
export function takenOver(body: Body, { phrase, pcre, weight }: KbPhrase): Body {
  const phrases = textsAt(body, "phrases").filter((one) => one !== phrase);
  const match: Pattern[] = [...patternsAt(body, "match")];
  if (!match.some((one) => sameBody(one.pcre, pcre))) match.push({ pcre, weight });
  const without = withValue(body, "phrases", phrases.length > 0 ? phrases : undefined);
  return withValue(without, "match", match);
}
