// Puts ready words where the cursor is, as if they had been typed.

/** The words with a space on each side where they would stick to what stands there. */
export function insertionOf(before: string, words: string, after: string): string {
  const lead = before === "" || /\s$/.test(before) ? "" : " ";
  const tail = after === "" || /^\s/.test(after) ? "" : " ";
  return lead + words + tail;
}

export function insertAtCursor(box: HTMLTextAreaElement, words: string): void {
  const { value, selectionStart, selectionEnd } = box;
  const text = insertionOf(value.slice(0, selectionStart), words, value.slice(selectionEnd));
  box.focus();
  // The only way that the browser's own undo knows of. Where it isn't there any more, the words
  // come in all the same.
  if (document.execCommand("insertText", false, text)) return;
  box.setRangeText(text, selectionStart, selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A reply as it was written: the server adds the initials when it is taken. */
export function withoutInitials(text: string, initials: string): string {
  const signature = `^${initials}`;
  return text.endsWith(signature) ? text.slice(0, -signature.length).trimEnd() : text;
}
