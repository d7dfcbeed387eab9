/** Runs in each worker, which has all titles. */
import { expose, taskContext } from 'rxjs-parallel/worker';
import { distanceIn } from './distance.ts';
import { allTitles } from './titles.ts';

/** Of each part, and of the whole: the best so many. */
export const BEST = 10;

export interface Hit {
  readonly title: string;
  /** How many letters are wrong, too many or missing. */
  readonly distance: number;
}

/** Of one distance in the order of the alphabet. */
export const byDistance = (a: Hit, b: Hit): number =>
  a.distance === b.distance ? (a.title < b.title ? -1 : 1) : a.distance - b.distance;

let titles: readonly string[] = [];

/** Once in each worker, before its first task. A program would fetch them here. */
export function setup(): void {
  titles = allTitles();
}

export const api = {
  /** The best of part `part` of `parts`: titles that contain `query`, with at most one letter in four wrong. */
  search(query: string, part: number, parts: number): Hit[] {
    const { signal } = taskContext();
    const most = Math.floor(query.length / 4);
    const [from, to] = [part, part + 1].map((at) => Math.round((titles.length * at) / parts));
    const hits: Hit[] = [];
    for (const title of titles.slice(from, to)) {
      // Somebody typed on: nobody wants the rest any more.
      signal.throwIfAborted();
      const distance = distanceIn(query, title);
      if (distance <= most) hits.push({ title, distance });
    }
    return hits.sort(byDistance).slice(0, BEST);
  },
};
expose(api, { setup });
export type SearchApi = typeof api;
