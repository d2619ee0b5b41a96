// Incidents: what must be said now, whatever else is in the draft.

import { useContext, useState } from "preact/hooks";
import { askIfConnected, runCommand } from "../commands";
import { Problem } from "../parts/problem";
import { At, Now } from "../parts/words";
import type { Body, KbEntry, Seconds } from "../types";
import { textAt, withValue } from "./body";
import { timeState } from "./health";
import { momentOfText, utcText } from "./local-time";
import type { KnowledgePageProps } from "./knowledge";
import { NoteField, noteFault } from "./note-field";
import { itemHref } from "./place";
import { noConnection } from "./store";

/** The incident as it is over: from now on, and not before it began. */
export function endedBody(body: Body, now: Seconds): Body {
  const from = momentOfText(textAt(body, "from")) ?? 0;
  return withValue(body, "until", utcText(Math.max(from + 1, now - 1)));
}

interface PublishIncidentProps {
  page: KnowledgePageProps;
  body: Body;
  /** what was typed is in the draft first */
  settle: () => Promise<void>;
}

/** Publishes an incident as it is in the draft, and nothing else. */
export function PublishIncident({ page, body, settle }: PublishIncidentProps) {
  const { ask, announce, refresh } = page;
  const now = useContext(Now);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const from = momentOfText(textAt(body, "from"));
  const coming = from !== null && from > now;

  async function publish(event: Event) {
    event.preventDefault();
    if (busy) return;
    setDone(null);
    const found = noteFault(note);
    setFault(found);
    if (found) {
      document.getElementById("incident-note")?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    await settle();
    const answer = await runCommand(ask, { type: "kb_incident", body, note: note.trim() });
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.text);
      return;
    }
    setNote("");
    setDone(coming ? "It's published, and begins by itself." : "It's being published.");
    announce("The incident is being published.");
    refresh();
  }

  return (
    <section class="ks-aside-note" aria-labelledby="incident-publish">
      <h2 class="govuk-heading-s" id="incident-publish">
        Publish at once
      </h2>
      <p class="govuk-body">
        This incident alone goes live, and nothing else of the draft. It needs no second person.
      </p>
      {problem && <Problem title="It wasn't published" text={problem} />}
      {done && (
        <p class="govuk-inset-text" role="status" data-testid="incident-done">
          {done}
        </p>
      )}
      <form onSubmit={publish} noValidate>
        <NoteField id="incident-note" value={note} error={fault} onValue={setNote} />
        <button
          type="submit"
          class="govuk-button govuk-button--warning ks-kb-wide"
          aria-disabled={busy}
          data-testid="incident-go"
        >
          {busy ? "Publishing…" : "Publish at once"}
        </button>
      </form>
    </section>
  );
}

/** What is said just now, on top of everything. */
export function RunningIncidents({ page }: { page: KnowledgePageProps }) {
  const now = useContext(Now);
  const running = (page.kb?.items ?? []).filter(
    (one) => one.kind === "incident" && one.change !== "added" && timeState(one, now) === "now",
  );
  if (running.length === 0) return null;
  return (
    <section class="ks-kb-running" aria-labelledby="running" data-testid="running-incidents">
      <h2 class="govuk-heading-m" id="running">
        {running.length === 1
          ? "An incident is running"
          : `${running.length} incidents are running`}
      </h2>
      {running.map((entry) => (
        <Running key={entry.item} entry={entry} page={page} />
      ))}
    </section>
  );
}

function Running({ entry, page }: { entry: KbEntry; page: KnowledgePageProps }) {
  const { ask, announce, refresh } = page;
  const now = useContext(Now);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function end() {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const text = await endIncident();
    setBusy(false);
    setProblem(text);
    if (text !== null) return;
    announce(`${entry.title} is being ended.`);
    refresh();
  }

  async function endIncident(): Promise<string | null> {
    const answer = await askIfConnected(ask, {
      type: "kb_item",
      kind: "incident",
      item: entry.item,
    });
    if (answer?.type !== "kb_item") {
      return answer?.type === "refused" ? answer.text : noConnection;
    }
    const body = endedBody(answer.live, now);
    const note = `${entry.title} is over.`;
    const done = await runCommand(ask, { type: "kb_incident", body, note });
    return done.ok ? null : done.text;
  }

  return (
    <>
      {problem && <Problem title="It's still running" text={problem} />}
      <p class="govuk-body ks-kb-running__one">
        <a class="govuk-link" href={itemHref(entry)}>
          {entry.title}
        </a>
        {entry.until !== null && (
          <span>
            until <At at={entry.until} />
          </span>
        )}
        <button
          type="button"
          class="govuk-button govuk-button--secondary ks-kb-wide"
          aria-disabled={busy}
          onClick={() => void end()}
          data-testid="incident-end"
        >
          {busy ? "Ending it…" : "End it now"}
          <span class="govuk-visually-hidden">: {entry.title}</span>
        </button>
      </p>
    </>
  );
}
