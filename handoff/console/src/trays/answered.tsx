// What was answered automatically, least sure first, until a person has glanced at it.

import { PrivateTag } from "../parts/tags";
import { spansOf, WhyList } from "../parts/why";
import { At, Handle, TheirWords } from "../parts/words";
import type { Answered, Command } from "../types";
import { atHandle, percent, replyStateWords } from "../words";
import { TrayPage, type TrayViewProps } from "./tray";

export function AnsweredTray(props: TrayViewProps) {
  return (
    <TrayPage
      {...props}
      tray="answered"
      title="Answered automatically"
      intro={
        "Please glance at these: the replies that Kerbside was least sure of come first. If one " +
        "is wrong, make it a case, and somebody puts it right."
      }
      empty="Everything that was answered automatically has been looked at."
      keyOf={(one) => one.message}
      goneWith={(event) => event.message}
      row={(one, act, busy) => <AnsweredRow one={one} act={act} busy={busy} />}
    />
  );
}

interface AnsweredRowProps {
  one: Answered;
  act: (command: Command, said: string) => void;
  busy: boolean;
}

function AnsweredRow({ one, act, busy }: AnsweredRowProps) {
  const who = atHandle(one.handle);
  const glance = (fine: boolean, said: string) =>
    act({ type: "glance", message: one.message, fine }, said);
  return (
    <>
      <h2 class="govuk-heading-s ks-tray__who" tabIndex={-1}>
        <Handle handle={one.handle} />
        {", "}
        <At at={one.written_at} /> {one.private && <PrivateTag />}
      </h2>
      <TheirWords text={one.text} spans={spansOf(one.decision.why)} />
      <div class="ks-tray__reply">
        <h3 class="govuk-heading-s ks-tray__who">
          Our reply <span class="ks-quiet">({replyStateWords(one.reply)})</span>
        </h3>
        <p class="govuk-body ks-words" dir="auto">
          {one.reply.text}
        </p>
      </div>
      <details class="govuk-details">
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">
            Why it was answered so: {percent(one.decision.score)} sure
            <span class="govuk-visually-hidden"> ({who})</span>
          </span>
        </summary>
        <div class="govuk-details__text">
          <p class="govuk-body-s">
            Taken to be about <code class="ks-code">{one.decision.intents.join(", ")}</code>
          </p>
          <WhyList why={one.decision.why} />
        </div>
      </details>
      <div class="govuk-button-group ks-tray__do">
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          aria-disabled={busy}
          onClick={() => glance(true, "Thank you. That one is done.")}
          data-testid="glance-fine"
        >
          That's fine
          <span class="govuk-visually-hidden"> ({who})</span>
        </button>
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          aria-disabled={busy}
          onClick={() => glance(false, `The message from ${who} is a case now, in the queue.`)}
          data-testid="glance-wrong"
        >
          That was wrong: make it a case
          <span class="govuk-visually-hidden"> ({who})</span>
        </button>
      </div>
    </>
  );
}
