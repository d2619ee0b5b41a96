// The list of shortcuts, over whatever is shown. The browser keeps the focus inside of it and gives
// it back afterwards.

import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { ShortcutsOf } from "./use-shortcut";

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const shortcuts = useContext(ShortcutsOf);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const one = dialog.current;
    const before = document.activeElement;
    one?.showModal();
    return () => {
      one?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      class="ks-dialog"
      ref={dialog}
      aria-labelledby="shortcuts-title"
      onClose={onClose}
      data-testid="shortcuts"
    >
      <h2 class="govuk-heading-m" id="shortcuts-title" tabIndex={-1}>
        Keyboard shortcuts
      </h2>
      {shortcuts.enabled ? (
        <KeyList keys={shortcuts.all().map((one) => [one.keys, one.description] as const)} />
      ) : (
        <p class="govuk-body">You've switched them off.</p>
      )}
      <p class="govuk-body">
        They do nothing while you write. You can{" "}
        <a class="govuk-link" href="#/settings" onClick={onClose}>
          switch them {shortcuts.enabled ? "off" : "on"} in your settings
        </a>
        .
      </p>
      <button type="button" class="govuk-button" onClick={onClose} data-testid="shortcuts-close">
        Close
      </button>
    </dialog>
  );
}

export function KeyList({ keys }: { keys: readonly (readonly [keys: string, what: string])[] }) {
  return (
    <dl class="ks-keys">
      {keys.map(([key, what]) => (
        <div class="ks-keys__row" key={key}>
          <dt>
            {key.split(" ").map((one, i) => (
              <span key={one}>
                {i > 0 && " then "}
                <kbd class="ks-key">{one}</kbd>
              </span>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
