import type { Cost } from "../types";
import { costWords } from "../words";

export interface FooterProps {
  /** null: not theirs to know */
  cost: Cost | null;
  /** null: nobody is signed in */
  onShortcuts: (() => void) | null;
}

export function Footer({ cost, onShortcuts }: FooterProps) {
  return (
    <footer class="ks-footer">
      <div class="govuk-width-container">
        {cost && (
          <p class="ks-cost" data-testid="cost">
            {costWords(cost)}
          </p>
        )}
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
