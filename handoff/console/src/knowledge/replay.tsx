// Replay: the draft and what is live, run over what residents wrote in a chosen time, and only what
// becomes different.

import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { runCommand } from "../commands";
import { Problem } from "../parts/problem";
import { At, Now } from "../parts/words";
import { MoreOf, useFocusOnNew } from "../trays/tray";
import { usePages } from "../trays/use-pages";
import type { KbReplay, KbReplayed, ReplayGroup } from "../types";
import type { KnowledgePageProps } from "./knowledge";
import { dayOf } from "./local-time";
import { hrefOfPlace } from "./place";
import { ReplayedRow } from "./replayed";
import {
  firstGroup,
  foundWords,
  groupChoices,
  groupWords,
  outdatedWords,
  spokenOf,
  standingOf,
  timesOf,
  type Span,
} from "./replaying";
import { useReplay, type UsedReplay } from "./use-replay";

export function ReplayPage(props: KnowledgePageProps) {
  const { ask, connected, kb, announce } = props;
  const used = useReplay(ask, connected, (before, now) => {
    const spoken = spokenOf(before, now);
    if (spoken) announce(spoken);
  });
  const { replay, problem } = used;
  const outdated = replay && kb ? outdatedWords(replay, kb) : null;

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Replay
      </h1>
      <p class="govuk-body">
        What would the draft have done about what residents wrote? Nothing is sent, and nothing is
        changed: you see only where it differs from what is live.
      </p>
      {problem && <Problem text={problem} />}
      {replay === undefined && !problem && (
        <p class="govuk-body" role="status">
          Fetching the last replay…
        </p>
      )}
      {replay?.state === "running" && <Running replay={replay} used={used} />}
      {replay !== undefined && replay?.state !== "running" && <Begin used={used} />}
      {replay && replay.state !== "running" && (
        <section aria-labelledby="replayed" data-testid="replayed">
          <h2 class="govuk-heading-m" id="replayed">
            What changes
          </h2>
          <p class="govuk-body" data-testid="replay-standing">
            {standingOf(replay)} {replay.state !== "failed" && foundWords(replay)}
          </p>
          <p class="govuk-body-s ks-quiet">
            Written from <At at={replay.from} /> to <At at={replay.until} />; begun{" "}
            <At at={replay.began_at} />.
          </p>
          {replay.state === "failed" && (
            <p class="govuk-body">
              What is wrong in the draft, and where, stands under{" "}
              <a class="govuk-link" href={hrefOfPlace({ page: "publish" })}>
                Publish
              </a>
              .
            </p>
          )}
          {outdated && (
            <p class="govuk-inset-text ks-inset" data-testid="outdated">
              {outdated}
            </p>
          )}
          <Results key={`${replay.began_at} ${replay.revision}`} {...props} replay={replay} onMarked={used.refresh} />
        </section>
      )}
    </>
  );
}

function Running({ replay, used }: { replay: KbReplay; used: UsedReplay }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []); // the button that began it is gone
  return (
    <section aria-labelledby="running" data-testid="running">
      <h2 class="govuk-heading-m" id="running" tabIndex={-1} ref={heading}>
        Running
      </h2>
      <label class="govuk-label" for="replay-progress">
        {standingOf(replay)}
      </label>
      <progress
        class="ks-progress"
        id="replay-progress"
        max={Math.max(1, replay.total)}
        value={replay.done}
      />
      <p class="govuk-body">{foundWords(replay)}</p>
      <button
        type="button"
        class="govuk-button govuk-button--secondary"
        aria-disabled={used.busy}
        onClick={() => void used.run({ type: "kb_replay_stop" })}
        data-testid="replay-stop"
      >
        Stop
      </button>
    </section>
  );
}

const spans: [Span, string][] = [
  ["week", "The last 7 days"],
  ["month", "The last 30 days"],
  ["days", "Other days"],
];

function Begin({ used }: { used: UsedReplay }) {
  const now = useContext(Now);
  const [span, setSpan] = useState<Span>("week");
  const [from, setFrom] = useState(() => dayOf(now - 7 * 86_400));
  const [until, setUntil] = useState(() => dayOf(now));
  const [fault, setFault] = useState<{ field: "from" | "until"; fault: string } | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (fault) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [fault]);

  function submit(event: Event) {
    event.preventDefault();
    const times = timesOf(span, from, until, now);
    setFault("fault" in times ? times : null);
    if (!("fault" in times)) void used.run({ type: "kb_replay", ...times });
  }

  return (
    <form onSubmit={submit} noValidate ref={form} data-testid="replay-form">
      <div class="govuk-form-group">
        <fieldset class="govuk-fieldset">
          <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">Messages of</legend>
          <div class="govuk-radios govuk-radios--small">
            {spans.map(([one, words]) => (
              <div class="govuk-radios__item" key={one}>
                <input
                  class="govuk-radios__input"
                  id={`span-${one}`}
                  name="span"
                  type="radio"
                  checked={span === one}
                  onChange={() => setSpan(one)}
                  data-testid={`span-${one}`}
                />
                <label class="govuk-label govuk-radios__label" for={`span-${one}`}>
                  {words}
                </label>
              </div>
            ))}
          </div>
        </fieldset>
      </div>
      {span === "days" && (
        <>
          <Day
            id="replay-from"
            label="From"
            value={from}
            error={fault?.field === "from" ? fault.fault : null}
            onValue={setFrom}
          />
          <Day
            id="replay-until"
            label="To"
            value={until}
            error={fault?.field === "until" ? fault.fault : null}
            onValue={setUntil}
          />
        </>
      )}
      <button type="submit" class="govuk-button" aria-disabled={used.busy} data-testid="replay-do">
        Run the draft over them
      </button>
    </form>
  );
}

interface DayProps {
  id: string;
  label: string;
  value: string;
  error: string | null;
  onValue: (value: string) => void;
}

export function Day({ id, label, value, error, onValue }: DayProps) {
  return (
    <div class={error ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
      <label class="govuk-label" for={id}>
        {label}
      </label>
      {error && (
        <p class="govuk-error-message" id={`${id}-error`}>
          <span class="govuk-visually-hidden">Error:</span> {error}
        </p>
      )}
      <input
        class={error ? "govuk-input ks-day govuk-input--error" : "govuk-input ks-day"}
        id={id}
        type="date"
        value={value}
        aria-describedby={error ? `${id}-error` : undefined}
        aria-invalid={error !== null}
        onInput={(event) => onValue(event.currentTarget.value)}
        data-testid={id}
      />
    </div>
  );
}

interface ResultsProps extends KnowledgePageProps {
  replay: KbReplay;
  onMarked: () => void;
}

function Results(props: ResultsProps) {
  const { replay } = props;
  const [group, setGroup] = useState<ReplayGroup | null>(() => firstGroup(replay));
  if (group === null) return null;
  return (
    <>
      <ul class="ks-groups" data-testid="groups">
        {groupChoices.map(([one, words]) => (
          <li key={one}>
            <button
              type="button"
              class="ks-groups__one"
              aria-pressed={one === group}
              onClick={() => setGroup(one)}
              data-testid={`group-${one}`}
            >
              {words} <span class="ks-groups__count">{replay.groups[one]}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="govuk-body" data-testid="marks">
        Marked so far: {replay.better} better, {replay.worse} worse.
      </p>
      <Group key={group} {...props} group={group} />
    </>
  );
}

function Group(props: ResultsProps & { group: ReplayGroup }) {
  const { group, state, ask, connected, announce, onMarked } = props;
  const list = useRef<HTMLOListElement>(null);
  const [marks, setMarks] = useState<ReadonlyMap<number, boolean | null>>(new Map());
  const [problem, setProblem] = useState<{ message: number; text: string } | null>(null);
  const pages = usePages<KbReplayed>({
    ask,
    connected,
    resets: state.resets,
    which: group, // of this replay: another one has another list
    question: (before) => ({ type: "kb_replay_list", group, before }),
    pageOf: (answer) => (answer.type === "kb_replay_list" ? answer : null),
    keyOf: (one) => one.message,
  });
  useFocusOnNew(list, pages);

  async function mark(message: number, better: boolean | null) {
    setProblem(null);
    const done = await runCommand(ask, { type: "kb_mark", message, better });
    if (!done.ok) {
      setProblem({ message, text: done.text });
      return;
    }
    setMarks((before) => new Map(before).set(message, better));
    announce(better === null ? "No longer marked." : `Marked: ${better ? "better" : "worse"}.`);
    onMarked();
  }

  return (
    <section aria-labelledby="group">
      <h3 class="govuk-heading-m" id="group">
        {groupWords(group)}
      </h3>
      {pages.loaded && pages.items.length === 0 && <p class="govuk-body">None of them.</p>}
      {pages.items.length > 0 && (
        <p class="govuk-hint">
          X forbids training on what people write there, so a message is never copied into an
          example: say it in your own words.
        </p>
      )}
      <ol class="ks-rows" data-testid="replayed-list" ref={list}>
        {pages.items.map((one, n) => (
          <li class="ks-row ks-tray__row" key={one.message} data-testid="replayed-row">
            <ReplayedRow
              one={one}
              number={n + 1}
              better={marks.has(one.message) ? (marks.get(one.message) ?? null) : one.better}
              onMark={(better) => void mark(one.message, better)}
              onBeside={props.onBeside}
            />
            {problem?.message === one.message && <Problem text={problem.text} />}
          </li>
        ))}
      </ol>
      <MoreOf pages={pages} />
    </section>
  );
}
