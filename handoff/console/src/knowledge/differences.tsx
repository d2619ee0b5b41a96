// What is different, an item at a time, in words.

import type { ComponentChildren } from "preact";
import type { KbDifference } from "../types";
import { itemHref, itemKey } from "./place";
import { byField, changeWords } from "./publishing";
import { kindOne } from "./words";

export interface DifferencesProps {
  items: readonly KbDifference[];
  /** more that is known of an item */
  more?: (one: KbDifference) => ComponentChildren;
  heading?: "h3" | "h4";
}

export function Differences({ items, more, heading: Heading = "h3" }: DifferencesProps) {
  return (
    <ol class="ks-rows" data-testid="differences">
      {items.map((one) => (
        <li class="ks-row ks-tray__row" key={itemKey(one)} data-testid="difference">
          <Heading class="govuk-heading-s ks-row__title">
            <span>
              {kindOne(one.kind)}:{" "}
              <a class="govuk-link" href={itemHref(one)}>
                <bdi>{one.title || one.item}</bdi>
              </a>
            </span>
            <strong class={`govuk-tag ks-change--${one.change}`}>{changeWords(one.change)}</strong>
          </Heading>
          <dl class="ks-differences">
            {byField(one).map(({ label, whats }) => (
              <div key={label}>
                <dt>{label}</dt>
                {whats.map((what, n) => (
                  <dd key={n} dir="auto">
                    {what}
                  </dd>
                ))}
              </div>
            ))}
          </dl>
          {more?.(one)}
        </li>
      ))}
    </ol>
  );
}
