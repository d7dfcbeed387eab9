/** The page: a press of a button starts a run, or three at once, and ends what ran before. */
import {
  animationFrames,
  catchError,
  EMPTY,
  fromEvent,
  map,
  merge,
  type Observable,
  of,
  Subscription,
  switchMap,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import { type Drawing, readAddress, writeAddress } from './address.ts';
import { find } from './dom.ts';
import { Run } from './run.ts';
import { Stage } from './stage.ts';
import { HOME, partsOf, tilesOf, type Drawn } from './tiles.ts';
import { Pools, refining, type Way, ways } from './ways.ts';
import { INTO, OUT, zoomed, zooms } from './zoom.ts';

const stage = new Stage();
const pools = new Pools();
const size = find('#size', HTMLInputElement);
const finer = find('#finer', HTMLInputElement);
size.max = String(Math.max(8, 2 * navigator.hardwareConcurrency));

/** What is drawn next, unless something else is pressed. */
let next: Drawing = readAddress() ?? { what: 'race', workers: navigator.hardwareConcurrency, finer: false, view: HOME };
size.value = String(next.workers);
finer.checked = next.finer;

const pressed = (selector: string): Observable<Event> => fromEvent(find(selector, HTMLButtonElement), 'click');
/** The last press of Cancel. */
let cancelled: Event | undefined;

/** What is to be drawn; undefined: nothing any more. */
const wishes: Observable<Partial<Drawing> | undefined> = merge(
  pressed('#cancel').pipe(map((event) => void (cancelled = event))),
  pressed('#race').pipe(map(() => ({ what: 'race' as const }))),
  ...stage.columns.map(({ button, way }) => fromEvent(button, 'click').pipe(map(() => ({ what: way })))),
  merge(
    ...stage.columns.map(({ canvases }) => zooms(canvases)),
    pressed('#into').pipe(map(() => INTO)),
    pressed('#out').pipe(map(() => OUT)),
  ).pipe(map((rectangle) => ({ view: zoomed(next.view, rectangle) }))),
  whenSeen().pipe(map(() => ({}))),
);

/** Once, when the page is first seen; not for people who want nothing to move by itself. */
function whenSeen(): Observable<unknown> {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return EMPTY;
  return document.hidden ? fromEvent(document, 'visibilitychange').pipe(take(1)) : of(undefined);
}

let watching = Subscription.EMPTY;

function start(wanted: Drawing): Observable<unknown> {
  watching.unsubscribe();
  stage.wait(wanted);
  writeAddress(wanted);
  // The workers are up before the first tile is drawn: their start counts for nobody.
  return pools.warmUp(wanted.workers).pipe(
    tap({ unsubscribe: () => stage.end(wanted, undefined) }),
    switchMap(() => draw(wanted)),
    catchError((error: unknown) => {
      stage.fail(error);
      return EMPTY;
    }),
  );
}

function draw(wanted: Drawing): Observable<Drawn> {
  const tiles = tilesOf(wanted.view);
  const raced: readonly Way[] = wanted.what === 'race' ? ['unordered', 'ordered', 'main'] : [wanted.what];
  const runs = raced.map((way) => new Run(way, wanted.workers));
  watch(runs, wanted);
  const table = wanted.finer ? refining : ways;
  return merge(
    ...runs.map((run) => {
      // In a race the workers of the others wait until the main thread hears them: it does so after each part of a tile.
      const own = raced.length > 1 && run.way === 'main' ? tiles.flatMap(partsOf) : tiles;
      return table[run.way](own, pools.of(run.way, wanted.workers)).pipe(
        tap({
          next: (drawn) => stage.paint(run, drawn),
          complete: () => run.end('complete'),
          unsubscribe: () => run.end('cancelled'),
          error: () => run.end('failed'),
        }),
      );
    }),
  );
}

/** Shows runs until they are over and no worker is at them any more. */
function watch(runs: readonly Run[], wanted: Drawing): void {
  stage.begin(runs, wanted);
  watching = new Subscription();
  const used = runs
    .filter(({ way }) => way !== 'main')
    .map((run) => ({ run, pool: pools.of(run.way, wanted.workers) }));
  for (const { pool, run } of used) watching.add(pool.events$.subscribe((event) => run.see(event)));
  let last = performance.now();
  // While the page is hidden there are no frames: that is no stutter.
  watching.add(fromEvent(document, 'visibilitychange').subscribe(() => (last = performance.now())));
  const over = (): boolean =>
    runs.every(({ state }) => state !== 'running') && used.every(({ pool }) => pool.stats().running === 0);
  watching.add(
    animationFrames()
      .pipe(takeWhile(() => !over(), true))
      .subscribe({
        next() {
          const now = performance.now();
          stage.frame(now - last);
          last = now;
        },
        complete() {
          stage.end(wanted, cancelled);
          watching.unsubscribe();
        },
      }),
  );
}

/** What the next run will have is shown, unless there is one that is not over. */
function prepare(): void {
  find('#size-words', HTMLElement).textContent = size.value;
  next = { ...next, workers: size.valueAsNumber, finer: finer.checked };
  if (!stage.busy) stage.prepare(next);
}

/** Where a worker cannot start, the next press tells. */
function warmUp(): void {
  if (!stage.busy) pools.warmUp(size.valueAsNumber).subscribe({ error() {} });
}

prepare();
warmUp();
size.addEventListener('input', prepare);
size.addEventListener('change', warmUp);
finer.addEventListener('change', prepare);
for (const [target, type] of [
  [window, 'resize'],
  [matchMedia('(prefers-color-scheme: dark)'), 'change'],
] as const)
  target.addEventListener(type, () => stage.redraw());

wishes
  .pipe(
    // Unsubscribes from the run before, and that cancels what is left of it.
    switchMap((wish) => {
      if (wish === undefined) return EMPTY;
      next = { ...next, ...wish };
      return start(next);
    }),
  )
  .subscribe();
