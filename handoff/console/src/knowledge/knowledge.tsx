// The knowledge pages: what is around all of them, and which of them is shown.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Ask } from "../commands";
import type { Feed } from "../feed";
import type { State } from "../state";
import type { KbFrame, Staff } from "../types";
import { BesideTexts, isBeside, type Beside } from "./beside";
import { ItemPage } from "./item";
import { ElectionReportPage } from "./election-report";
import { LearnPage } from "./learn";
import { NewPage } from "./new";
import { KindList, Overview } from "./overview";
import { hrefOfPlace, itemKey, type KnowledgePlace } from "./place";
import { PublishPage } from "./publish";
import { ReplayPage } from "./replay";
import { changedOf, useKnowledge } from "./store";
import { TryPanel } from "./try";
import { VersionPage, VersionsPage } from "./versions";

/** What every knowledge page is given. */
export interface KnowledgePageProps {
  staff: Staff;
  state: State;
  feed: Feed;
  ask: Ask;
  connected: boolean;
  /** everything there is at a glance; null: not known yet */
  kb: KbFrame | null;
  /** asks for it anew: events of others do so by themselves */
  refresh: () => void;
  announce: (text: string) => void;
  /** what is to be read on the page that a link leads to */
  onBeside: (beside: Beside) => void;
}

type OfTheView = "connected" | "kb" | "refresh" | "onBeside";

export interface KnowledgeViewProps extends Omit<KnowledgePageProps, OfTheView> {
  place: KnowledgePlace;
}

export function KnowledgeView({ place, ...props }: KnowledgeViewProps) {
  const { state, ask } = props;
  const connected = state.connection === "connected";
  const store = useKnowledge(ask, connected, state.resets);
  const [beside, setBeside] = useState<Beside | null>(null);
  const page: KnowledgePageProps = {
    ...props,
    onBeside: setBeside,
    connected,
    kb: store.frame,
    refresh: () => void store.refresh(),
  };
  return (
    <div class="ks-knowledge">
      <KnowledgeNav place={place} changes={changedOf(store.frame).length} />
      {store.problem && !store.frame && (
        <p class="govuk-body" role="status" data-testid="kb-problem">
          {store.problem}
        </p>
      )}
      {beside && isBeside(beside, place) && <BesideTexts beside={beside} />}
      <Page place={place} page={page} />
    </div>
  );
}

function Page({ place, page }: { place: KnowledgePlace; page: KnowledgePageProps }) {
  switch (place.page) {
    case "overview":
      return <Overview page={page} />;
    case "list":
      return <KindList key={place.kind} kind={place.kind} page={page} />;
    case "item": {
      const { page: _, kind, item, ...at } = place;
      return <ItemPage key={itemKey(place)} name={{ kind, item }} at={at} page={page} />;
    }
    case "new":
      return <NewPage key={hrefOfPlace(place)} {...place} page={page} />;
    case "try":
      return <TryPanel {...page} heading="h1" />;
    case "learn":
      return <LearnPage {...page} />;
    case "replay":
      return <ReplayPage {...page} />;
    case "publish":
      return <PublishPage {...page} />;
    case "versions":
      return <VersionsPage {...page} />;
    case "election-report":
      return <ElectionReportPage {...page} />;
    case "version":
      return <VersionPage key={place.version} {...page} version={place.version} />;
  }
}

interface KnowledgeNavProps {
  place: KnowledgePlace;
  changes: number;
}

function KnowledgeNav({ place, changes }: KnowledgeNavProps) {
  return (
    <nav class="ks-subnav" aria-label="Knowledge">
      <ul class="ks-subnav__list">
        <NavLink to={{ page: "overview" }} current={isOverview(place)}>
          Overview
        </NavLink>
        <NavLink to={{ page: "try" }} current={place.page === "try"}>
          Try
        </NavLink>
        <NavLink to={{ page: "learn" }} current={place.page === "learn"}>
          Learn
        </NavLink>
        <NavLink to={{ page: "replay" }} current={place.page === "replay"}>
          Replay
        </NavLink>
        <NavLink to={{ page: "publish" }} current={place.page === "publish"}>
          Publish
          {changes > 0 && (
            <>
              {" "}
              <span class="ks-subnav__count" data-testid="changes">
                {changes}
                <span class="govuk-visually-hidden"> changed</span>
              </span>
            </>
          )}
        </NavLink>
        <NavLink to={{ page: "versions" }} current={/^version/.test(place.page)}>
          Versions
        </NavLink>
      </ul>
    </nav>
  );
}

function isOverview({ page }: KnowledgePlace): boolean {
  return ["overview", "list", "item", "new", "election-report"].includes(page);
}

interface NavLinkProps {
  to: KnowledgePlace;
  current: boolean;
  children: ComponentChildren;
}

function NavLink({ to, current, children }: NavLinkProps) {
  return (
    <li>
      <a
        class="ks-subnav__link"
        href={hrefOfPlace(to)}
        aria-current={current ? "page" : undefined}
        data-testid={`kb-nav-${to.page}`}
      >
        {children}
      </a>
    </li>
  );
}
