// What was live, from when, by whom and why; and one of them, compared with another.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { runCommand } from "../commands";
import { useKept } from "../parts/kept";
import { Problem } from "../parts/problem";
import { At } from "../parts/words";
import { MoreOf, useFocusOnNew } from "../trays/tray";
import { usePages } from "../trays/use-pages";
import type { KbDiffFrame, KbVersion, KbVersionsFrame } from "../types";
import { comparisonOf, type Against } from "./compare";
import { Differences } from "./differences";
import type { KnowledgePageProps } from "./knowledge";
import { NoteField, noteFault } from "./note-field";
import { hrefOfPlace } from "./place";
import { originWords, summaryWords } from "./publishing";
import { useAnswer } from "./use-answer";

export function VersionsPage({ state, ask, connected, kb }: KnowledgePageProps) {
  const list = useRef<HTMLOListElement>(null);
  const live = kb?.live.version;
  const pages = usePages<KbVersion>({
    ask,
    connected,
    resets: state.resets,
    which: "versions",
    question: (before) => ({ type: "kb_versions", before }),
    pageOf: (answer) => (answer.type === "kb_versions" ? answer : null),
    keyOf: (one) => one.version,
  });
  useFocusOnNew(list, pages);
  const newest = pages.items[0]?.version;
  const isOld = live !== undefined && newest !== undefined && live > newest;

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Versions
      </h1>
      <p class="govuk-body">
        Everything that was ever live. None is changed or thrown away, each can be made live again.
      </p>
      {isOld && (
        <button type="button" class="govuk-button" onClick={pages.refresh} data-testid="fresh">
          Version {live} is live now: show
        </button>
      )}
      <ol class="ks-rows" data-testid="versions" ref={list}>
        {pages.items.map((one) => (
          <li class="ks-row ks-tray__row" key={one.version} data-testid="version-row">
            <h2 class="govuk-heading-s ks-row__title">
              <a class="govuk-link" href={hrefOfPlace({ page: "version", version: one.version })}>
                Version {one.version}
              </a>
              {one.version === (live ?? newest) && <LiveTag />}
            </h2>
            <VersionFacts one={one} />
          </li>
        ))}
      </ol>
      <MoreOf pages={pages} />
    </>
  );
}

function LiveTag() {
  return (
    <strong class="govuk-tag govuk-tag--green" data-testid="live-tag">
      Live
    </strong>
  );
}

function VersionFacts({ one }: { one: KbVersion }) {
  return (
    <>
      <p class="govuk-body ks-words" dir="auto" data-testid="version-note">
        {one.note}
      </p>
      <ul class="ks-facts ks-version__facts">
        <li>
          <At at={one.at} />
        </li>
        <li>{one.by}</li>
        {one.agreed_by && <li>{one.agreed_by} agreed</li>}
        <li>{originWords(one)}</li>
      </ul>
    </>
  );
}

interface VersionPageProps extends KnowledgePageProps {
  version: number;
}

export function VersionPage(props: VersionPageProps) {
  const { version, ask, connected, kb } = props;
  // The page of versions that begins with this one.
  const found = useAnswer<KbVersionsFrame>({
    ask,
    connected,
    subject: `version ${version}`,
    question: { type: "kb_versions", before: String(version + 1) },
    answerOf: (answer) => (answer.type === "kb_versions" ? answer : null),
  });
  const one = found.answer?.items.find((item) => item.version === version);
  const live = kb?.live.version ?? null;

  return (
    <>
      <a class="govuk-back-link" href={hrefOfPlace({ page: "versions" })}>
        All versions
      </a>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Version {version}
        {version === live && (
          <>
            {" "}
            <LiveTag />
          </>
        )}
      </h1>
      {found.asking && !found.answer && (
        <p class="govuk-body" role="status">
          Fetching the version…
        </p>
      )}
      {found.problem && <Problem title="The version can't be shown" text={found.problem} />}
      {found.answer && !one && (
        <p class="govuk-body" data-testid="no-version">
          There is no version {version}. The list of{" "}
          <a class="govuk-link" href={hrefOfPlace({ page: "versions" })}>
            all versions
          </a>{" "}
          has what there is.
        </p>
      )}
      {one && <VersionFacts one={one} />}
      {one && live !== null && live > 1 && <Compared key={version} {...props} live={live} />}
    </>
  );
}

function Compared(props: VersionPageProps & { live: number }) {
  const { version, live, ask, connected } = props;
  const first: Against = version > 1 ? "before" : "live";
  const [against, setAgainst] = useState<Against>(first);
  const [other, setOther] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const comparison = comparisonOf(version, live, against, other);
  const asked = "question" in comparison ? comparison.question : null;
  const diff = useAnswer<KbDiffFrame>({
    ask,
    connected: connected && asked !== null,
    subject: asked ? `${asked.from} to ${asked.to}` : "nothing",
    question: asked && { type: "kb_diff", ...asked },
    answerOf: (answer) => (answer.type === "kb_diff" ? answer : null),
  });

  function again() {
    setAgainst("again");
    heading.current?.focus();
  }

  return (
    <>
      {version !== live && against !== "again" && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          onClick={again}
          data-testid="again"
        >
          Make this version live again…
        </button>
      )}
      {against !== "again" && (
        <Choices {...{ version, live, against, other }} onAgainst={setAgainst} onOther={setOther} />
      )}
      <section aria-labelledby="compared" data-testid="compared">
        <h2 class="govuk-heading-m" id="compared" tabIndex={-1} ref={heading}>
          {comparison.title}
        </h2>
        {"hint" in comparison && <p class="govuk-body">{comparison.hint}</p>}
        <Difference diff={diff} />
      </section>
      {against === "again" && (
        <RollBack
          {...props}
          diff={diff.answer}
          onLeave={() => setAgainst(first)}
        />
      )}
    </>
  );
}

interface ChoicesProps {
  version: number;
  live: number;
  against: Against;
  other: string;
  onAgainst: (against: Against) => void;
  onOther: (other: string) => void;
}

function Choices({ version, live, against, other, onAgainst, onOther }: ChoicesProps) {
  const choose = (to: Against) => () => onAgainst(to);
  return (
    <form class="ks-compare" onSubmit={(event) => event.preventDefault()} noValidate>
      <fieldset class="govuk-fieldset">
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--m">Compare it</legend>
        <div class="govuk-radios govuk-radios--small">
          {version > 1 && (
            <Choice id="before" chosen={against} onChoose={choose("before")}>
              with the one before: what this version changed
            </Choice>
          )}
          {version !== live && (
            <Choice id="live" chosen={against} onChoose={choose("live")}>
              with what is live, version {live}: what has changed since
            </Choice>
          )}
          <Choice id="other" chosen={against} onChoose={choose("other")}>
            with another version
          </Choice>
        </div>
      </fieldset>
      {against === "other" && (
        <div class="govuk-form-group ks-compare__other">
          <label class="govuk-label" for="other-version">
            Number of the other version
          </label>
          <input
            class="govuk-input govuk-input--width-5"
            id="other-version"
            inputMode="numeric"
            autocomplete="off"
            value={other}
            onInput={(event) => onOther(event.currentTarget.value)}
            data-testid="other-version"
          />
        </div>
      )}
    </form>
  );
}

const isSame = (diff: KbDiffFrame) => diff.items.length === 0;

interface ChoiceProps {
  id: Against;
  chosen: Against;
  onChoose: () => void;
  children: ComponentChildren;
}

function Choice({ id, chosen, onChoose, children }: ChoiceProps) {
  return (
    <div class="govuk-radios__item">
      <input
        class="govuk-radios__input"
        id={`compare-${id}`}
        name="compare"
        type="radio"
        checked={chosen === id}
        onChange={onChoose}
        data-testid={`compare-${id}`}
      />
      <label class="govuk-label govuk-radios__label" for={`compare-${id}`}>
        {children}
      </label>
    </div>
  );
}

function Difference({ diff }: { diff: ReturnType<typeof useAnswer<KbDiffFrame>> }) {
  return (
    <>
      {diff.asking && !diff.answer && (
        <p class="govuk-body" role="status">
          Fetching what is different…
        </p>
      )}
      {diff.problem && (
        <>
          <Problem title="What is different can't be shown" text={diff.problem} />
          <button type="button" class="govuk-button govuk-button--secondary" onClick={diff.again}>
            Try again
          </button>
        </>
      )}
      {diff.answer && (
        <p class="govuk-body" data-testid="summary">
          {isSame(diff.answer) ? "Nothing: both are the same." : summaryWords(diff.answer.items)}
        </p>
      )}
      {diff.answer && <Differences items={diff.answer.items} />}
    </>
  );
}

interface RollBackProps extends VersionPageProps {
  /** what it would change; null: not known yet */
  diff: KbDiffFrame | null;
  onLeave: () => void;
}

function RollBack(props: RollBackProps) {
  const { version, diff, onLeave, ask, announce, refresh } = props;
  const [note, setNote, forgetNote] = useKept(`rollback-note-${version}`, "");
  const [fault, setFault] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (fault) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [fault]);

  async function submit(event: Event) {
    event.preventDefault();
    if (busy || !diff) return;
    const wrong = noteFault(note);
    setFault(wrong);
    setProblem(null);
    if (wrong) return;
    setBusy(true);
    const done = await runCommand(ask, { type: "kb_rollback", version, note: note.trim() });
    setBusy(false);
    if (!done.ok) {
      setProblem(done.text);
      return;
    }
    forgetNote();
    refresh();
    announce(`Proposed: version ${version} live again.`);
    location.hash = hrefOfPlace({ page: "publish" });
  }

  const leave = (
    <button
      type="button"
      class="govuk-button govuk-button--secondary"
      onClick={onLeave}
      data-testid="rollback-leave"
    >
      Leave it as it is
    </button>
  );
  if (diff && isSame(diff)) return leave;
  return (
    <form onSubmit={submit} noValidate ref={form} data-testid="rollback-form">
      {problem && <Problem title="It was not done" text={problem} />}
      <p class="govuk-inset-text">
        It becomes a new version, the newest; this one stays as it is. What is in the draft stays in
        the draft.
      </p>
      <NoteField id="rollback-note" value={note} error={fault} onValue={setNote} />
      <div class="govuk-button-group">
        <button
          type="submit"
          class="govuk-button"
          aria-disabled={busy || !diff}
          data-testid="rollback-do"
        >
          Make version {version} live again
        </button>
        {leave}
      </div>
    </form>
  );
}
