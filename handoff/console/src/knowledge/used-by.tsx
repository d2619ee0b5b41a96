// Who says a term: what changes when its words do.

import type { KbUser } from "../types";
import { itemHref } from "./place";
import { countWords, listWords } from "./publishing";

/** "3 answers and 1 rule" */
export function usersWords(users: readonly Pick<KbUser, "kind">[]): string {
  const kinds = ["intent", "rule"] as const;
  const counts = kinds.flatMap((kind) => {
    const count = users.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [countWords(count, kind)];
  });
  return listWords(counts);
}

export function UsedBy({ users }: { users: readonly KbUser[] }) {
  return (
    <section class="ks-aside" aria-labelledby="kb-used-by" data-testid="used-by">
      <h2 class="govuk-heading-s" id="kb-used-by">
        Where it's used
      </h2>
      {users.length === 0 && <p class="govuk-body">No answer and no rule uses it.</p>}
      {users.length > 0 && (
        <>
          <p class="govuk-body">
            What you change here changes what {usersWords(users)}{" "}
            {users.length === 1 ? "understands" : "understand"}.
          </p>
          <ul class="govuk-list">
            {users.map((one) => (
              <li key={`${one.kind}/${one.item}`}>
                <a class="govuk-link" href={itemHref(one)}>
                  {one.title}
                </a>
                {one.kind === "rule" && <span class="ks-quiet"> (rule)</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
