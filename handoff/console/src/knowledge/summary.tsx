// What is wrong with an item, and where: each leads to its field.

import { fieldId, isAboutPatterns, problemSentence, type Placed } from "./fields";
import type { Field } from "./sections";

/** The box of a text in a list has a name of its own. */
export function boxId(field: Field, index: number | null): string {
  const id = fieldId(field.path);
  const listed = field.as === "texts" || field.as === "patterns";
  return listed && index !== null && index > 0 ? `${id}-${index}` : id;
}

export function placeOfProblem({ field, problem }: Placed): string | null {
  return field && boxId(field, problem.index);
}

/** What follows the # says which page is shown, so a link can't simply lead there. */
export function goTo(id: string): void {
  const place = document.getElementById(id);
  place?.closest("details")?.setAttribute("open", "");
  place?.focus();
}

const followed = (id: string) => (event: Event) => {
  event.preventDefault();
  goTo(id);
};

export function Summary({ placed }: { placed: readonly Placed[] }) {
  const errors = placed.filter(({ problem }) => problem.severity === "error");
  // What there is to say of patterns stands at them, for who opens them.
  const warnings = placed.filter(
    ({ problem }) => problem.severity === "warning" && !isAboutPatterns(problem),
  );
  return (
    <>
      {errors.length > 0 && (
        <div class="govuk-error-summary ks-problem" data-testid="kb-errors">
          <h2 class="govuk-error-summary__title">Before this can be published</h2>
          <List placed={errors} className="govuk-error-summary__list" />
        </div>
      )}
      {warnings.length > 0 && (
        <div class="govuk-inset-text ks-kb-warnings" data-testid="kb-warnings">
          <h2 class="govuk-heading-s">Worth a look</h2>
          <List placed={warnings} className="govuk-list--bullet" />
        </div>
      )}
    </>
  );
}

function List({ placed, className }: { placed: readonly Placed[]; className: string }) {
  return (
    <ul class={`govuk-list ${className}`}>
      {placed.map((one, i) => {
        const id = placeOfProblem(one);
        const { next } = one.problem;
        const text = problemSentence(one.problem.text, one.field?.label ?? null);
        return (
          <li key={i}>
            {id ? (
              <a class="govuk-link" href={`#${id}`} onClick={followed(id)}>
                {text}
              </a>
            ) : (
              text
            )}{" "}
            {next}
          </li>
        );
      })}
    </ul>
  );
}
