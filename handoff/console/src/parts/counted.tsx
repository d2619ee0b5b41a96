// A box for a public text, with how the network counts it.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Counter, countWords, type Count } from "../case/counter";
import type { Ask } from "../commands";

export interface CountedProps {
  id: string;
  label: string;
  hint: string;
  text: string;
  limit: number;
  readOnly?: boolean;
  ask: Ask;
  onChange: (text: string) => void;
}

export function Counted(props: CountedProps) {
  const { id, label, hint, text, limit, ask } = props;
  const [count, setCount] = useState<Count | null>(null);
  const latest = useRef(ask);
  latest.current = ask;
  const counter = useMemo(
    () =>
      new Counter({
        ask: async (asked) => {
          const answer = await latest.current({ type: "count", text: asked, way: "public" });
          return answer.type === "count" ? answer : null;
        },
        onCount: setCount,
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      }),
    [],
  );
  useEffect(() => counter.count(text), [text]);
  useEffect(() => () => counter.stop(), []);

  const over = count !== null && count.weight > count.limit;
  return (
    <div class={over ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
      <label class="govuk-label govuk-label--s" for={id}>
        {label}
      </label>
      <p class="govuk-hint" id={`${id}-hint`}>
        {hint}
      </p>
      <textarea
        class={over ? "govuk-textarea govuk-textarea--error" : "govuk-textarea"}
        id={id}
        rows={4}
        value={text}
        readOnly={props.readOnly}
        aria-describedby={`${id}-hint ${id}-count`}
        aria-invalid={over}
        onInput={(event) => props.onChange(event.currentTarget.value)}
        data-testid={id}
      />
      <p
        class={over ? "govuk-error-message ks-count" : "govuk-hint ks-count"}
        id={`${id}-count`}
        data-testid={`${id}-count`}
      >
        {countWords(count, limit)}
      </p>
      <p class="govuk-visually-hidden" aria-live="polite">
        {over ? "Too long to send." : ""}
      </p>
    </div>
  );
}
