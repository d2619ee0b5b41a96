// What there is to fill in for each kind of item, in the order in which one thinks of it.

import type { Body, ItemKind } from "../types";
import { reasonWords } from "../words";
import { valueAt } from "./body";
import { ruleKinds } from "./rule-kinds";
import { thresholdSections } from "./thresholds";
import { modeChoices } from "./words";

interface Common {
  /** "examples.yes"; "": the body itself */
  path: string;
  label: string;
  hint?: string;
  /** empty, it isn't there at all */
  optional?: boolean;
}

export type Choice = readonly [value: string, words: string];

export type Field = Common &
  (
    | { as: "line"; technical?: boolean; suggest?: "departments" | "teams" | "people" }
    | { as: "text" }
    | { as: "lines"; long?: boolean }
    | { as: "phrases" }
    | { as: "texts"; one: string }
    | { as: "choice"; choices: readonly Choice[]; otherwise: string }
    | { as: "check" }
    | { as: "date" }
    | { as: "time" }
    | { as: "number" }
    | { as: "intents" }
    | { as: "patterns"; weighted: boolean }
    | { as: "pattern" }
  );

export interface Section {
  title: string;
  hint?: string;
  /** shown only to those who open it */
  folded?: boolean;
  fields: readonly Field[];
}

const phrases: Section = {
  title: "What residents say",
  fields: [
    {
      as: "phrases",
      path: "phrases",
      label: "Phrases",
      hint: "In plain words, one a line, such as “bin not emptied” or “missed my recycling”.",
      optional: true,
    },
  ],
};

const patterns: Section = {
  title: "Patterns, for who knows regular expressions",
  folded: true,
  fields: [
    {
      as: "patterns",
      path: "match",
      label: "Speaks for it",
      hint: "A pattern, and from 1 to 100 how sure it is on its own.",
      weighted: true,
      optional: true,
    },
    {
      as: "patterns",
      path: "unless",
      label: "Rules it out",
      hint: "Whatever speaks for it.",
      weighted: false,
      optional: true,
    },
  ],
};

const examples: Section = {
  title: "Messages to check it with",
  hint: "They are tried at every change. Invent them: residents' own messages don't belong here.",
  fields: [
    {
      as: "lines",
      path: "examples.yes",
      label: "Must be found",
      hint: "One message a line.",
      long: true,
    },
    {
      as: "lines",
      path: "examples.no",
      label: "Must not be found",
      hint: "One message a line: what sounds like it and is something else.",
      long: true,
      optional: true,
    },
  ],
};

const intentSections: readonly Section[] = [
  {
    title: "What it is",
    fields: [
      { as: "line", path: "title", label: "Title", hint: "By which staff know it." },
      {
        as: "line",
        path: "called",
        label: "What a question to a resident calls it",
        hint: "As in “is this about … or about …?”, such as “your bin day”.",
        optional: true,
      },
      { as: "line", path: "department", label: "Department", suggest: "departments" },
      {
        as: "line",
        path: "owner",
        label: "Owner",
        hint: "Who keeps it right.",
        suggest: "people",
        optional: true,
      },
      {
        as: "date",
        path: "review_by",
        label: "Review by",
        hint: "The day by which somebody must look at it again.",
      },
      {
        as: "line",
        path: "link",
        label: "Link",
        hint: "Where {link} in a reply leads. Begins with https://",
        technical: true,
      },
      {
        as: "choice",
        path: "mode",
        label: "How far it may go by itself",
        choices: modeChoices,
        otherwise: "automatic",
        optional: true,
      },
    ],
  },
  phrases,
  patterns,
  {
    title: "What we answer",
    fields: [
      {
        as: "texts",
        path: "replies",
        label: "Replies",
        hint: "Several ways to say the same; three read best. Each ends with {link}.",
        one: "Reply",
      },
    ],
  },
  examples,
  {
    title: "More to learn from",
    fields: [
      {
        as: "lines",
        path: "teach",
        label: "Other ways to ask for it",
        hint: "One message a line, in your own words. The second opinion learns from them; no pattern has to find them.",
        long: true,
        optional: true,
      },
    ],
  },
];

const reasons: readonly Choice[] = [
  "emergency",
  "safeguarding",
  "self_harm",
  "homelessness",
  "bereavement",
  "personal_data",
  "discrimination",
  "legal",
  "press_politics",
  "data_rights",
].map((reason): Choice => [reason, reasonWords(reason)]);

function ruleSections(body: Body): readonly Section[] {
  const sensitive = valueAt(body, "kind") === "sensitive";
  return [
    {
      title: "What it is",
      fields: [
        {
          as: "line",
          path: "title",
          label: "Title",
          hint: "By which staff know it, such as “Smell of gas”.",
          optional: true,
        },
        {
          as: "choice",
          path: "kind",
          label: "What is done",
          choices: ruleKinds,
          otherwise: "",
        },
        ...(sensitive || valueAt(body, "reason") !== undefined
          ? [
              {
                as: "choice",
                path: "reason",
                label: "Why a person must see it",
                choices: reasons,
                otherwise: "",
                optional: true,
              } satisfies Field,
            ]
          : []),
        {
          as: "line",
          path: "team",
          label: "Team",
          hint: "Who reads it. Without one, customer services.",
          suggest: "teams",
          optional: true,
        },
        { as: "check", path: "on_call", label: "Somebody is woken for it", optional: true },
      ],
    },
    {
      title: "What is said at once",
      fields: [
        {
          as: "texts",
          path: "holding",
          label: "Holding replies",
          hint: "Calm, the right number first, no link. {when} becomes “shortly” or “from 9 on Monday”.",
          one: "Holding reply",
          optional: true,
        },
      ],
    },
    phrases,
    patterns,
    examples,
  ];
}

function termSections(body: Body): readonly Section[] {
  if (valueAt(body, "pcre") !== undefined) {
    return [
      {
        title: "What it stands for",
        fields: [{ as: "pattern", path: "pcre", label: "Pattern" }],
      },
    ];
  }
  return [
    {
      title: "What it stands for",
      fields: [
        {
          as: "lines",
          path: "",
          label: "Words",
          hint: "One word or phrase a line, in small letters, without apostrophes. * at a word's end stands for any ending.",
        },
      ],
    },
  ];
}

const times = (from: string, until: string): readonly Field[] => [
  { as: "time", path: "from", label: "From", hint: from },
  { as: "time", path: "until", label: "Until", hint: until },
];
const councilTime = "The council's time.";

const noticeSections: readonly Section[] = [
  {
    title: "What it says",
    fields: [
      {
        as: "text",
        path: "text",
        label: "Text",
        hint: "Whole sentences. They stand before the reply.",
      },
    ],
  },
  { title: "When", fields: times(councilTime, "It is over at this moment.") },
  {
    title: "Before which answers",
    fields: [{ as: "intents", path: "intents", label: "Answers" }],
  },
];

const incidentSections: readonly Section[] = [
  {
    title: "What has happened",
    fields: [
      { as: "line", path: "title", label: "Title", hint: "By which staff know it." },
      {
        as: "text",
        path: "text",
        label: "What residents are told",
        hint: "The whole answer, instead of those below, as long as it lasts. An address is written out.",
      },
      {
        as: "texts",
        path: "variants",
        label: "Other ways to say it",
        hint: "Each says all of it, in other words. X doesn't take one text in masses: each is said to forty people within an hour at most, then people answer.",
        one: "Wording",
        optional: true,
      },
    ],
  },
  {
    title: "When",
    fields: times(councilTime, "It ends by itself. You can end it earlier, or move this."),
  },
  {
    title: "Which answers it stands for",
    fields: [{ as: "intents", path: "intents", label: "Answers" }],
  },
  {
    title: "Who is told",
    fields: [
      {
        as: "lines",
        path: "tell",
        label: "Whom to tell when it's over",
        hint: "Names that staff know, one a line.",
        optional: true,
      },
    ],
  },
];

const cannedSections: readonly Section[] = [
  {
    title: "What it is",
    fields: [
      { as: "line", path: "title", label: "Title", hint: "By which staff choose it." },
      {
        as: "text",
        path: "text",
        label: "Text",
        hint: "Staff send it as it stands or change it first. Their initials go behind it.",
      },
    ],
  },
];

interface WordingWords {
  title: string;
  hint: string;
}

const when = "{when} becomes “shortly” or “from 9 on Monday”.";
export const wordings: Readonly<Record<string, WordingWords>> = {
  acknowledge: {
    title: "When nobody is there",
    hint: `Said when a case is opened out of hours. ${when}`,
  },
  acknowledge_open: {
    title: "When the desk is empty",
    hint: "Said in working hours when nobody has signed on to the desk. Nothing may stand in braces.",
  },
  greetings: {
    title: "How a message to many begins",
    hint: "Each has {handle}, the resident's own.",
  },
  danger: {
    title: "When somebody may be in danger",
    hint: `Said at any hour, where the second opinion sees what no rule saw. ${when}`,
  },
  thanks: { title: "Thanks for praise", hint: "Nothing may stand in braces." },
  stopped: {
    title: "Automatic replies are stopped",
    hint: "Said once to somebody who wants none: that it was heard, and the way back.",
  },
  started: { title: "Automatic replies are back", hint: "Said to somebody who wants them again." },
  private_footer: {
    title: "Under the first automatic direct message",
    hint: "How to stop them (STOP), and the privacy notice's address.",
  },
  clarify: { title: "The question between two answers", hint: "" },
  voices: { title: "Other voices", hint: "" },
};

export function wordingTitle(item: string): string {
  return wordings[item]?.title ?? item;
}

function wordingSections(item: string, body: Body): readonly Section[] {
  const { title, hint } = wordings[item] ?? { title: item, hint: "" };
  if (item === "clarify") return clarifySections;
  if (item === "voices") return voiceSections(body);
  const common = { path: "", label: title, hint };
  const isText = item === "private_footer" || typeof body === "string";
  const field: Field = isText
    ? { as: "text", ...common }
    : { as: "texts", one: "Wording", ...common };
  return [{ title: "What is said", fields: [field] }];
}

const clarifySections: readonly Section[] = [
  {
    title: "The question",
    fields: [
      {
        as: "texts",
        path: "ask",
        label: "Ways to ask",
        hint: "Asked when two answers fit equally well. Each has {first} and {second}.",
        one: "Question",
      },
    ],
  },
  {
    title: "Answers to it",
    fields: [
      { as: "lines", path: "first", label: "Means the first", hint: "One a line." },
      { as: "lines", path: "second", label: "Means the second", hint: "One a line." },
      { as: "lines", path: "neither", label: "Means neither", hint: "One a line." },
    ],
  },
];

function voiceSections(body: Body): readonly Section[] {
  const voices = Object.entries((valueAt(body, "") ?? {}) as Record<string, unknown>);
  return voices.map(([voice, members]) => ({
    title: `As “${voice}” says it`,
    fields: Object.entries((members ?? {}) as Record<string, unknown>).map(([name, value]) => {
      const common = { path: `${voice}.${name}`, label: wordingTitle(name) };
      return typeof value === "string"
        ? { as: "text", ...common }
        : { as: "texts", one: "Wording", ...common };
    }),
  }));
}

const electionSections: readonly Section[] = [
  {
    title: "The pre-election period",
    hint: "While it lasts, a message with one of the names or topics below goes to a person. And what is said is frozen: replies, links, holding replies, notices, quick replies and wording change only with a supervisor's or an admin's word.",
    fields: [
      ...times(councilTime, "Usually the close of poll."),
      {
        as: "line",
        path: "team",
        label: "Team",
        hint: "Who gets such messages. Without one, communications.",
        suggest: "teams",
        optional: true,
      },
      {
        as: "lines",
        path: "names",
        label: "Candidates and parties",
        hint: "One name a line, as people write it, without full stops or commas.",
        optional: true,
      },
      {
        as: "lines",
        path: "topics",
        label: "Topics",
        hint: "What the election is about here, one a line.",
        optional: true,
      },
    ],
  },
];

const commonSections: readonly Section[] = [
  {
    title: "Words that explain a message without being about anything",
    fields: [
      {
        as: "lines",
        path: "",
        label: "Words",
        hint: "One a line, such as “the” and “please”.",
      },
    ],
  },
];

/** What is filled in depends on what stands there: a rule's reason, say. */
export function sectionsOf(kind: ItemKind, item: string, body: Body): readonly Section[] {
  switch (kind) {
    case "intent":
      return intentSections;
    case "rule":
      return ruleSections(body);
    case "term":
      return termSections(body);
    case "common":
      return commonSections;
    case "notice":
      return noticeSections;
    case "incident":
      return incidentSections;
    case "canned":
      return cannedSections;
    case "wording":
      return wordingSections(item, body);
    case "thresholds":
      return thresholdSections;
    case "election":
      return electionSections;
  }
}
