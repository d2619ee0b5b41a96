// Where somebody is signed in.

import type { Session } from "../api";
import { At } from "../parts/words";

export interface SessionListProps {
  sessions: readonly Session[];
  /** whose they are, for those who can't see what is around: "Tom Ives"; empty: one's own */
  whose: string;
  busy: boolean;
  onEnd: (session: Session) => void;
}

export function SessionList({ sessions, whose, busy, onEnd }: SessionListProps) {
  return (
    <ul class="ks-sessions" data-testid="sessions">
      {sessions.map((one) => (
        <li key={one.id} class="ks-session" data-testid="session">
          <span>
            <strong>{one.browser ?? "An unknown browser"}</strong>
            {one.address && <span class="ks-code"> {one.address}</span>}
            {one.this && " (this one)"}
            <span class="ks-session__times">
              Since <At at={one.began_at} />, last used <At at={one.seen_at} />
            </span>
          </span>
          {!one.this && (
            <button
              type="button"
              class="govuk-button govuk-button--secondary ks-session__end"
              aria-disabled={busy}
              onClick={() => !busy && onEnd(one)}
            >
              Sign out
              <span class="govuk-visually-hidden">
                {" "}
                {whose} {one.browser}
              </span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
