// Somebody else has changed what is being changed here: both stand beside each other.

import { useLayoutEffect, useRef } from "preact/hooks";
import { At } from "../parts/words";
import type { Body, KbItemFrame } from "../types";
import { sameBody, valueAt } from "./body";
import { fieldsOf, shownValue } from "./fields";
import { ShownLines } from "./form";
import { bodyNow } from "./keeper";

interface ConflictProps {
  mine: Body;
  theirs: KbItemFrame;
  /** theirs is what is live now, and mine the draft as it is saved */
  live: boolean;
  onTheirs: () => void;
  onMine: () => void;
}

export function Conflict({ mine, theirs, live, onTheirs, onMine }: ConflictProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const other = live ? theirs.live : bodyNow(theirs);
  const who = theirs.by ?? "Somebody else";
  return (
    <section class="ks-kb-conflict" aria-labelledby="conflict" data-testid="conflict">
      <h2 class="govuk-heading-m" id="conflict" tabIndex={-1} ref={heading}>
        {live ? "What is live has changed" : `${who} has changed this, too`}
      </h2>
      <p class="govuk-body">
        {live
          ? "Another version was published since this draft was begun."
          : "What you typed isn't saved in the draft yet, and nothing of it is lost."}
        {!live && theirs.at !== null && (
          <>
            {" "}
            Theirs was saved: <At at={theirs.at} />.
          </>
        )}{" "}
        Choose which one is to stand.
      </p>
      <Differences
        theirs={theirs}
        mine={mine}
        other={other}
        otherName={live ? "Live now" : "Theirs"}
        mineName={live ? "Draft" : "Yours"}
      />
      <div class="govuk-button-group">
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          onClick={onTheirs}
          data-testid="take-theirs"
        >
          {live ? "Take what is live" : "Take theirs"}
        </button>
        <button
          type="button"
          class="govuk-button govuk-button--secondary"
          onClick={onMine}
          data-testid="keep-mine"
        >
          {live ? "Keep the draft" : "Keep mine"}
        </button>
      </div>
    </section>
  );
}

interface DifferencesProps {
  theirs: KbItemFrame;
  mine: Body;
  other: Body;
  mineName: string;
  otherName: string;
}

function Differences({
  theirs: { kind, item },
  mine,
  other,
  mineName,
  otherName,
}: DifferencesProps) {
  if (mine === null || other === null) {
    return (
      <p class="govuk-body">
        <strong>{mine === null ? mineName : otherName}:</strong> it is to be removed.
      </p>
    );
  }
  const fields = [...fieldsOf(kind, item, mine), ...fieldsOf(kind, item, other)];
  const different = fields.filter(
    ({ path }, i) =>
      fields.findIndex((one) => one.path === path) === i &&
      !sameBody(valueAt(mine, path), valueAt(other, path)),
  );
  return (
    <dl class="ks-kb-sides">
      {different.map(({ path, label }) => (
        <div class="ks-kb-sides__field" key={path}>
          <dt class="govuk-heading-s ks-kb-small">{label}</dt>
          <dd>
            <span class="ks-quiet">{otherName}</span>
            <ShownLines lines={shownValue(valueAt(other, path))} />
          </dd>
          <dd>
            <span class="ks-quiet">{mineName}</span>
            <ShownLines lines={shownValue(valueAt(mine, path))} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
