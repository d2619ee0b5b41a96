// Publishing: what residents would get differently, what stands in the way, and one button.

import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { runCommand } from "../commands";
import { useEvents } from "../events";
import { useKept } from "../parts/kept";
import { Problem } from "../parts/problem";
import { At, Now } from "../parts/words";
import type { KbCheckFrame, KbDiffFrame, KbEntry, KbFrame, KbProblem, Seconds } from "../types";
import { Differences } from "./differences";
import { isAboutPatterns } from "./fields";
import type { KnowledgePageProps } from "./knowledge";
import { localOf, momentOf } from "./local-time";
import { NoteField, noteFault } from "./note-field";
import { itemHref, itemKey } from "./place";
import { Ended, UnderWay } from "./proposals";
import {
  itemTitle,
  patternsWords,
  problemHref,
  problemWords,
  secondPersonWords,
  summaryWords,
} from "./publishing";
import { changedOf } from "./store";
import { useAnswer } from "./use-answer";

export function PublishPage(props: KnowledgePageProps) {
  const { staff, ask, connected, kb, refresh, announce } = props;
  const source = {
    ask,
    connected: connected && kb !== null,
    state: kb ? `${kb.revision} over ${kb.live.version}` : "",
  };
  const diff = useAnswer<KbDiffFrame>({
    ...source,
    subject: "diff",
    question: { type: "kb_diff", from: null, to: null },
    answerOf: (answer) => (answer.type === "kb_diff" ? answer : null),
  });
  const check = useAnswer<KbCheckFrame>({
    ...source,
    subject: "check",
    question: { type: "kb_check" },
    answerOf: (answer) => (answer.type === "kb_check" ? answer : null),
  });
  useEvents(({ kind, text }) => {
    if (text && /^kb\.(agreed|withdrawn|scheduled|published|refused)$/.test(kind)) announce(text);
  });
  const heading = useRef<HTMLHeadingElement>(null);
  const shared = { staff, ask, connected, refresh, announce };

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1} ref={heading}>
        Publish
      </h1>
      <p class="govuk-body">
        What editors change is a draft until it's published here. Residents get it between two
        messages; everything that was live before stays to be had again.
      </p>
      {!kb && connected && <Fetching text="Fetching what has changed…" />}
      {kb && (
        <>
          <UnderWay proposals={kb.proposals} entries={kb.items} {...shared} />
          <Changes kb={kb} diff={diff} check={check} />
          {changedOf(kb).length > 0 && (
            <Form
              {...{ ask, kb, announce, refresh }}
              ready={diff.current && check.current}
              errors={(check.answer?.problems ?? []).filter(isError)}
              onDone={() => heading.current?.focus()}
            />
          )}
          <Ended proposals={kb.proposals} entries={kb.items} {...shared} />
        </>
      )}
    </>
  );
}

function Fetching({ text }: { text: string }) {
  return (
    <p class="govuk-body" role="status">
      {text}
    </p>
  );
}

const isError = ({ severity }: KbProblem) => severity === "error";
const isWarning = ({ severity }: KbProblem) => severity === "warning";

interface ChangesProps {
  kb: KbFrame;
  diff: ReturnType<typeof useAnswer<KbDiffFrame>>;
  check: ReturnType<typeof useAnswer<KbCheckFrame>>;
}

function Changes({ kb, diff, check }: ChangesProps) {
  const changed = changedOf(kb);
  if (changed.length === 0) {
    return (
      <p class="govuk-inset-text" data-testid="no-changes">
        The draft is what is live: there is nothing to publish. Change something in the{" "}
        <a class="govuk-link" href="#/knowledge">
          overview
        </a>{" "}
        first.
      </p>
    );
  }
  const problems = check.answer?.problems ?? [];
  const second = secondPersonWords(changed);
  return (
    <>
      <Conflicts entries={changed.filter(({ conflict }) => conflict)} />
      <Errors problems={problems.filter(isError)} entries={kb.items} />
      <section aria-labelledby="different" data-testid="changes-list">
        <h2 class="govuk-heading-m" id="different">
          What will be different
        </h2>
        {diff.answer && (
          <p class="govuk-body" data-testid="summary">
            {summaryWords(diff.answer.items)}
          </p>
        )}
        {diff.asking && !diff.answer && <Fetching text="Fetching what is different…" />}
        {diff.problem && <Again title="What is different can't be shown" asked={diff} />}
        {diff.answer && (
          <Differences
            items={diff.answer.items}
            more={(one) => <Who entry={changed.find((entry) => itemKey(entry) === itemKey(one))} />}
          />
        )}
      </section>
      <section aria-labelledby="checks" data-testid="checks">
        <h2 class="govuk-heading-m" id="checks">
          What the checks say
        </h2>
        {check.asking && <Fetching text="Checking the draft…" />}
        {check.problem && <Again title="The draft can't be checked" asked={check} />}
        {check.answer && !check.asking && problems.every(isAboutPatterns) && (
          <p class="govuk-body">Nothing is wrong in the draft.</p>
        )}
        {check.answer && problems.some(isError) && (
          <p class="govuk-body">What has to be put right first stands at the top of this page.</p>
        )}
        <Warnings problems={problems.filter(isWarning)} entries={kb.items} />
      </section>
      {second && (
        <p class="govuk-inset-text" data-testid="second-person">
          {second}
        </p>
      )}
    </>
  );
}

interface AgainProps {
  title: string;
  asked: { problem: string | null; again: () => void };
}

function Again({ title, asked: { problem, again } }: AgainProps) {
  return (
    <>
      <Problem title={title} text={problem ?? ""} />
      <button type="button" class="govuk-button govuk-button--secondary" onClick={again}>
        Try again
      </button>
    </>
  );
}

function Who({ entry }: { entry: KbEntry | undefined }) {
  if (!entry?.by || entry.at === null) return null;
  return (
    <p class="govuk-body-s ks-quiet ks-differences__who">
      {entry.by}, <At at={entry.at} />
    </p>
  );
}

/** Begun on what is no longer live: its editor has to choose. */
function Conflicts({ entries }: { entries: readonly KbEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <div class="govuk-error-summary ks-problem" data-testid="conflicts">
      <h2 class="govuk-error-summary__title">Somebody published these meanwhile</h2>
      <div class="govuk-error-summary__body">
        <p class="govuk-body">
          The draft of them was begun on what is no longer live. Open each, and choose what it is to
          be.
        </p>
        <ul class="govuk-list govuk-error-summary__list">
          {entries.map((one) => (
            <li key={itemKey(one)}>
              <a href={itemHref(one)}>
                {itemTitle(one, entries)}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

interface ProblemsProps {
  problems: readonly KbProblem[];
  entries: readonly KbEntry[];
}

function Errors({ problems, entries }: ProblemsProps) {
  if (problems.length === 0) return null;
  return (
    <div class="govuk-error-summary ks-problem" data-testid="draft-errors">
      <h2 class="govuk-error-summary__title">This has to be put right first</h2>
      <div class="govuk-error-summary__body">
        <ul class="govuk-list govuk-error-summary__list">
          {problems.map((one, n) => (
            <li key={n}>
              <a href={problemHref(one)}>{problemWords(one, entries)}</a>
              <span class="ks-problem__next">{one.next}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Warnings({ problems, entries }: ProblemsProps) {
  const plain = problems.filter((one) => !isAboutPatterns(one));
  const ofPatterns = problems.length - plain.length;
  return (
    <>
      {plain.length > 0 && (
        <>
          <p class="govuk-body">It can be published so, but look at this:</p>
          <ul class="govuk-list govuk-list--bullet" data-testid="warnings">
            {plain.map((one, n) => (
              <li key={n}>
                <a class="govuk-link" href={problemHref(one)}>
                  {problemWords(one, entries)}
                </a>{" "}
                {one.next}
              </li>
            ))}
          </ul>
        </>
      )}
      {ofPatterns > 0 && (
        <p class="govuk-body ks-quiet" data-testid="of-patterns">
          {patternsWords(ofPatterns)}
        </p>
      )}
    </>
  );
}

interface FormProps extends Pick<KnowledgePageProps, "ask" | "announce" | "refresh"> {
  kb: KbFrame;
  /** what is different and what the checks say is shown, of this very draft */
  ready: boolean;
  errors: readonly KbProblem[];
  onDone: () => void;
}

interface Faults {
  note: string | null;
  moment: string | null;
}
const noFaults: Faults = { note: null, moment: null };
const dayS = 86_400;

/** When it is to be published; null: at once. */
function whenOf(later: boolean, entered: string, now: Seconds): Seconds | null | { fault: string } {
  if (!later) return null;
  const at = momentOf(entered);
  if (at === null) return { fault: "Enter a day and a time." };
  return at > now ? at : { fault: "That moment has gone by: choose one that is still to come." };
}

function Form({ ask, kb, ready, errors, announce, refresh, onDone }: FormProps) {
  const now = useContext(Now);
  const [note, setNote, forgetNote] = useKept("publish-note", "");
  const [later, setLater] = useState(false);
  const [entered, setEntered] = useState(() => localOf(now + dayS));
  const [faults, setFaults] = useState(noFaults);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const blocked = errors.length > 0 || changedOf(kb).some(({ conflict }) => conflict);
  const second = secondPersonWords(changedOf(kb)) !== null;

  useLayoutEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [faults]);

  async function submit(event: Event) {
    event.preventDefault();
    if (busy || !ready) return;
    const at = whenOf(later, entered, now);
    const wrongMoment = typeof at === "object" && at !== null;
    const found = { note: noteFault(note), moment: wrongMoment ? at.fault : null };
    setFaults(found);
    setProblem(null);
    if (found.note || wrongMoment) return;
    setBusy(true);
    const { revision } = kb;
    const done = await runCommand(ask, { type: "kb_publish", note: note.trim(), at, revision });
    setBusy(false);
    refresh();
    if (!done.ok) {
      setProblem(done.text);
      return;
    }
    forgetNote();
    setLater(false);
    announce("Proposed. What becomes of it stands at the top of the page.");
    onDone();
  }

  if (blocked) {
    return (
      <p class="govuk-inset-text" data-testid="blocked">
        The draft can't be published until what stands at the top of this page is put right. It's
        kept as it is, and so is everything that is live.
      </p>
    );
  }
  const verb = later ? "Publish then" : "Publish now";
  return (
    <form onSubmit={submit} noValidate ref={form} data-testid="publish-form">
      <h2 class="govuk-heading-m">Publish this draft</h2>
      {problem && <Problem title="It was not published" text={problem} />}
      <NoteField id="publish-note" value={note} error={faults.note} onValue={setNote} />
      <div class="govuk-form-group">
        <fieldset class="govuk-fieldset">
          <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">When?</legend>
          <div class="govuk-radios govuk-radios--small">
            <When id="publish-now" label="Now" checked={!later} onChoose={() => setLater(false)} />
            <When id="publish-later" label="Later" checked={later} onChoose={() => setLater(true)} />
          </div>
        </fieldset>
      </div>
      {later && (
        <Moment value={entered} error={faults.moment} onValue={setEntered} />
      )}
      <button
        type="submit"
        class="govuk-button"
        aria-disabled={busy || !ready}
        data-testid="publish-do"
      >
        {second ? "Ask for a second person's word" : verb}
      </button>
      {!ready && <p class="govuk-hint">As soon as what is different and the checks are here.</p>}
    </form>
  );
}

interface MomentProps {
  value: string;
  error: string | null;
  onValue: (value: string) => void;
}

function Moment({ value, error, onValue }: MomentProps) {
  const id = "publish-at";
  return (
    <div class={error ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
      <label class="govuk-label govuk-label--s" for={id}>
        On which day, at what time?
      </label>
      <div class="govuk-hint" id={`${id}-hint`}>
        By the council's clock. What changes in the draft until then isn't part of it.
      </div>
      {error && (
        <p class="govuk-error-message" id={`${id}-error`}>
          <span class="govuk-visually-hidden">Error:</span> {error}
        </p>
      )}
      <input
        class={error ? "govuk-input ks-field govuk-input--error" : "govuk-input ks-field"}
        id={id}
        type="datetime-local"
        value={value}
        aria-describedby={error ? `${id}-hint ${id}-error` : `${id}-hint`}
        aria-invalid={error !== null}
        onInput={(event) => onValue(event.currentTarget.value)}
        data-testid={id}
      />
    </div>
  );
}

interface WhenProps {
  id: string;
  label: string;
  checked: boolean;
  onChoose: () => void;
}

function When({ id, label, checked, onChoose }: WhenProps) {
  return (
    <div class="govuk-radios__item">
      <input
        class="govuk-radios__input"
        id={id}
        name="publish-when"
        type="radio"
        checked={checked}
        onChange={onChoose}
        data-testid={id}
      />
      <label class="govuk-label govuk-radios__label" for={id}>
        {label}
      </label>
    </div>
  );
}
