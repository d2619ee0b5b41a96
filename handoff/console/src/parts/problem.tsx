// Why something didn't work, beside the thing that didn't. Takes the focus, since the button that
// was pressed may be gone by now.

import { useLayoutEffect, useRef } from "preact/hooks";

export interface ProblemProps {
  title?: string;
  text: string;
}

export function Problem({ title = "That didn't work", text }: ProblemProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.focus(), [text]);
  return (
    <div class="govuk-error-summary ks-problem" tabIndex={-1} ref={box} data-testid="error">
      <div role="alert">
        <p class="govuk-error-summary__title">{title}</p>
        <p class="govuk-error-summary__body ks-problem__text">{text}</p>
      </div>
    </div>
  );
}
