// Which two versions are held against each other, and what that shows.

/** With the one before, what is live, another one; or as it would be live again. */
export type Against = "before" | "live" | "other" | "again";

export type Comparison = { title: string } & (
  | { question: { from: number | null; to: number } }
  | { hint: string }
);

/** From the earlier to the later one, so that what is said to be new is new. */
export function comparisonOf(
  version: number,
  live: number,
  against: Against,
  other: string,
): Comparison {
  switch (against) {
    case "before":
      return {
        title: `What version ${version} changed`,
        question: { from: version - 1, to: version },
      };
    case "live":
      return {
        title: `What has changed since version ${version}`,
        question: { from: version, to: live },
      };
    case "again":
      return {
        title: `What making version ${version} live again would change`,
        question: { from: null, to: version },
      };
    case "other":
      return withOther(version, live, other.trim());
  }
}

function withOther(version: number, live: number, text: string): Comparison {
  const other = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (other < 1 || other > live || other === version) {
    const title = "Another version";
    return { title, hint: `Enter a number from 1 to ${live} that isn't ${version}.` };
  }
  const [from, to] = [Math.min(version, other), Math.max(version, other)];
  return {
    title: `What is different in version ${to} from version ${from}`,
    question: { from, to },
  };
}
