// A search box over 200 000 titles: each key cancels the search before it, and the page never waits for one.
// The titles are in every worker, where `expose(api, { setup })` puts them before the first task.
import { distinctUntilChanged, fromEvent, map, type Observable, of, range, scan, switchMap, tap } from 'rxjs';
import { localPool, Worker, workerPool } from 'rxjs-parallel';
import { find } from '../browser/dom.ts';
import { Meter } from './meter.ts';
import { api, BEST, byDistance, type Hit, type SearchApi, setup } from './search.worker.ts';

/** A search is so many tasks: more than there are workers, so that all have work to its end. */
const PARTS = 16;

const workers = workerPool<SearchApi>(
  () => new Worker(new URL('./search.worker.ts', import.meta.url), { type: 'module' }),
);
/** The same methods on the page's own thread, to see what the workers spare it. */
const pageThread = localPool(api, { setup });
let pool = workers;

/** The best hits, better ones with each part that is done. */
function search(query: string): Observable<Hit[]> {
  return range(0, PARTS).pipe(
    pool.mapUnordered((worker, part) => worker.search(query, part, PARTS)),
    scan((best, hits) => [...best, ...hits].sort(byDistance).slice(0, BEST), [] as Hit[]),
  );
}

const box = find('#query', HTMLInputElement);
const here = find('#here', HTMLInputElement);
const list = find('#hits', HTMLOListElement);
const status = find('#status', HTMLElement);
const meter = new Meter();
let [begun, cancelled, done] = [0, 0, 0];

fromEvent(box, 'input')
  .pipe(
    tap(() => meter.begin()),
    map(() => box.value.trim().toLowerCase()),
    distinctUntilChanged(),
    // Unsubscribes from the search before: its waiting tasks are dropped, and those that run are told to stop.
    switchMap((query) => (query === '' ? of([]) : search(query).pipe(counted()))),
  )
  .subscribe(show);

function counted<T>() {
  const note = (): void => {
    status.textContent = `${begun} searches: ${done} done, ${cancelled} cancelled`;
  };
  return tap<T>({
    subscribe: () => (begun++, note()),
    complete: () => (done++, note()),
    unsubscribe: () => (cancelled++, note()),
  });
}

function show(hits: readonly Hit[]): void {
  list.replaceChildren(
    ...hits.map(({ distance, title }) => {
      const item = document.createElement('li');
      const [text, wrong] = [document.createElement('span'), document.createElement('small')];
      text.textContent = title;
      wrong.textContent = distance === 0 ? 'as it is' : `${distance} ${distance === 1 ? 'letter' : 'letters'} off`;
      item.append(text, ' ', wrong);
      return item;
    }),
  );
}

here.addEventListener('change', () => {
  pool = here.checked ? pageThread : workers;
  meter.reset();
  box.focus();
});

await workers.warmUp();
box.disabled = here.disabled = false;
box.focus();
status.textContent = `${workers.size} workers have their titles. Type fast.`;
