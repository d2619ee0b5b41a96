// The tray of messages that were left alone as trolling. Every one can be taken back.

import { useRef, useState } from "preact/hooks";
import type { Done } from "../commands";
import { Problem } from "../parts/problem";
import { At, Handle, TheirWords } from "../parts/words";
import { spansOf, WhyList } from "../parts/why";
import { PrivateTag } from "../queue/queue";
import type { Ignored } from "../types";
import { atHandle } from "../words";

export interface IgnoredTrayProps {
  ignored: readonly Ignored[];
  loaded: boolean;
  onRestore: (message: number) => Promise<Done>;
  announce: (text: string) => void;
}

export function IgnoredTray({ ignored, loaded, onRestore, announce }: IgnoredTrayProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [problem, setProblem] = useState<{ message: number; text: string } | null>(null);
  const [busy, setBusy] = useState<number | null>(null);

  async function restore(one: Ignored) {
    if (busy !== null) return;
    setBusy(one.message);
    setProblem(null);
    const done = await onRestore(one.message);
    setBusy(null);
    if (!done.ok) {
      setProblem({ message: one.message, text: done.text });
      return;
    }
    announce(`The message from ${atHandle(one.handle)} is in the queue now.`);
    heading.current?.focus();
  }

  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1} ref={heading}>
        Ignored
      </h1>
      <p class="govuk-body">
        Messages that were left alone because there seemed to be nothing in them but abuse. If
        there's a person who needs something behind one, put it in the queue.
      </p>
      {ignored.length === 0 && (
        <p class="govuk-body">{loaded ? "Nothing has been left alone." : "Fetching the tray…"}</p>
      )}
      <ol class="ks-rows" data-testid="ignored">
        {ignored.map((one) => (
          <li
            class="ks-row ks-ignored"
            key={one.message}
            data-testid="ignored-row"
            data-message-id={one.message}
          >
            <h2 class="govuk-heading-s ks-ignored__who">
              <Handle handle={one.handle} />
              {", "}
              <At at={one.written_at} />
              {one.private && (
                <>
                  {" "}
                  <PrivateTag />
                </>
              )}
            </h2>
            <TheirWords text={one.text} spans={spansOf(one.why)} />
            <details class="govuk-details">
              <summary class="govuk-details__summary">
                <span class="govuk-details__summary-text">
                  Why it was ignored
                  <span class="govuk-visually-hidden"> ({atHandle(one.handle)})</span>
                </span>
              </summary>
              <div class="govuk-details__text">
                <WhyList why={one.why} />
                <p class="govuk-body-s">
                  Knowledge base <code class="ks-code">{one.kb}</code>
                </p>
              </div>
            </details>
            {problem?.message === one.message && <Problem text={problem.text} />}
            <button
              type="button"
              class="govuk-button govuk-button--secondary ks-ignored__restore"
              aria-disabled={busy === one.message}
              onClick={() => restore(one)}
              data-testid="restore"
            >
              Not trolling: put in the queue
              <span class="govuk-visually-hidden"> ({atHandle(one.handle)})</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
