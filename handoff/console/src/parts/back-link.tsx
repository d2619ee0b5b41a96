// The way back from a case: to the list that one came from, as it was filtered.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

export interface Back {
  href: string;
  /** "the queue": what it is called */
  to: string;
}

export const BackTo = createContext<Back>({ href: "#/queue", to: "the queue" });

export function BackLink() {
  const { href, to } = useContext(BackTo);
  return (
    <a class="govuk-back-link" href={href}>
      Back to {to}
    </a>
  );
}
