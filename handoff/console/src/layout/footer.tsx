export function Footer({ onShortcuts }: { onShortcuts: (() => void) | null }) {
  return (
    <footer class="ks-footer">
      <div class="govuk-width-container">
        <ul class="ks-footer__links">
          <li>
            <a class="govuk-link" href="#/accessibility" data-testid="statement-link">
              Accessibility statement
            </a>
          </li>
          {onShortcuts && (
            <li>
              <button
                type="button"
                class="ks-plain-button"
                onClick={onShortcuts}
                data-testid="shortcuts-open"
              >
                Keyboard shortcuts
              </button>
            </li>
          )}
        </ul>
      </div>
    </footer>
  );
}
