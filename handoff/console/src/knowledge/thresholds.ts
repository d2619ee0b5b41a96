// The numbers by which answers go out, each with what it does.

import { ruleKinds, ruleWords } from "./rule-kinds";
import type { Field, Section } from "./sections";

type NumberWords = [path: string, label: string, hint: string];

const ruleNumbers: readonly NumberWords[] = ruleKinds.map(([kind]) => [
  `rules.${kind}`,
  ruleWords(kind),
  "In place of the number for all rules.",
]);

const numbers = (all: readonly NumberWords[], optional: boolean): readonly Field[] =>
  all.map(([path, label, hint]) => ({ as: "number", path, label, hint, optional }));

export const thresholdSections: readonly Section[] = [
  {
    title: "When an answer goes out",
    hint: "In hundredths, from 0 to 100. Higher is more careful, if it doesn't say otherwise.",
    fields: numbers(
      [
        ["score", "Sure enough", "The best answer must come to at least this."],
        ["lead", "Ahead of the next", "It must be so much surer than the second best."],
        [
          "residue",
          "Left unexplained",
          "No more of the message may be left that no word of ours explains. Lower is more careful.",
        ],
        [
          "residue_words",
          "In messages with so many unexplained words",
          "In shorter ones, what is left unexplained doesn't matter. A number of words; lower is more careful.",
        ],
        ["rule", "A rule holds", "Its patterns must come to at least this. Lower sees more."],
      ],
      false,
    ),
  },
  {
    title: "Kinds of rule with a number of their own",
    folded: true,
    fields: numbers(ruleNumbers, true),
  },
  {
    title: "What the second opinion decides",
    folded: true,
    hint: "The second opinion has learnt from all examples, and says for each answer what its chance is.",
    fields: numbers(
      [
        ["weak", "Enough together", "An answer that it agrees with needs only this."],
        ["second_agree", "It agrees", "From this chance of the same answer."],
        [
          "second_hint",
          "A hint is enough",
          "From this chance, less than “enough together” will do.",
        ],
        [
          "second_disagree",
          "It disagrees",
          "From this chance of another answer a person looks. Lower is more careful.",
        ],
        [
          "second_handoff",
          "A person is needed",
          "From this chance of all reasons for a person together. Lower is more careful.",
        ],
        [
          "second_sensitive",
          "It may be sensitive",
          "From this chance of all sensitive reasons together. Lower is more careful.",
        ],
        ["second_least", "It doesn't see it", "Below this chance of the answer a person looks."],
        [
          "second_need",
          "Somebody needs something",
          "From this chance neither silence nor bare thanks are enough. Lower is more careful.",
        ],
        [
          "second_silence",
          "Silence is right",
          "A rule that sees trolling, praise or talk is believed from this chance.",
        ],
        [
          "second_quiet",
          "Silence without a rule",
          "From this chance it is trolling, praise or talk though no pattern sees it.",
        ],
        [
          "second_passing",
          "Only in passing",
          "From this chance of silence an answer that isn't sure is left out.",
        ],
        [
          "also",
          "A second answer",
          "What also fits goes into the same reply from this, if the second opinion sees it too.",
        ],
        ["also_alone", "A second answer on its own", "… from this, if it doesn't."],
        ["second_also", "It sees the second answer", "From this chance."],
      ],
      true,
    ),
  },
];
