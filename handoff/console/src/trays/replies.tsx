// What we sent, and what could not be sent.

import { PrivateTag } from "../parts/tags";
import { At, Handle } from "../parts/words";
import type { TrayItems } from "../types";
import { replyStateWords, senderWords } from "../words";
import { TrayPage, type TrayViewProps } from "./tray";

export function SentTray(props: TrayViewProps) {
  return (
    <TrayPage
      {...props}
      tray="sent"
      title="Sent"
      intro="What has gone out from our accounts, the latest first."
      empty="Nothing has been sent yet."
      keyOf={(one) => one.id}
      row={(one) => <ReplyRow one={one} />}
    />
  );
}

export function FailedTray(props: TrayViewProps) {
  return (
    <TrayPage
      {...props}
      tray="failed"
      title="Not sent"
      intro="Replies that could not be sent, and why. Open the case to try again."
      empty="Everything that was to be sent has been."
      keyOf={(one) => one.id}
      row={(one) => <ReplyRow one={one} />}
    />
  );
}

function ReplyRow({ one }: { one: TrayItems["sent" | "failed"] }) {
  return (
    <>
      <h2 class="govuk-heading-s ks-tray__who" tabIndex={-1}>
        {senderWords(one)}
        {", "}
        <At at={one.changed_at} /> {one.private && <PrivateTag />}
      </h2>
      <p class="govuk-body ks-words" dir="auto">
        {one.text ?? "A direct message, which your role doesn't read."}
      </p>
      <ul class="ks-facts">
        <li>
          from <Handle handle={one.handle} />
        </li>
        <li data-testid="reply-state">{replyStateWords(one)}</li>
        {one.case !== null && (
          <li>
            <a class="govuk-link" href={`#/case/${one.case}`}>
              Case {one.case}
            </a>
          </li>
        )}
        {one.remote_url && (
          <li>
            <a class="govuk-link" href={one.remote_url} rel="noreferrer">
              See it on X<span class="govuk-visually-hidden">, reply {one.id}</span>
            </a>
          </li>
        )}
      </ul>
    </>
  );
}
