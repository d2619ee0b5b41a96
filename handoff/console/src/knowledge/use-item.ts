// An item that is being edited: fetched when it is opened and whenever somebody has changed it,
// saved when the typing pauses, and checked when it is saved.

import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { Looker } from "../case/looking";
import { askIfConnected, runCommand } from "../commands";
import { useEvents } from "../events";
import { browserTimer } from "../feed";
import type { Answer, Body, ItemName, KbCheckFrame, KbItemFrame, OtherCommand } from "../types";
import { bodyNow, browserNet, ItemKeeper, type Saved } from "./keeper";
import type { KnowledgePageProps } from "./knowledge";
import { itemKey } from "./place";
import { isKbEvent, noConnection } from "./store";

const notSaved =
  "there's no connection to Kerbside just now. What you typed is kept in this browser, and saved once we're connected.";

/** What came of a kb_save. */
function savedOf(answer: Answer | null): Saved {
  if (!answer) return { what: "not", text: notSaved };
  if (answer.type === "ok") return { what: "saved", revision: answer.revision ?? 0 };
  if (answer.type !== "refused") return { what: "not", text: "the answer wasn't understood." };
  if (answer.code === "stale" && answer.kb) return { what: "stale", kb: answer.kb };
  return { what: "not", text: answer.text };
}

export interface UsedItem {
  keeper: ItemKeeper;
  /** a sentence why it can't be shown, or null */
  missing: string | null;
  /** null: not known yet */
  check: KbCheckFrame | null;
  /** the body that it is about */
  checked: Body;
  onTyped: () => void;
}

export function useItem({ kind, item }: ItemName, page: KnowledgePageProps): UsedItem {
  const name: ItemName = { kind, item }; // what else a place has is nothing for a frame
  const { feed, ask, connected, staff } = page;
  const key = itemKey(name);
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0);
  const [missing, setMissing] = useState<string | null>(null);
  const now = useRef(connected);
  now.current = connected;

  const keeper: ItemKeeper = useMemo(() => {
    return new ItemKeeper({
      async save(body, revision, live) {
        if (!now.current) return { what: "not", text: notSaved };
        const command: OtherCommand = { type: "kb_save", ...name, revision, live, body };
        return savedOf(await askIfConnected(ask, command));
      },
      async discard(revision) {
        const done = await runCommand(ask, { type: "kb_discard", ...name, revision });
        return done.ok ? null : done.text;
      },
      fetch: () => void fetchItem(),
      net: browserNet(staff.id, key),
      after: browserTimer,
    });
  }, []);

  async function fetchItem() {
    const answer = await askIfConnected(ask, { type: "kb_item", ...name });
    if (answer?.type === "kb_item") keeper.heard(answer);
    if (!keeper.known) setMissing(answer?.type === "refused" ? answer.text : noConnection);
  }

  useEffect(() => {
    const stop = keeper.watch(() => redraw());
    return () => void stop();
  }, [keeper]);
  useEffect(() => {
    if (!connected) return;
    void fetchItem();
    void keeper.flush();
  }, [connected, page.state.resets]);
  useEvents((event) => {
    // A publication changes what is live under every draft.
    if (isKbEvent(event) && (event.item === undefined || event.item === key)) void fetchItem();
  });
  useEffect(() => {
    const hidden = () => {
      if (document.visibilityState === "hidden") void keeper.flush();
    };
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      void keeper.flush();
    };
  }, []);

  const looker = useMemo(
    () =>
      new Looker({
        shown: key,
        tell: (shown, typing) => feed.look(shown, typing),
        after: browserTimer,
      }),
    [],
  );
  useEffect(() => {
    if (connected) looker.look();
  }, [connected]);
  useEffect(() => () => looker.left(), []);

  const { check, checked } = useCheck(name, page, keeper.known);
  return { keeper, missing, check, checked, onTyped: () => looker.typed() };
}

/** Asked for whenever the item, as it is saved, or anything else in the draft has changed. */
function useCheck(name: ItemName, page: KnowledgePageProps, known: KbItemFrame | null) {
  const { ask, connected, kb } = page;
  const [found, setFound] = useState<{ check: KbCheckFrame | null; checked: Body }>({
    check: null,
    checked: null,
  });
  const turn = useRef(0);
  const revision = `${known?.revision} ${known?.version} ${kb?.revision} ${kb?.live.version}`;
  useEffect(() => {
    if (!connected || !known) return;
    const mine = ++turn.current;
    void askIfConnected(ask, { type: "kb_check", ...name }).then((answer) => {
      // An overtaken question is refused: the one that overtook it is answered.
      if (mine === turn.current && answer?.type === "kb_check") {
        setFound({ check: answer, checked: bodyNow(known) });
      }
    });
  }, [connected, revision]);
  useEffect(() => () => void turn.current++, []);
  return found;
}
