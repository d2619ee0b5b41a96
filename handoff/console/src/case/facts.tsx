// What stands at the top of a case: whose it is, how long there is, who else is here.

import { useContext } from "preact/hooks";
import { CaseTags } from "../parts/tags";
import { Age, Handle, Now } from "../parts/words";
import type { Case, Colleague } from "../types";
import { dueWords, leaseWords, nameWords, othersWords, outcomeWords, ownerWords } from "../words";
import { isMine } from "./allowed";

export function CaseFacts({ one, staffId }: { one: Case; staffId: number }) {
  const now = useContext(Now);
  const waits = one.state !== "closed";
  const late = one.due_at !== null && one.due_at < now;
  return (
    <ul class="ks-facts ks-case__facts">
      <li class="ks-facts__tags">
        <CaseTags one={one} />
      </li>
      {waits && one.due_at !== null && (
        <li class={late || one.warned ? "ks-facts__strong" : undefined} data-testid="due">
          {dueWords(one.due_at, now)}
        </li>
      )}
      <li data-testid="owner">
        {one.state === "closed" && one.outcome
          ? `Closed: ${outcomeWords(one.outcome)}`
          : ownerWords(one, staffId)}
        {isMine(one, staffId) && one.lease_until !== null && (
          <span data-testid="lease">, {leaseWords(one.lease_until, now)}</span>
        )}
      </li>
      <li>
        <Handle handle={one.resident.handle} />
        {one.resident.name && (
          <>
            {" ("}
            <bdi>{one.resident.name}</bdi>
            {")"}
          </>
        )}
        {" to "}
        <Handle handle={one.account} />
      </li>
      <li>
        came <Age from={one.opened_at} /> ago
      </li>
      {one.team && <li data-testid="team">For {one.team}</li>}
      {one.department && <li data-testid="department">{nameWords(one.department)} should hear of it</li>}
      {one.acknowledged && <li>Acknowledged</li>}
    </ul>
  );
}

/** Seen, not announced: it changes all the time, and only who has the case can answer it anyway. */
export function Others({ others }: { others: readonly Colleague[] }) {
  return (
    <div class="ks-others" data-testid="others">
      {othersWords(others).map((words) => (
        <p class="govuk-body-s ks-others__one" key={words}>
          {words}
        </p>
      ))}
    </div>
  );
}
