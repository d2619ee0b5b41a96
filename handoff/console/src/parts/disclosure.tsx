// A button that shows and hides what stands behind it. Escape closes it, and the focus goes back to
// the button.

import type { ComponentChildren, RefObject } from "preact";
import { useId, useRef } from "preact/hooks";

export interface DisclosureProps {
  label: string;
  open: boolean;
  onToggle: (open: boolean) => void;
  /** for those who send the focus back to it */
  button?: RefObject<HTMLButtonElement>;
  children: ComponentChildren;
  testId: string;
}

export function Disclosure(props: DisclosureProps) {
  const { label, open, onToggle, children, testId } = props;
  const panel = useId();
  const own = useRef<HTMLButtonElement>(null);
  const button = props.button ?? own;

  function closeByKey(event: KeyboardEvent) {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    onToggle(false);
    button.current?.focus();
  }

  return (
    <div class="ks-disclosure" onKeyDown={closeByKey}>
      <button
        type="button"
        class="govuk-button govuk-button--secondary ks-disclosure__button"
        aria-expanded={open}
        aria-controls={panel}
        ref={button}
        onClick={() => onToggle(!open)}
        data-testid={testId}
      >
        {label}
      </button>
      <div class="ks-disclosure__panel" id={panel} hidden={!open}>
        {open && children}
      </div>
    </div>
  );
}
