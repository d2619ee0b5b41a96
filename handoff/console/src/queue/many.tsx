// One message to many: a power cut, a closed road, a burst main. Written once, sent to each as a
// reply of its own.

import { useRef, useState } from "preact/hooks";
import { runCommand, type Ask } from "../commands";
import { BackLink } from "../parts/back-link";
import { Counted } from "../parts/counted";
import { useKept } from "../parts/kept";
import { Problem } from "../parts/problem";
import { At, CaseTitle, Handle } from "../parts/words";
import type { State } from "../state";
import type { Bulk, Case } from "../types";
import { casesWords } from "../words";
import { bulkWords, forMany, fewest, most } from "./for-many";
import type { Selection } from "./queue";

export interface ManyViewProps {
  state: State;
  ask: Ask;
  announce: (text: string) => void;
  selection: Selection;
}

export function ManyView({ state, ask, announce, selection }: ManyViewProps) {
  const chosen = [...selection.ids].flatMap((id) => state.cases.get(id) ?? []);
  return (
    <>
      <BackLink />
      <h1 class="govuk-heading-l" tabIndex={-1}>
        One message to many
      </h1>
      {state.may.has("bulk") ? (
        <ManyForm
          chosen={chosen}
          state={state}
          ask={ask}
          announce={announce}
          onSelect={(ids) => selection.set(new Set(ids))}
        />
      ) : (
        <p class="govuk-body">Your role doesn't write one message to many.</p>
      )}
      <BulkList state={state} ask={ask} announce={announce} />
    </>
  );
}

interface ManyFormProps {
  chosen: readonly Case[];
  state: State;
  ask: Ask;
  announce: (text: string) => void;
  onSelect: (ids: number[]) => void;
}

function ManyForm({ chosen, state, ask, announce, onSelect }: ManyFormProps) {
  const [text, setText, forget] = useKept(`many.${state.staff?.id}`, "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { ready, leftOut } = forMany(chosen, state.staff?.id);
  const enough = ready.length >= fewest && ready.length <= most;

  async function submit(event: Event) {
    event.preventDefault();
    if (busy) return;
    if (!text.trim()) {
      setProblem("There's nothing to send yet: write the message first.");
      return;
    }
    setBusy(true);
    setProblem(null);
    const cases = ready.map((one) => ({ case: one.id, version: one.version }));
    const done = await runCommand(ask, { type: "bulk", cases, text });
    setBusy(false);
    if (!done.ok) {
      setProblem(done.text);
      return;
    }
    forget();
    onSelect([]);
    announce(`The message to ${casesWords(cases.length)} is on its way.`);
    document.querySelector<HTMLElement>("main h1")?.focus();
  }

  return (
    <>
      <p class="govuk-body ks-text">
        Each case is taken for you and gets a public reply of its own, with your initials. What you
        write stays as it is; a greeting that differs from one to the next goes in front, since X
        refuses the same words twice, so you needn't say hello. It takes a while until all have
        theirs, and you can stop it.
      </p>
      {leftOut.length > 0 && <LeftOut leftOut={leftOut} />}
      {enough ? (
        <form class="ks-text" onSubmit={submit} noValidate data-testid="many">
          {problem && <Problem text={problem} />}
          <ChosenCases
            cases={ready}
            onRemove={(id) => onSelect(chosen.map((one) => one.id).filter((one) => one !== id))}
          />
          <Counted
            id="many-text"
            label={`Your message to ${casesWords(ready.length)}`}
            hint="Leave room for a greeting. Anybody can read it, so nothing about one of them alone."
            text={text}
            limit={state.limits.public}
            readOnly={busy}
            ask={ask}
            onChange={setText}
          />
          <button
            type="submit"
            class="govuk-button"
            aria-disabled={busy}
            data-testid="many-send"
          >
            {busy ? "Sending…" : `Send it to all ${ready.length}`}
          </button>
        </form>
      ) : (
        <p class="govuk-body" data-testid="too-few">
          {ready.length > most
            ? `That's ${ready.length} cases, and ${most} are the most at once. Select fewer.`
            : "Select two cases or more in the "}
          {ready.length <= most && (
            <a class="govuk-link" href="#/queue">
              queue
            </a>
          )}
          {ready.length <= most && ", and choose “Write one message to all of them”."}
        </p>
      )}
    </>
  );
}

function LeftOut({ leftOut }: { leftOut: { one: Case; why: string }[] }) {
  return (
    <div class="govuk-inset-text" data-testid="left-out">
      <p class="govuk-body">These can't be among them:</p>
      <ul class="govuk-list govuk-list--bullet">
        {leftOut.map(({ one, why }) => (
          <li key={one.id}>
            <a class="govuk-link" href={`#/case/${one.id}`}>
              Case {one.id}
            </a>
            : {why}
          </li>
        ))}
      </ul>
    </div>
  );
}

function ChosenCases({ cases, onRemove }: { cases: Case[]; onRemove: (id: number) => void }) {
  const summary = useRef<HTMLElement>(null);
  return (
    <details class="govuk-details" data-testid="many-cases">
      <summary class="govuk-details__summary" ref={summary}>
        <span class="govuk-details__summary-text">The {casesWords(cases.length)} that it goes to</span>
      </summary>
      <ul class="govuk-list govuk-details__text">
        {cases.map((one) => (
          <li key={one.id} class="ks-many__case">
            <span>
              Case {one.id}: <Handle handle={one.resident.handle} />, <CaseTitle one={one} />
            </span>
            <button
              type="button"
              class="ks-plain-button"
              onClick={() => {
                onRemove(one.id);
                summary.current?.focus();
              }}
            >
              Leave out<span class="govuk-visually-hidden"> case {one.id}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface BulkListProps {
  state: State;
  ask: Ask;
  announce: (text: string) => void;
}

function BulkList({ state, ask, announce }: BulkListProps) {
  const [problem, setProblem] = useState<string | null>(null);
  if (state.bulks.length === 0) return null;

  async function stop(bulk: Bulk) {
    setProblem(null);
    const done = await runCommand(ask, { type: "bulk_stop", bulk: bulk.id });
    if (done.ok) announce("Stopped: what hadn't left stays unsent.");
    else setProblem(done.text);
  }

  return (
    <section aria-labelledby="bulks">
      <h2 class="govuk-heading-m" id="bulks">
        Messages to many
      </h2>
      {problem && <Problem text={problem} />}
      <ol class="ks-rows" data-testid="bulks">
        {state.bulks.map((bulk) => (
          <li class="ks-row ks-tray__row" key={bulk.id} data-testid="bulk-row">
            <h3 class="govuk-heading-s ks-tray__who" id={`bulk-${bulk.id}`}>
              {bulk.by.name}, <At at={bulk.at} />
            </h3>
            <p class="govuk-body ks-words">{bulk.text}</p>
            <progress
              class="ks-progress"
              max={bulk.waiting + bulk.sent + bulk.failed + bulk.stopped}
              value={bulk.sent + bulk.failed + bulk.stopped}
              aria-labelledby={`bulk-${bulk.id}`}
            />
            <p class="govuk-body" data-testid="bulk-progress">
              {bulkWords(bulk)}
              {bulk.failed > 0 && (
                <>
                  {" "}
                  <a class="govuk-link" href="#/failed">
                    See what was not sent
                  </a>
                </>
              )}
            </p>
            {bulk.waiting > 0 && bulk.stopped_at === null && state.may.has("bulk_stop") && (
              <button
                type="button"
                class="govuk-button govuk-button--warning ks-tray__do"
                onClick={() => void stop(bulk)}
                data-testid="bulk-stop"
              >
                Stop it
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
