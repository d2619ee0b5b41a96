// The top of every page: whether we're connected, where one can go, and oneself.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Connection } from "../feed";
import { hrefOf, placeOf, type PlainView, type Route } from "../route";
import { SearchForm } from "../search/search";
import type { Staff } from "../types";

const connectionWords: Record<Connection, string> = {
  connecting: "Connecting…",
  connected: "Connected",
  lost: "Connection lost: trying again",
  "signed-out": "Signed out",
};

/** What there is to do in each tray. */
export interface Counts {
  waiting: number;
  urgent: number;
  mine: number;
  /** cases with replies that wait for an approval */
  proposed: number;
  /** people at the desk */
  on: number;
}

export interface HeaderProps {
  staff: Staff | null;
  may: ReadonlySet<string>;
  connection: Connection;
  route: Route;
  counts: Counts;
  onSignOut: () => void;
}

/** The skip link can't be a plain one: what follows the # says which view is shown. */
function skipToMain(event: Event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

export function Header(props: HeaderProps) {
  const { staff, connection, route } = props;
  const [open, setOpen] = useState(false);
  const place = placeOf(route);
  useLayoutEffect(() => setOpen(false), [place]);

  return (
    <>
      <a href="#main" class="govuk-skip-link" onClick={skipToMain}>
        Skip to main content
      </a>
      <header class={open ? "ks-header ks-header--open" : "ks-header"}>
        <div class="govuk-width-container ks-header__bar">
          <div class="ks-header__top">
            <span class="ks-wordmark">Kerbside</span>
            {staff && (
              <>
                <span
                  class={`ks-connection ks-connection--${connection}`}
                  role="status"
                  data-testid="connection"
                >
                  {connectionWords[connection]}
                </span>
                <button
                  type="button"
                  class="ks-menu-button"
                  aria-expanded={open}
                  aria-controls="menu"
                  onClick={() => setOpen(!open)}
                  data-testid="menu"
                >
                  Menu
                </button>
              </>
            )}
          </div>
          {staff && (
            <>
              <div class="ks-header__more" id="menu">
                <SearchForm
                  id="search"
                  name="Everything"
                  text={route.view === "search" ? route.text : ""}
                />
                <You {...props} staff={staff} />
              </div>
              <Trays {...props} />
            </>
          )}
        </div>
      </header>
    </>
  );
}

function You({ staff, route, counts, may, onSignOut }: HeaderProps & { staff: Staff }) {
  return (
    <ul class="ks-header__you">
      <li>
        <HeaderLink to="account" route={route}>
          <span data-testid="staff-name">{staff.name}</span>
          <span class="govuk-visually-hidden">: your account</span>
        </HeaderLink>
      </li>
      <li>
        <HeaderLink to="desk" route={route}>
          The desk{counts.on > 0 && `: ${counts.on} on`}
        </HeaderLink>
      </li>
      <li>
        <HeaderLink to="settings" route={route}>
          Alerts
        </HeaderLink>
      </li>
      {may.has("accounts") && (
        <li>
          <HeaderLink to="people" route={route}>
            People
          </HeaderLink>
        </li>
      )}
      {may.has("audit") && (
        <li>
          <HeaderLink to="audit" route={route}>
            Audit log
          </HeaderLink>
        </li>
      )}
      <li>
        <button type="button" class="ks-plain-button" onClick={onSignOut} data-testid="sign-out">
          Sign out
        </button>
      </li>
    </ul>
  );
}

interface HeaderLinkProps {
  to: PlainView;
  route: Route;
  children: ComponentChildren;
}

function HeaderLink({ to, route, children }: HeaderLinkProps) {
  return (
    <a
      class="ks-header__link"
      href={hrefOf({ view: to })}
      aria-current={route.view === to ? "page" : undefined}
      data-testid={`nav-${to}`}
    >
      {children}
    </a>
  );
}

function Trays({ route, counts, may }: HeaderProps) {
  return (
    <nav class="ks-header__trays" aria-label="Trays">
      <ul class="ks-nav">
        <NavItem to={{ view: "queue", filter: {} }} route={route}>
          Queue
          <NavCount count={counts.waiting} what="waiting" />
          {counts.urgent > 0 && <strong class="ks-nav__urgent">{counts.urgent} urgent</strong>}
        </NavItem>
        <NavItem to={{ view: "mine" }} route={route}>
          Mine
          <NavCount count={counts.mine} what="that wait for you" />
        </NavItem>
        {may.has("approve") && (
          <NavItem to={{ view: "approval" }} route={route} more>
            For approval
            <NavCount count={counts.proposed} what="waiting for approval" />
          </NavItem>
        )}
        <NavItem to={{ view: "answered" }} route={route} more>
          Answered
        </NavItem>
        <NavItem to={{ view: "ignored" }} route={route} more>
          Ignored
        </NavItem>
        <NavItem to={{ view: "sent" }} route={route} more>
          Sent
        </NavItem>
        <NavItem to={{ view: "failed" }} route={route} more>
          Not sent
        </NavItem>
        <NavItem to={{ view: "closed" }} route={route} more>
          Closed
        </NavItem>
        {may.has("kb") && (
          <NavItem to={{ view: "knowledge", place: { page: "overview" } }} route={route} more>
            Knowledge
          </NavItem>
        )}
      </ul>
    </nav>
  );
}

interface NavItemProps {
  to: Route;
  route: Route;
  /** on a small screen only in the menu */
  more?: boolean;
  children: ComponentChildren;
}

function NavItem({ to, route, more, children }: NavItemProps) {
  const current = to.view === route.view;
  return (
    <li class={more ? "ks-nav__more" : undefined}>
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
