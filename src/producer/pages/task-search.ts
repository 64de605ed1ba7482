import type { Tasks } from "../../task/registry.ts";

const shownAtOnce = 20;

/** A task as the index lists it. */
export interface ListedTask {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** A page of the tasks that a search has found, in the order of their titles. */
export interface FoundTasks {
  readonly query: string;
  readonly tasks: readonly ListedTask[];
  /** All that were found, on whatever page. */
  readonly total: number;
  /** From 1; the last one where there are not that many. */
  readonly page: number;
  readonly pages: number;
}

/** Finds the tasks whose title, name or description have every word of the query in them. */
export function findTasks(all: Tasks, query: string, page: number): FoundTasks {
  const words = fold(query).split(/\s+/);
  const found = [...all]
    .map(([name, { title, description }]) => ({ name, title, description }))
    .filter((task) => {
      const text = fold(`${task.title}\n${task.name}\n${task.description}`);
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => a.title.localeCompare(b.title, "en", { numeric: true }));
  const pages = Math.max(1, Math.ceil(found.length / shownAtOnce));
  const shown = Math.min(Math.max(1, page), pages);
  const start = (shown - 1) * shownAtOnce;
  return {
    query,
    tasks: found.slice(start, start + shownAtOnce),
    total: found.length,
    page: shown,
    pages,
  };
}

/** Upper case, and how a letter is composed, make no difference. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
