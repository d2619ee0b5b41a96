import type { Connection } from "../feed";
import { hrefOf, type Route } from "../route";
import type { Cost, Staff } from "../types";
import { costWords } from "../words";

const connectionWords: Record<Connection, string> = {
  connecting: "Connecting…",
  connected: "Connected",
  lost: "Connection lost: trying again",
  "signed-out": "Signed out",
};

export interface HeaderProps {
  staff: Staff | null;
  /** null: not theirs to know */
  cost: Cost | null;
  connection: Connection;
  may: ReadonlySet<string>;
  route: Route;
  waiting: { all: number; urgent: number };
  mine: number;
  onSignOut: () => void;
}

/** The skip link can't be a plain one: what follows the # says which view is shown. */
function skipToMain(event: Event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

export function Header(props: HeaderProps) {
  const { staff, cost, connection, may, route, waiting, mine, onSignOut } = props;
  return (
    <>
      <a href="#main" class="govuk-skip-link" onClick={skipToMain}>
        Skip to main content
      </a>
      <header class="ks-header">
        <div class="govuk-width-container ks-header__top">
          <span class="ks-wordmark">Kerbside</span>
          {staff && (
            <div class="ks-header__who">
              <span
                class={`ks-connection ks-connection--${connection}`}
                role="status"
                data-testid="connection"
              >
                {connectionWords[connection]}
              </span>
              <a class="ks-account-link" href={hrefOf({ view: "account" })} data-testid="nav-account">
                <span data-testid="staff-name">{staff.name}</span>
                <span class="govuk-visually-hidden">: your account</span>
              </a>
              <button type="button" class="ks-sign-out" onClick={onSignOut} data-testid="sign-out">
                Sign out
              </button>
            </div>
          )}
        </div>
        {cost && (
          <div class="govuk-width-container">
            <p class="ks-cost" data-testid="cost">
              {costWords(cost)}
            </p>
          </div>
        )}
        {staff && (
          <nav class="govuk-width-container" aria-label="Views">
            <ul class="ks-nav">
              <NavItem to={{ view: "queue" }} route={route}>
                Queue
                <NavCount count={waiting.all} what="waiting" />
                {waiting.urgent > 0 && (
                  <strong class="ks-nav__urgent">{waiting.urgent} urgent</strong>
                )}
              </NavItem>
              <NavItem to={{ view: "mine" }} route={route}>
                Mine
                <NavCount count={mine} what="claimed by you" />
              </NavItem>
              <NavItem to={{ view: "ignored" }} route={route}>
                Ignored
              </NavItem>
              <NavItem to={{ view: "closed" }} route={route}>
                Closed recently
              </NavItem>
              {may.has("accounts") && (
                <NavItem to={{ view: "people" }} route={route}>
                  People
                </NavItem>
              )}
              {may.has("audit") && (
                <NavItem to={{ view: "audit" }} route={route}>
                  Audit log
                </NavItem>
              )}
            </ul>
          </nav>
        )}
      </header>
    </>
  );
}

interface NavItemProps {
  to: Route;
  route: Route;
  children: preact.ComponentChildren;
}

function NavItem({ to, route, children }: NavItemProps) {
  const current = to.view === route.view;
  return (
    <li>
      <a
        class="ks-nav__link"
        href={hrefOf(to)}
        aria-current={current ? "page" : undefined}
        data-testid={`nav-${to.view}`}
      >
        {children}
      </a>
    </li>
  );
}

function NavCount({ count, what }: { count: number; what: string }) {
  if (count === 0) return null;
  return (
    <>
      {" "}
      <span class="ks-nav__count">
        {count}
        <span class="govuk-visually-hidden"> {what}</span>
      </span>
    </>
  );
}
