/** The page: a press of a button starts a run, and ends the one before. */
import {
  animationFrames,
  catchError,
  EMPTY,
  fromEvent,
  map,
  merge,
  type Observable,
  Subscription,
  switchMap,
  takeWhile,
  tap,
} from 'rxjs';
import { find } from './dom.ts';
import { Run } from './run.ts';
import { Stage } from './stage.ts';
import type { Drawn } from './tiles.ts';
import { Pools, type TilePool, type Way, ways } from './ways.ts';

const pools = new Pools();
const stage = new Stage();
const size = find('#size', HTMLInputElement);
let watching = Subscription.EMPTY;

/** The press of the button that says what to do, or to do nothing. */
let press: Event;
const pressed = (selector: string): Observable<Event> => fromEvent(find(selector, HTMLButtonElement), 'click');

merge(
  pressed('#cancel').pipe(map((event) => ({ event, way: undefined }))),
  ...(['main', 'ordered', 'unordered', 'refined'] as const).map((way) =>
    pressed(`tr[data-way=${way}] button`).pipe(map((event) => ({ event, way }))),
  ),
)
  .pipe(
    tap(({ event }) => (press = event)),
    // switchMap unsubscribes from the run before, and that cancels what is left of it.
    switchMap(({ way }) => (way === undefined ? EMPTY : drawing(way))),
  )
  .subscribe();

function drawing(way: Way): Observable<Drawn> {
  const pool = pools.for(way, size.valueAsNumber);
  const run = new Run(way, pool.size);
  // To come back to, and to share.
  history.replaceState(null, '', `#${way}-${size.value}`);
  watch(run, pool);
  return ways[way](pool).pipe(
    tap({
      next(drawn) {
        stage.paint(drawn);
        if (drawn.step === 1) run.emit(drawn.index);
      },
      complete: () => run.end('complete'),
      unsubscribe: () => run.end('cancelled'),
      error: () => run.end('failed'),
    }),
    catchError((error: unknown) => {
      stage.fail(error);
      return EMPTY;
    }),
  );
}

/** Shows a run until it is over and no worker is at it any more. */
function watch(run: Run, pool: TilePool): void {
  watching.unsubscribe();
  stage.begin(run);
  watching = pool.events$.subscribe((event) => run.see(event));
  let last = performance.now();
  // While the page is hidden there are no frames: that is no stutter.
  watching.add(fromEvent(document, 'visibilitychange').subscribe(() => (last = performance.now())));
  const over = (): boolean => run.state !== 'running' && pool.stats().running === 0;
  const frames = animationFrames().pipe(takeWhile(() => !over(), true));
  watching.add(
    frames.subscribe({
      next() {
        const now = performance.now();
        stage.frame(run, now - last);
        last = now;
      },
      complete() {
        stage.end(run, run.timeOf(press));
        watching.unsubscribe();
      },
    }),
  );
}

size.max = String(Math.max(8, 2 * navigator.hardwareConcurrency));
size.value = String(navigator.hardwareConcurrency);
const [, asked, workers] = /^#(main|ordered|unordered|refined)-(\d+)$/.exec(location.hash) ?? [];
if (workers !== undefined) size.value = workers;
prepare();
warmUp();
size.addEventListener('input', prepare);
size.addEventListener('change', warmUp);
for (const [target, type] of [
  [window, 'resize'],
  [matchMedia('(prefers-color-scheme: dark)'), 'change'],
] as const)
  target.addEventListener(type, () => stage.redraw());

/** Shows the lanes that the next run will have, unless one is shown that is not over. */
function prepare(): void {
  find('#size-words', HTMLElement).textContent = size.value;
  if (watching.closed) stage.prepare(size.valueAsNumber);
}

/** Has the workers up before the first press. While a run is shown, and where one cannot start, the next press tells. */
function warmUp(): void {
  if (watching.closed)
    pools
      .for('ordered', size.valueAsNumber)
      .warmUp()
      .catch(() => {});
}

if (asked !== undefined) find(`tr[data-way=${asked}] button`, HTMLButtonElement).click();
