// Replies not sent yet, one a case and person, kept in the tab so that looking at another case, a
// reload or a new sign-in loses nothing.

function keyOf(staffId: number, caseId: number): string {
  return `kerbside.draft.${staffId}.${caseId}`;
}

export function readDraft(staffId: number, caseId: number): string {
  try {
    return sessionStorage.getItem(keyOf(staffId, caseId)) ?? "";
  } catch {
    return ""; // storage switched off: the text lives as long as its box
  }
}

export function keepDraft(staffId: number, caseId: number, text: string): void {
  try {
    if (text) sessionStorage.setItem(keyOf(staffId, caseId), text);
    else sessionStorage.removeItem(keyOf(staffId, caseId));
  } catch {
    // as above
  }
}

/** After `sent` was taken: clears the draft unless something else has been written meanwhile. */
export function forgetDraft(staffId: number, caseId: number, sent: string): void {
  if (readDraft(staffId, caseId) === sent) keepDraft(staffId, caseId, "");
}
