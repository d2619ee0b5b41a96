// A case that is being looked at: fetched when it is opened and whenever something about it has
// happened, its draft kept, and the others told that somebody is here.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { runCommand, runOnCase, type Done } from "../commands";
import { browserTimer, type Feed } from "../feed";
import { ClockAhead } from "../parts/words";
import { nextOf, type State } from "../state";
import type { OtherCommand, Staff, Way } from "../types";
import { CaseView, type CaseProblem } from "./case";
import type { Count } from "./counter";
import { browserNet, DraftKeeper } from "./drafts";
import { Looker } from "./looking";

interface OneCaseProps {
  id: number;
  staff: Staff;
  state: State;
  feed: Feed;
  problem: CaseProblem | null;
  onProblem: (problem: CaseProblem | null) => void;
  onSeen: (id: number) => void;
  announce: (text: string) => void;
}

export function OneCase({ id, staff, state, feed, problem, onProblem, onSeen, announce }: OneCaseProps) {
  const connected = state.connection === "connected";
  const detail = state.details.get(id);
  const missing = useWholeCase(id, state, feed);
  const run = (command: OtherCommand): Promise<Done> =>
    runCommand((asked) => feed.ask(asked), command);
  const draft = useDraft(id, staff, state, feed);

  const looker = useMemo(
    () => new Looker({ shown: id, tell: (shown, typing) => feed.look(shown, typing), after: browserTimer }),
    [],
  );
  useEffect(() => {
    if (connected) looker.look();
  }, [connected]);
  useEffect(() => () => looker.left(), []);

  const named = detail !== undefined && state.mentions.has(id);
  useEffect(() => {
    if (!named || !connected) return;
    void run({ type: "seen", case: id }).then((done) => done.ok && onSeen(id));
  }, [named, connected]);

  async function count(text: string, way: Way): Promise<Count | null> {
    const answer = await feed.ask({ type: "count", text, way, case: id });
    return answer.type === "count" ? answer : null;
  }

  return (
    <ClockAhead.Provider value={state.clockAhead}>
      <CaseView
        id={id}
        staff={staff}
        may={state.may}
        desk={state.desk}
        people={state.people}
        summary={state.cases.get(id)}
        next={nextOf(state, id)}
        detail={detail}
        draft={draft}
        missing={missing}
        limits={state.limits}
        problem={problem}
        onProblem={onProblem}
        onCommand={(command, seen) => runOnCase((asked) => feed.ask(asked), command, seen)}
        onOther={run}
        onCount={count}
        onTyped={() => looker.typed()}
        onSent={() => looker.stopped()}
        announce={announce}
      />
    </ClockAhead.Provider>
  );
}

/** Keeps the whole case in the state as new as it can be. Gives a sentence if it can't be had. */
function useWholeCase(id: number, state: State, feed: Feed): string | null {
  const [missing, setMissing] = useState<string | null>(null);
  const asking = useRef(false);
  const askAgain = useRef(false);

  async function fetchCase() {
    if (asking.current) {
      askAgain.current = true;
      return;
    }
    asking.current = true;
    do {
      askAgain.current = false;
      const done = await runCommand((asked) => feed.ask(asked), { type: "open", case: id });
      setMissing(done.ok || done.code === "lost" ? null : done.text);
    } while (askAgain.current);
    asking.current = false;
  }

  const connected = state.connection === "connected";
  const staleness = state.stale.get(id) ?? 0;
  useEffect(() => {
    if (connected) void fetchCase();
  }, [connected, staleness]);

  // What was written in another window meanwhile is nothing that an event tells.
  useEffect(() => {
    const back = () => {
      if (document.visibilityState === "visible" && connected) void fetchCase();
    };
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, [connected]);
  return missing;
}

/** The draft of a case, saved when the typing pauses, when nobody looks and when it is left. */
function useDraft(id: number, staff: Staff, state: State, feed: Feed): DraftKeeper {
  const connected = state.connection === "connected";
  const now = useRef({ connected, ahead: state.clockAhead });
  now.current = { connected, ahead: state.clockAhead };
  const keeper = useMemo(
    () =>
      new DraftKeeper({
        save: async (text, way) => {
          if (!now.current.connected) return false; // the browser has it, and nobody waits for it
          const command: OtherCommand = { type: "draft", case: id, text, way };
          return (await runCommand((asked) => feed.ask(asked), command)).ok;
        },
        net: browserNet(staff.id, id),
        now: () => Math.floor(Date.now() / 1000) + now.current.ahead,
        after: browserTimer,
      }),
    [],
  );

  // Before the next frame comes in: a draft that is older than what was sent since isn't shown.
  const detail = state.details.get(id);
  useLayoutEffect(() => {
    if (detail) keeper.heard(detail.draft);
  }, [detail]);

  useEffect(() => {
    if (connected) keeper.flush();
  }, [connected]);
  useEffect(() => {
    const hidden = () => {
      if (document.visibilityState === "hidden") keeper.flush();
    };
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      keeper.flush();
    };
  }, []);
  return keeper;
}
