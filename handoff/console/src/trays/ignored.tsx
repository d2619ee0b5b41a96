// What was left alone as trolling. Every one can be taken back until it leaves the tray.

import { At, Handle, TheirWords } from "../parts/words";
import { PrivateTag } from "../parts/tags";
import { spansOf, WhyList } from "../parts/why";
import type { Command, Ignored } from "../types";
import { atHandle, madeBy } from "../words";
import { TrayPage, type TrayViewProps } from "./tray";

export function IgnoredTray(props: TrayViewProps) {
  return (
    <TrayPage
      {...props}
      tray="ignored"
      title="Ignored"
      intro={
        "Messages that were left alone because there seemed to be nothing in them but abuse. If " +
        "there's a person who needs something behind one, put it in the queue."
      }
      empty="Nothing has been left alone."
      keyOf={(one) => one.message}
      goneWith={(event) => (event.kind === "message.restored" ? event.ignored?.message : undefined)}
      row={(one, act, busy) => <IgnoredRow one={one} act={act} busy={busy} />}
    />
  );
}

interface IgnoredRowProps {
  one: Ignored;
  act: (command: Command, said: string) => void;
  busy: boolean;
}

function IgnoredRow({ one, act, busy }: IgnoredRowProps) {
  const who = atHandle(one.handle);
  return (
    <>
      <h2 class="govuk-heading-s ks-tray__who" tabIndex={-1}>
        <Handle handle={one.handle} />
        {", "}
        <At at={one.written_at} /> {one.private && <PrivateTag />}
      </h2>
      <TheirWords text={one.text} spans={spansOf(one.why)} />
      <details class="govuk-details">
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">
            Why it was ignored
            <span class="govuk-visually-hidden"> ({who})</span>
          </span>
        </summary>
        <div class="govuk-details__text">
          <WhyList why={one.why} />
          <p class="govuk-body-s">{madeBy(one)}</p>
        </div>
      </details>
      {one.expires_at && (
        <p class="govuk-body-s ks-quiet">
          It leaves this tray: <At at={one.expires_at} />
        </p>
      )}
      <button
        type="button"
        class="govuk-button govuk-button--secondary ks-tray__do"
        aria-disabled={busy}
        onClick={() =>
          act(
            { type: "restore", message: one.message },
            `The message from ${who} is in the queue now.`,
          )
        }
        data-testid="restore"
      >
        Not trolling: put in the queue
        <span class="govuk-visually-hidden"> ({who})</span>
      </button>
    </>
  );
}
