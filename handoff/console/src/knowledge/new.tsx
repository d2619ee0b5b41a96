// A new item: its name for good, and the little that it begins with. All else is filled in where it
// is edited from then on.

import { useContext, useState } from "preact/hooks";
import { askIfConnected } from "../commands";
import { useKept } from "../parts/kept";
import { Problem } from "../parts/problem";
import { Now } from "../parts/words";
import type { Body, ItemKind, KbEntry, Seconds } from "../types";
import { linesOf } from "./body";
import { LinesBox, LineBox, Wrong } from "./boxes";
import { suggestId } from "./health";
import type { KnowledgePageProps } from "./knowledge";
import { dayOf, utcText } from "./local-time";
import { hrefOfPlace, itemHref } from "./place";
import { noConnection } from "./store";
import { kindMany, kindOne } from "./words";

const day = 86_400;
const reviewDays = 180;
const incidentHours = 12;

export interface Begun {
  id: string;
  title: string;
  /** of an intent: the file's name without ".json" */
  topic: string;
  phrases: readonly string[];
}

/** What a new item is until somebody has filled in the rest. */
export function firstBody(
  kind: ItemKind,
  begun: Begun,
  entries: readonly KbEntry[],
  now: Seconds,
): Body {
  const { id, title, topic, phrases } = begun;
  switch (kind) {
    case "intent": {
      const neighbour = entries.find((one) => one.file === `${topic}.json` && one.department);
      return {
        id,
        title,
        department: neighbour?.department ?? "",
        review_by: dayOf(now + reviewDays * day),
        phrases: [...phrases],
        link: "",
        replies: [],
        examples: { yes: [...phrases], no: [] },
      };
    }
    case "rule":
      return { id, title, kind: "human", match: [], examples: { yes: [], no: [] } };
    case "notice":
      return { id, intents: [], from: utcText(now), until: utcText(now + 7 * day), text: "" };
    case "incident":
      return {
        id,
        title,
        text: "",
        intents: [],
        from: utcText(now),
        until: utcText(now + incidentHours * 3600),
        tell: [],
      };
    case "canned":
      return { id, title, text: "" };
    default:
      return [title];
  }
}

interface NewPageProps {
  kind: ItemKind;
  phrases: readonly string[];
  page: KnowledgePageProps;
}

/** A notice and a term have no title of their own: what is entered names them. */
const titleLabels: Partial<Record<ItemKind, string>> = {
  term: "The word that it is about",
  notice: "What it is about",
};

export function NewPage({ kind, phrases: given, page }: NewPageProps) {
  const { kb, ask, staff, refresh } = page;
  const now = useContext(Now);
  const what = kindOne(kind).toLowerCase();
  const [title, setTitle, forgetTitle] = useKept(`kb.new.${staff.id}.${kind}.title`, "");
  const kept = `kb.new.${staff.id}.${kind}.phrases.${given.join("\n")}`;
  const [phrases, setPhrases, forgetPhrases] = useKept(kept, given.join("\n"));
  const [topic, setTopic] = useState("");
  const [typedId, setTypedId] = useState<string | null>(null);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const entries = kb?.items ?? [];
  const same = entries.filter((one) => one.kind === kind || sharesIds(one.kind, kind));
  const taken = new Set(same.map(({ item }) => item));
  const topics = topicsOf(entries);
  const hasTopic = kind === "intent" || kind === "rule";
  const id = typedId ?? suggestId(hasTopic ? topic : "", title, taken);
  const hasPhrases = kind === "intent";

  async function begin(event: Event) {
    event.preventDefault();
    if (busy || !kb) return;
    const found: Record<string, string> = {};
    if (title.trim() === "") found["new-title"] = "Enter a few words.";
    if (kind === "intent" && topic.trim() === "") {
      found["new-topic"] = "Choose a topic, or enter a new one: one word.";
    }
    if (kind === "term" && !/^[a-z_][a-z0-9_]{0,31}$/.test(id)) {
      found["new-id"] =
        "Use up to 32 small letters, digits and underscores, and begin with a letter.";
    } else if (!/^[a-z0-9_][a-z0-9_.-]{0,79}$/.test(id)) {
      found["new-id"] =
        "Use small letters, digits, full stops and underscores, such as bins.missed.";
    } else if (taken.has(id)) {
      found["new-id"] = "Another has this name. Change it a little.";
    }
    setWrong(found);
    setProblem(null);
    const [first] = Object.keys(found);
    if (first) {
      document.getElementById(first)?.focus();
      return;
    }
    setBusy(true);
    const begun = { id, title: title.trim(), topic: topic.trim(), phrases: linesOf(phrases) };
    const body = firstBody(kind, begun, entries, now);
    const answer = await askIfConnected(ask, {
      type: "kb_save",
      kind,
      item: id,
      revision: 0,
      live: kb.live.version,
      body,
    });
    setBusy(false);
    if (answer?.type !== "ok") {
      setProblem(answer?.type === "refused" ? answer.text : noConnection);
      return;
    }
    forgetTitle();
    forgetPhrases();
    refresh();
    location.hash = itemHref({ kind, item: id });
  }

  return (
    <>
      <a class="govuk-back-link" href={hrefOfPlace({ page: "list", kind })}>
        Back to {kindMany(kind).toLowerCase()}
      </a>
      <h1 class="govuk-heading-l" tabIndex={-1}>
        New {what}
      </h1>
      <p class="govuk-body">
        It begins in the draft: nothing is said to residents before it is published.
      </p>
      {problem && <Problem title="It wasn't begun" text={problem} />}
      <form class="ks-account" onSubmit={begin} noValidate data-testid="new-form">
        <NewField
          id="new-title"
          label={titleLabels[kind] ?? "Title"}
          hint={kind === "intent" ? "By which staff know it, such as “Missed bin collection”." : ""}
          wrong={wrong}
          text={title}
          onText={setTitle}
        />
        {hasTopic && kind === "intent" && (
          <NewField
            id="new-topic"
            label="Topic"
            hint="Where it belongs: bins, roads, library … A new one is fine."
            wrong={wrong}
            text={topic}
            onText={setTopic}
            suggestions={topics}
          />
        )}
        {hasPhrases && (
          <div class="govuk-form-group">
            <label class="govuk-label" for="new-phrases">
              What residents say
            </label>
            <p class="govuk-hint" id="new-phrases-hint">
              In plain words, one a line, such as “bin not emptied”.
            </p>
            <LinesBox
              id="new-phrases"
              lines={linesOf(phrases)}
              wrong={false}
              describedBy="new-phrases-hint"
              onLines={(lines) => setPhrases(lines.join("\n"))}
            />
          </div>
        )}
        <NewField
          id="new-id"
          label="Its name for good"
          hint="Versions and decisions know it by this. It can't be changed later."
          wrong={wrong}
          text={id}
          technical
          onText={setTypedId}
        />
        <button type="submit" class="govuk-button" aria-disabled={busy || !kb} data-testid="new-go">
          Begin it
        </button>
      </form>
    </>
  );
}

/** Intents and rules have their ids from one hat. */
function sharesIds(a: ItemKind, b: ItemKind): boolean {
  const hat: readonly ItemKind[] = ["intent", "rule"];
  return hat.includes(a) && hat.includes(b);
}

function topicsOf(entries: readonly KbEntry[]): string[] {
  const intents = entries.filter(({ kind }) => kind === "intent");
  return [...new Set(intents.map(({ file }) => file.replace(/\.json$/, "")))].sort();
}

interface NewFieldProps {
  id: string;
  label: string;
  hint: string;
  wrong: Record<string, string>;
  text: string;
  technical?: boolean;
  suggestions?: readonly string[];
  onText: (text: string) => void;
}

function NewField(props: NewFieldProps) {
  const { id, label, hint, wrong, text, technical = false, suggestions = [], onText } = props;
  const problem = wrong[id];
  const describedBy = [hint && `${id}-hint`, problem && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div class={problem ? "govuk-form-group govuk-form-group--error" : "govuk-form-group"}>
      <label class="govuk-label" for={id}>
        {label}
      </label>
      {hint && (
        <p class="govuk-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Wrong id={`${id}-wrong`} problems={problem ? [problem] : []} />
      <LineBox
        id={id}
        text={text}
        technical={technical}
        suggestions={suggestions}
        wrong={problem !== undefined}
        describedBy={describedBy || undefined}
        onText={onText}
      />
    </div>
  );
}
