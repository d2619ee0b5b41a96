// The audit log: who signed in, and who did what needs a right of its own.

import { useEffect, useState } from "preact/hooks";
import { LostError } from "../feed";
import { Problem } from "../parts/problem";
import { At } from "../parts/words";
import type { Answer, AuditEntry, Command } from "../types";
import { actWords, byWords } from "./words";

export interface AuditPageProps {
  /** false until there is a connection to ask by */
  ready: boolean;
  ask: (command: Command) => Promise<Answer>;
}

export function AuditPage({ ready, ask }: AuditPageProps) {
  const [items, setItems] = useState<AuditEntry[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [loaded, setLoaded] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function load(before: string | null) {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const answer = await ask({ type: "audit", before });
      if (answer.type === "audit") {
        setItems((earlier) => (before ? [...earlier, ...answer.items] : answer.items));
        setNext(answer.next);
        setLoaded(true);
      } else if (answer.type === "refused") {
        setProblem(answer.text);
      }
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      setProblem("There's no connection to Kerbside just now. Try again once we're connected.");
    }
    setBusy(false);
  }
  useEffect(() => {
    if (ready && !loaded) void load(null);
  }, [ready]);

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Audit log
      </h1>
      <p class="govuk-body">
        Who signed in, and who did what not everybody may do. Nothing is ever taken out of it.
      </p>
      {problem && <Problem text={problem} />}
      {!loaded && !problem && (
        <p class="govuk-body" role="status">
          Fetching the log…
        </p>
      )}
      {loaded && items.length === 0 && <p class="govuk-body">Nothing has been written yet.</p>}
      <ol class="ks-sessions" data-testid="audit">
        {items.map((one) => (
          <li class="ks-audit" key={one.id} data-testid="audit-row">
            <span class="ks-audit__when">
              <At at={one.at} />
            </span>
            <span>
              <strong>{actWords(one)}</strong>
              {one.about && (
                <>
                  : <bdi>{one.about}</bdi>
                </>
              )}
              {one.text && <span class="ks-quiet"> ({one.text})</span>}
            </span>
            <span class="ks-audit__who">
              {byWords(one)}
              {one.address && <span class="ks-code"> {one.address}</span>}
            </span>
          </li>
        ))}
      </ol>
      {next && (
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          aria-disabled={busy}
          onClick={() => load(next)}
          data-testid="audit-more"
        >
          Show earlier ones
        </button>
      )}
    </>
  );
}
