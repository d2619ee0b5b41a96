// The console as a whole: who is signed in, the feed, and which view is shown.

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Alerts } from "./alerts/alerts";
import { AlertsBanner } from "./alerts/banner";
import { useAlerts } from "./alerts/use-alerts";
import { AccountPage, MustPage } from "./accounts/account";
import { AuditPage } from "./accounts/audit";
import { PeoplePage } from "./accounts/people";
import { failed, fetchMe, signOut, type Must } from "./api";
import type { CaseProblem } from "./case/case";
import { OneCase } from "./case/one-case";
import type { Ask } from "./commands";
import { Events, EventsOf } from "./events";
import { Feed, type Socket } from "./feed";
import { KnowledgeOnDemand } from "./knowledge/on-demand";
import { placeTitle } from "./knowledge/words";
import { Banners } from "./layout/banners";
import { Footer } from "./layout/footer";
import { Header, type Counts } from "./layout/header";
import { Statement } from "./layout/statement";
import { BackTo, type Back } from "./parts/back-link";
import { Now } from "./parts/words";
import {
  defaults,
  keepPreferences,
  keepSeenPost,
  readPreferences,
  readSeenPost,
  type Preferences,
} from "./preferences";
import { DeskView } from "./presence/desk";
import { passes, queryOf, type Filter } from "./queue/filter";
import { ManyView } from "./queue/many";
import { CaseList, type Selection } from "./queue/queue";
import { hrefOf, placeOf, readRoute, type PlainView, type Route } from "./route";
import { SearchView } from "./search/search";
import { SettingsView } from "./settings/settings";
import { ShortcutsDialog } from "./shortcuts/dialog";
import { Shortcuts } from "./shortcuts/keys";
import { everywhere } from "./shortcuts/names";
import { ShortcutsOf, useKeyboard, useShortcut } from "./shortcuts/use-shortcut";
import { SignIn } from "./sign-in/sign-in";
import {
  initialState,
  mineAndNamed,
  proposedOf,
  queueOf,
  reduce,
  sumOf,
  waitingOf,
  type Action,
  type State,
} from "./state";
import { AnsweredTray } from "./trays/answered";
import { ClosedTray } from "./trays/closed";
import { IgnoredTray } from "./trays/ignored";
import { FailedTray, SentTray } from "./trays/replies";
import type { Bulk, Command, Seconds, Staff } from "./types";
import { reasonWords } from "./words";

const tickMs = 15_000;
const askAgainMs = 3_000;
const sessionOver =
  "You've been signed out. Sign in again to go on: replies you had begun are kept.";

/** starting: not known yet whether somebody is signed in; must: something has to be done first */
type Phase = "starting" | "unreachable" | "signed-out" | "must" | "signed-in";

function browserSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function connect(): Socket {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
  return new WebSocket(url, "kerbside.v1") as unknown as Socket;
}

const titles: Record<Exclude<Route["view"], "case" | "knowledge">, string> = {
  queue: "Queue",
  mine: "Mine",
  approval: "Waiting for approval",
  answered: "Answered automatically",
  ignored: "Ignored",
  sent: "Sent",
  failed: "Not sent",
  closed: "Closed",
  many: "One message to many",
  desk: "The desk",
  settings: "Alerts and shortcuts",
  account: "Your account",
  people: "People",
  audit: "Audit log",
  accessibility: "Accessibility statement",
  search: "Search",
};

function titleOf(route: Route, cases?: State["cases"]): string {
  if (route.view === "knowledge") return placeTitle(route.place);
  if (route.view !== "case") return titles[route.view];
  const reason = cases?.get(route.id)?.reason;
  return reason ? `Case ${route.id}: ${reasonWords(reason)}` : `Case ${route.id}`;
}

/** The list that was shown last. */
function useBack(route: Route): Back {
  const back = useRef<Back>({ href: "#/queue", to: "the queue" });
  if (route.view !== "case" && route.view !== "many") {
    const to = route.view === "queue" ? "the queue" : `“${titleOf(route)}”`;
    back.current = { href: hrefOf(route), to };
  }
  return back.current;
}

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return useMemo(() => readRoute(hash), [hash]);
}

function useBrowserSeconds(): number {
  const [seconds, setSeconds] = useState(browserSeconds);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(browserSeconds()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return seconds;
}

export function App() {
  const events = useMemo(() => new Events(), []);
  const shortcuts = useMemo(() => new Shortcuts(), []);
  return (
    <EventsOf.Provider value={events}>
      <ShortcutsOf.Provider value={shortcuts}>
        <Console events={events} shortcuts={shortcuts} />
      </ShortcutsOf.Provider>
    </EventsOf.Provider>
  );
}

/** What somebody chose for themselves, as it is kept in this browser. */
function usePreferences(staffId: number | undefined, shortcuts: Shortcuts) {
  const [preferences, setPreferences] = useState(defaults);
  // Before anything is shown: nobody may see, press or change what somebody else chose, or nobody.
  useLayoutEffect(() => {
    if (staffId !== undefined) setPreferences(readPreferences(staffId));
  }, [staffId]);
  shortcuts.enabled = preferences.shortcuts;
  function change(now: Preferences) {
    setPreferences(now);
    if (staffId !== undefined) keepPreferences(staffId, now);
  }
  return [preferences, change] as const;
}

/** The keys that work on every page. */
function useGlobalShortcuts(signedIn: boolean, onHelp: () => void): void {
  const to = (view: PlainView) => (signedIn ? () => (location.hash = `#/${view}`) : null);
  useShortcut(...everywhere.search, signedIn ? focusSearch : null);
  useShortcut(...everywhere.help, signedIn ? onHelp : null);
  useShortcut(...everywhere.queue, signedIn ? () => (location.hash = "#/queue") : null);
  useShortcut(...everywhere.mine, to("mine"));
  useShortcut(...everywhere.answered, to("answered"));
  useShortcut(...everywhere.ignored, to("ignored"));
  useShortcut(...everywhere.desk, to("desk"));
}

/** On a small screen the field is in the menu, and the page has one of its own. */
function focusSearch(): void {
  const field = document.getElementById("search");
  if (field?.offsetParent) field.focus();
  else location.hash = "#/search?text=";
}

function Console({ events, shortcuts }: { events: Events; shortcuts: Shortcuts }) {
  const [state, setState] = useState(initialState);
  const newest = useRef(initialState); // the page may be drawn later than a beat asks
  const dispatch = useCallback((action: Action) => {
    newest.current = reduce(newest.current, action);
    setState(newest.current);
  }, []);
  const [phase, setPhase] = useState<Phase>("starting");
  const [must, setMust] = useState<Must>(null);
  const [notice, setNotice] = useState<string | null>(null);
  const [problems, setProblems] = useState<ReadonlyMap<number, CaseProblem>>(new Map());
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [notNow, setNotNow] = useState(false);
  const [alertsTried, setAlertsTried] = useState(false);
  const [helping, setHelping] = useState(false);
  const [preferences, setPreferences] = usePreferences(state.staff?.id, shortcuts);
  const route = useRoute();
  const back = useBack(route);
  const now = useBrowserSeconds() + state.clockAhead;
  const signedIn = phase === "signed-in";
  useKeyboard(shortcuts);
  useGlobalShortcuts(signedIn, () => setHelping(true));

  const signedOut = useCallback((why: string | null) => {
    feed.stop();
    dispatch({ type: "signed-out" });
    setProblems(new Map());
    setSelected(new Set());
    setNotNow(false);
    setAlertsTried(false);
    setHelping(false);
    setNotice(why);
    setPhase("signed-out");
  }, []);

  const feed = useMemo(
    () =>
      new Feed({
        connect,
        onFrame: (frame) => {
          dispatch({ type: "frame", frame, at: browserSeconds() });
          if (frame.type === "event") events.tell(frame);
        },
        onPending: (count) => dispatch({ type: "pending", count }),
        sum: () => sumOf(newest.current),
        onConnection: (connection) => {
          dispatch({ type: "connection", connection });
          if (connection === "connected") setNotice(null);
          if (connection === "signed-out") {
            signedOut(sessionOver);
            lookAgain();
          }
          // A handshake refused for want of a session looks like a dead network from here: ask.
          if (connection === "lost") {
            void fetchMe().then((me) => {
              if (failed(me) && me.status === 401) signedOut(sessionOver);
            });
          }
        },
      }),
    [],
  );

  const begin = useCallback((staff: Staff, first: Must) => {
    dispatch({ type: "signed-in", staff });
    setNotice(null);
    setMust(first);
    setPhase(first ? "must" : "signed-in");
    if (!first) feed.start();
  }, []);

  // Still signed in, perhaps, and something has to be done first.
  const lookAgain = useCallback(async () => {
    const me = await fetchMe();
    if (!failed(me)) begin(me.staff, me.must);
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function who() {
      const me = await fetchMe();
      if (!failed(me)) begin(me.staff, me.must);
      else if (me.status === 401) setPhase("signed-out");
      else {
        setPhase("unreachable");
        timer = setTimeout(who, askAgainMs);
      }
    }
    void who();
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    const again = () => {
      if (document.visibilityState === "visible") feed.retryNow();
    };
    addEventListener("online", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      removeEventListener("online", again);
      document.removeEventListener("visibilitychange", again);
    };
  }, []);

  const leave = useCallback(async () => {
    if (await signOut()) signedOut("You're signed out.");
    else setNotice("You're still signed in: Kerbside can't be reached just now.");
  }, []);

  const announce = useCallback((text: string) => dispatch({ type: "announce", text }), []);
  const counts = useMemo(() => countsOf(state), [state.cases, state.mentions, state.people]);
  const shown = route.view === "case" ? route.id : null;
  const { alerts, unseen } = useAlerts({
    staff: signedIn ? state.staff : null,
    may: state.may,
    preferences,
    shown,
    urgent: counts.urgent,
    announce,
  });
  const open = signedIn || route.view === "accessibility";
  const title = open ? titleOf(route, state.cases) : "Sign in";
  useEffect(() => {
    const count = counts.waiting > 0 ? `(${counts.waiting}) ` : "";
    const alarm = unseen ? `${unseen.title}: ` : "";
    document.title = `${alarm}${count}${title} – Kerbside`;
  }, [title, counts.waiting, unseen]);

  // Another view: the focus goes to its heading, as if the page had been loaded; at once, or it would
  // be taken from whoever is quicker than the screen.
  const main = useRef<HTMLElement>(null);
  const place = open ? placeOf(route) : `${phase} ${must}`;
  const placeBefore = useRef(place);
  useLayoutEffect(() => {
    const before = placeBefore.current;
    placeBefore.current = place;
    if (before === place || /^(starting|unreachable)/.test(before)) return;
    main.current?.querySelector("h1")?.focus();
    scrollTo(0, 0);
  }, [place]);

  const [seenPost, setSeenPost] = useState(readSeenPost);
  const post = state.postTrouble?.seq === seenPost ? null : state.postTrouble;

  // The button that was pressed goes: the focus must not go with it.
  function postSeen() {
    if (!post) return;
    keepSeenPost(post.seq);
    setSeenPost(post.seq);
    main.current?.querySelector("h1")?.focus();
  }
  function newsSeen(seq: number) {
    dispatch({ type: "news-seen", seq });
    main.current?.querySelector("h1")?.focus();
  }
  const seen = useCallback((id: number) => dispatch({ type: "seen", case: id }), []);
  const setProblem = useCallback((id: number, problem: CaseProblem | null) => {
    setProblems((before) => {
      const after = new Map(before);
      if (problem) after.set(id, problem);
      else after.delete(id);
      return after;
    });
  }, []);

  const elsewhere = [...problems.keys()].filter((id) => id !== shown);
  const me = state.people.find((one) => one.id === state.staff?.id);
  const askToSignOn = state.may.has("sign_on") && me?.on === false && !notNow;

  return (
    <Now.Provider value={now}>
      <Header
        staff={signedIn ? state.staff : null}
        may={state.may}
        connection={state.connection}
        route={route}
        counts={counts}
        onSignOut={leave}
      />
      <div class="govuk-width-container ks-page">
        {signedIn && state.loaded && (
          <Banners
            mode={state.mode}
            open={state.open}
            network={state.network}
            elsewhere={elsewhere}
            trouble={notice}
            pending={state.pending}
            onGiveUp={() => feed.giveUpPending()}
            partial={state.partial}
            post={post}
            onPostSeen={postSeen}
            news={state.news}
            onNewsSeen={newsSeen}
            onNotNow={askToSignOn && route.view !== "desk" ? () => setNotNow(true) : null}
            bulks={route.view === "many" ? [] : state.bulks.filter(isOnItsWay)}
          />
        )}
        {signedIn && state.loaded && !alertsTried && route.view !== "settings" && (
          <section class="ks-banners" aria-label="Alerts">
            <AlertsBanner
              preferences={preferences}
              alerts={alerts}
              onChange={setPreferences}
              onDone={() => setAlertsTried(true)}
            />
          </section>
        )}
        <main class="ks-main" id="main" tabIndex={-1} ref={main}>
          {route.view === "accessibility" ? (
            <Statement signedIn={signedIn} />
          ) : (
            <>
              {phase === "starting" && <Starting text="Starting…" />}
              {phase === "unreachable" && (
                <Starting text="Kerbside can't be reached just now. Trying again." />
              )}
              {phase === "signed-out" && <SignIn notice={notice} onSignedIn={begin} />}
              {phase === "must" && must && state.staff && (
                <MustPage staff={state.staff} must={must} onDone={lookAgain} onSignOut={leave} />
              )}
              {phase === "signed-in" && (
                <BackTo.Provider value={back}>
                  <View
                    route={route}
                    state={state}
                    feed={feed}
                    now={now}
                    problems={problems}
                    onProblem={setProblem}
                    onSeen={seen}
                    announce={announce}
                    selection={{ ids: selected, set: setSelected }}
                    preferences={preferences}
                    onPreferences={setPreferences}
                    alerts={alerts}
                  />
                </BackTo.Provider>
              )}
            </>
          )}
        </main>
      </div>
      <Footer cost={signedIn ? state.cost : null} onShortcuts={signedIn ? () => setHelping(true) : null} />
      {helping && <ShortcutsDialog onClose={() => setHelping(false)} />}
      <div class="govuk-visually-hidden" aria-live="polite" data-testid="live">
        {state.announcements.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </Now.Provider>
  );
}

function isOnItsWay(bulk: Bulk): boolean {
  return bulk.waiting > 0 && bulk.stopped_at === null;
}

function countsOf(state: State): Counts {
  const { all, urgent } = waitingOf(state);
  return {
    waiting: all,
    urgent,
    mine: mineAndNamed(state).length,
    proposed: proposedOf(state).length,
    on: state.people.filter((one) => one.on).length,
  };
}

function Starting({ text }: { text: string }) {
  return (
    <>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        Kerbside
      </h1>
      <p class="govuk-body" role="status">
        {text}
      </p>
    </>
  );
}

interface ViewProps {
  route: Exclude<Route, { view: "accessibility" }>;
  state: State;
  feed: Feed;
  now: Seconds;
  problems: ReadonlyMap<number, CaseProblem>;
  onProblem: (id: number, problem: CaseProblem | null) => void;
  onSeen: (id: number) => void;
  announce: (text: string) => void;
  selection: Selection;
  preferences: Preferences;
  onPreferences: (preferences: Preferences) => void;
  alerts: Alerts;
}

function View(props: ViewProps) {
  const { route, state, feed, problems, onProblem, onSeen, announce, selection } = props;
  const { staff, desk } = state;
  const ask = useCallback((command: Command) => feed.ask(command), [feed]);
  const { resets } = state;
  const tray = { ask, connected: state.connection === "connected", resets, announce };
  const list = { state, ask, announce, selection };

  switch (route.view) {
    case "queue":
      return <Queue filter={route.filter} now={props.now} {...list} />;
    case "mine":
      return (
        <CaseList
          key="mine"
          title="Mine"
          cases={mineAndNamed(state)}
          empty="You haven't claimed a case."
          testId="mine"
          {...list}
        />
      );
    case "approval":
      return (
        <CaseList
          key="approval"
          title="Waiting for approval"
          cases={proposedOf(state)}
          empty="No reply waits for an approval."
          testId="approval"
          {...list}
        />
      );
    case "answered":
      return <AnsweredTray {...tray} />;
    case "ignored":
      return <IgnoredTray {...tray} />;
    case "sent":
      return <SentTray {...tray} />;
    case "failed":
      return <FailedTray {...tray} />;
    case "closed":
      return <ClosedTray {...tray} staffId={staff?.id} several={desk.accounts.length > 1} />;
    case "search":
      return <SearchView {...tray} text={route.text} desk={desk} />;
    case "many":
      return <ManyView {...list} />;
    case "knowledge":
      return (
        staff && <KnowledgeOnDemand place={route.place} {...{ staff, state, feed, ask, announce }} />
      );
    case "desk":
      return <DeskView state={state} ask={ask} announce={announce} />;
    case "settings":
      return (
        <SettingsView
          preferences={props.preferences}
          alerts={props.alerts}
          onChange={props.onPreferences}
        />
      );
    case "account":
      return staff && <AccountPage staff={staff} announce={announce} />;
    case "people":
      return <PeoplePage announce={announce} />;
    case "audit":
      return (
        <AuditPage
          ready={state.connection === "connected"}
          ask={(command) => feed.ask(command)}
        />
      );
    case "case":
      if (!staff) return null;
      return (
        <OneCase
          key={route.id}
          id={route.id}
          staff={staff}
          state={state}
          feed={feed}
          problem={problems.get(route.id) ?? null}
          onProblem={(problem) => onProblem(route.id, problem)}
          onSeen={onSeen}
          announce={announce}
        />
      );
  }
}

interface QueueProps extends Pick<ViewProps, "state" | "now" | "announce" | "selection"> {
  ask: Ask;
  filter: Filter;
}

function Queue({ filter, now, ...list }: QueueProps) {
  const { state } = list;
  const all = useMemo(() => queueOf(state), [state.cases]);
  const query = queryOf(filter);
  const cases = useMemo(
    () => all.filter((one) => passes(one, filter, state.staff?.id, now)),
    [all, query, state.staff, filter.due && now],
  );
  return (
    <CaseList
      key="queue"
      title="Queue"
      cases={cases}
      empty="Nothing is waiting. New cases come here by themselves."
      testId="queue"
      filtering={{
        filter,
        all,
        onChange: (to) => location.replace(hrefOf({ view: "queue", filter: to })),
      }}
      {...list}
    />
  );
}
