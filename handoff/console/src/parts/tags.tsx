// What is said of a case in one word or two.

import type { ComponentChildren } from "preact";
import type { Case } from "../types";

interface TagProps {
  colour?: string;
  testId: string;
  children: ComponentChildren;
}

function Tag({ colour = "", testId, children }: TagProps) {
  return (
    <strong class={`govuk-tag ${colour}`} data-testid={testId}>
      {children}
    </strong>
  );
}

export function UrgentTag() {
  return (
    <Tag colour="ks-tag--urgent" testId="urgent">
      Urgent
    </Tag>
  );
}

export function PrivateTag() {
  return (
    <Tag colour="govuk-tag--purple" testId="private">
      Direct message
    </Tag>
  );
}

export function CaseTags({ one, named = false }: { one: Case; named?: boolean }) {
  const live = one.state !== "closed";
  return (
    <>
      {live && one.sensitive && <UrgentTag />}
      {live && one.escalated && (
        <Tag colour="govuk-tag--red" testId="escalated">
          Time is up
        </Tag>
      )}
      {live && one.warned && !one.escalated && (
        <Tag colour="govuk-tag--yellow" testId="warned">
          Time nearly up
        </Tag>
      )}
      {one.private && <PrivateTag />}
      {one.failed_replies > 0 && (
        <Tag colour="govuk-tag--orange" testId="failed-reply">
          Reply not sent
        </Tag>
      )}
      {one.proposed_replies > 0 && (
        <Tag colour="govuk-tag--turquoise" testId="proposed">
          Waiting for approval
        </Tag>
      )}
      {named && (
        <Tag colour="govuk-tag--pink" testId="named">
          A note names you
        </Tag>
      )}
      {live && one.muted && (
        <Tag colour="govuk-tag--grey" testId="muted">
          Muted
        </Tag>
      )}
    </>
  );
}
