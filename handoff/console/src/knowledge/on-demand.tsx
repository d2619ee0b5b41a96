// The knowledge pages are a script of their own, fetched when somebody first opens one of them: most
// of the staff never do.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../parts/problem";
import type { KnowledgeView, KnowledgeViewProps } from "./knowledge";
import { placeTitle } from "./words";

type View = typeof KnowledgeView;

let fetched: View | null = null;

export function KnowledgeOnDemand(props: KnowledgeViewProps) {
  const [view, setView] = useState<{ Shown: View | null }>({ Shown: fetched });
  const [missing, setMissing] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const focused = useRef(false);

  useEffect(() => {
    if (fetched) return;
    let left = false;
    import("./knowledge").then(
      ({ KnowledgeView }) => {
        fetched = KnowledgeView;
        if (left) return;
        focused.current = document.activeElement === heading.current;
        setView({ Shown: fetched });
      },
      () => !left && setMissing(true),
    );
    return () => {
      left = true;
    };
  }, []);

  // The heading that had the focus is gone: the page's own takes it, unless the page gave it away.
  useLayoutEffect(() => {
    if (!focused.current || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>("main h1")?.focus();
  }, [view]);

  if (view.Shown) return <view.Shown {...props} />;
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1} ref={heading}>
        {placeTitle(props.place)}
      </h1>
      {missing ? (
        <Missing connected={props.state.connection === "connected"} />
      ) : (
        <p class="govuk-body" role="status">
          Fetching the knowledge pages…
        </p>
      )}
    </>
  );
}

/** A browser may keep that a script failed, and a newer Kerbside's has another name: only loading the
 *  page anew helps with both. */
function Missing({ connected }: { connected: boolean }) {
  return (
    <div data-testid="pages-missing">
      <Problem
        title="The knowledge pages could not be loaded"
        text={
          connected
            ? "Kerbside may have been updated since you opened it. Nothing you wrote is lost."
            : "There's no connection to Kerbside just now. Try again once we're connected."
        }
      />
      {connected && (
        <button type="button" class="govuk-button" onClick={() => location.reload()}>
          Try again
        </button>
      )}
    </div>
  );
}
