// Something to be quoted elsewhere, with a button that copies it.

import { useEffect, useRef, useState } from "preact/hooks";

const saidMs = 4_000;

export interface CopyProps {
  words: string;
  /** "reference": what it is */
  what: string;
  announce: (text: string) => void;
}

export function Copy({ words, what, announce }: CopyProps) {
  const [copied, setCopied] = useState<"yes" | "no" | null>(null);
  const text = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(null), saidMs);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    const done = await copyText(words);
    // Marked, it only takes Ctrl+C.
    if (!done && text.current) getSelection()?.selectAllChildren(text.current);
    setCopied(done ? "yes" : "no");
    announce(done ? `Copied the ${what}.` : `The ${what} can't be copied here. It's marked.`);
  }

  return (
    <span class="ks-copy">
      <span class="ks-copy__words" ref={text} data-testid={what}>
        {words}
      </span>{" "}
      <button type="button" class="ks-plain-button" onClick={copy} data-testid={`copy-${what}`}>
        {copied === "yes" ? "Copied" : copied === "no" ? "Marked" : "Copy"}
        <span class="govuk-visually-hidden"> the {what}</span>
      </button>
    </span>
  );
}

/** Browsers give the clipboard to pages that came by https, and to this laptop's own. */
async function copyText(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}
