// The console as a whole: who is signed in, the feed, and which view is shown.

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { AccountPage, MustPage } from "./accounts/account";
import { AuditPage } from "./accounts/audit";
import { PeoplePage } from "./accounts/people";
import { failed, fetchMe, signOut, type Must } from "./api";
import type { CaseProblem } from "./case/case";
import { OneCase } from "./case/one-case";
import { runCommand, type Done } from "./commands";
import { Feed, type Socket } from "./feed";
import { IgnoredTray } from "./ignored/ignored";
import { Banners } from "./layout/banners";
import { Header } from "./layout/header";
import { Now } from "./parts/words";
import { CaseList } from "./queue/queue";
import { readRoute, type Route } from "./route";
import { SignIn } from "./sign-in/sign-in";
import {
  closedOf,
  initialState,
  mineOf,
  queueOf,
  reduce,
  waitingOf,
  type Action,
  type State,
} from "./state";
import type { Staff } from "./types";
import { reasonWords } from "./words";

const tickMs = 15_000;
const askAgainMs = 3_000;
const sessionOver =
  "You've been signed out. Sign in again to go on: replies you had begun are kept in this tab.";

/** starting: not known yet whether somebody is signed in; must: something has to be done first */
type Phase = "starting" | "unreachable" | "signed-out" | "must" | "signed-in";

function browserSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function connect(): Socket {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
  return new WebSocket(url, "kerbside.v1") as unknown as Socket;
}

function titleOf(route: Route, state: State): string {
  switch (route.view) {
    case "queue":
      return "Queue";
    case "mine":
      return "Mine";
    case "ignored":
      return "Ignored";
    case "closed":
      return "Closed recently";
    case "account":
      return "Your account";
    case "people":
      return "People";
    case "audit":
      return "Audit log";
    case "case": {
      const reason = state.cases.get(route.id)?.reason;
      return reason ? `Case ${route.id}: ${reasonWords(reason)}` : `Case ${route.id}`;
    }
  }
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
  const [state, dispatch] = useReducer<State, Action>(reduce, initialState);
  const [phase, setPhase] = useState<Phase>("starting");
  const [must, setMust] = useState<Must>(null);
  const [notice, setNotice] = useState<string | null>(null);
  const [problems, setProblems] = useState<ReadonlyMap<number, CaseProblem>>(new Map());
  const route = useRoute();
  const now = useBrowserSeconds() + state.clockAhead;

  const signedOut = useCallback((why: string | null) => {
    feed.stop();
    dispatch({ type: "signed-out" });
    setProblems(new Map());
    setNotice(why);
    setPhase("signed-out");
  }, []);

  const feed = useMemo(
    () =>
      new Feed({
        connect,
        onFrame: (frame) => dispatch({ type: "frame", frame, at: browserSeconds() }),
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

  const waiting = useMemo(() => waitingOf(state), [state.cases]);
  const title = phase === "signed-in" ? titleOf(route, state) : "Sign in";
  useEffect(() => {
    const count = waiting.all > 0 ? `(${waiting.all}) ` : "";
    document.title = `${count}${title} – Kerbside`;
  }, [title, waiting.all]);

  // Another view: the focus goes to its heading, as if the page had been loaded.
  const main = useRef<HTMLElement>(null);
  const place = phase === "signed-in" ? JSON.stringify(route) : `${phase} ${must}`;
  const placeBefore = useRef(place);
  useEffect(() => {
    const before = placeBefore.current;
    placeBefore.current = place;
    if (before === place || /^(starting|unreachable)/.test(before)) return;
    main.current?.querySelector("h1")?.focus();
    scrollTo(0, 0);
  }, [place]);

  const announce = useCallback((text: string) => dispatch({ type: "announce", text }), []);
  const setProblem = useCallback((id: number, problem: CaseProblem | null) => {
    setProblems((before) => {
      const after = new Map(before);
      if (problem) after.set(id, problem);
      else after.delete(id);
      return after;
    });
  }, []);

  const shown = route.view === "case" ? route.id : null;
  const elsewhere = [...problems.keys()].filter((id) => id !== shown);

  return (
    <Now.Provider value={now}>
      <Header
        staff={phase === "signed-in" ? state.staff : null}
        cost={phase === "signed-in" ? state.cost : null}
        connection={state.connection}
        may={state.may}
        route={route}
        waiting={waiting}
        mine={mineOf(state).length}
        onSignOut={leave}
      />
      <div class="govuk-width-container">
        {phase === "signed-in" && state.loaded && (
          <Banners
            mode={state.mode}
            open={state.open}
            network={state.network}
            elsewhere={elsewhere}
            trouble={notice}
          />
        )}
        <main class="ks-main" id="main" tabIndex={-1} ref={main}>
          {phase === "starting" && <Starting text="Starting…" />}
          {phase === "unreachable" && (
            <Starting text="Kerbside can't be reached just now. Trying again." />
          )}
          {phase === "signed-out" && <SignIn notice={notice} onSignedIn={begin} />}
          {phase === "must" && must && state.staff && (
            <MustPage staff={state.staff} must={must} onDone={lookAgain} onSignOut={leave} />
          )}
          {phase === "signed-in" && (
            <View
              route={route}
              state={state}
              feed={feed}
              problems={problems}
              onProblem={setProblem}
              announce={announce}
            />
          )}
        </main>
      </div>
      <div class="govuk-visually-hidden" aria-live="polite" data-testid="live">
        {state.announcements.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </Now.Provider>
  );
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
  route: Route;
  state: State;
  feed: Feed;
  problems: ReadonlyMap<number, CaseProblem>;
  onProblem: (id: number, problem: CaseProblem | null) => void;
  announce: (text: string) => void;
}

function View({ route, state, feed, problems, onProblem, announce }: ViewProps) {
  const { loaded, staff } = state;
  const lists = { loaded, staffId: staff?.id };
  const restore = useCallback(
    (message: number): Promise<Done> =>
      runCommand((command) => feed.ask(command), { type: "restore", message }),
    [],
  );

  switch (route.view) {
    case "queue":
      return (
        <CaseList
          title="Queue"
          cases={queueOf(state)}
          empty="Nothing is waiting. New cases come here by themselves."
          testId="queue"
          {...lists}
        />
      );
    case "mine":
      return (
        <CaseList
          title="Mine"
          cases={mineOf(state)}
          empty="You haven't claimed a case."
          testId="mine"
          {...lists}
        />
      );
    case "closed":
      return (
        <CaseList
          title="Closed recently"
          cases={closedOf(state)}
          empty="No case has been closed lately."
          testId="closed"
          {...lists}
        />
      );
    case "ignored":
      return (
        <IgnoredTray
          ignored={state.ignored}
          loaded={loaded}
          onRestore={restore}
          announce={announce}
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
          announce={announce}
        />
      );
  }
}
