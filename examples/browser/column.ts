/** One way to draw the picture: its button, its figures, its picture, and what its workers did. */
import type { Axis } from './axis.ts';
import { find } from './dom.ts';
import { Lanes } from './lanes.ts';
import { Picture } from './picture.ts';
import { Results } from './results.ts';
import { Run } from './run.ts';
import { Surface } from './surface.ts';
import type { Drawn, View } from './tiles.ts';
import type { Way } from './ways.ts';

/** How a way is called, and how where tiles come ever finer; with the places where a name may be broken. */
const NAMES: Record<Way, readonly [plain: string, finer: string]> = {
  main: ['concatMap', 'concatMap'],
  ordered: ['parallel|Map', 'parallel|ConcatMap'],
  unordered: ['parallelMap|Unordered', 'parallel|MergeMap'],
};

const MEANS: Record<Way, string> = {
  main: 'the main thread',
  ordered: 'in order',
  unordered: 'as completed',
};

export const nameOf = (way: Way, finer: boolean): string => NAMES[way][finer ? 1 : 0].replace('|', '');

export class Column {
  readonly way: Way;
  readonly canvases: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly #name: HTMLElement;
  readonly #code: HTMLElement;
  readonly #figures: Record<'speed' | 'time' | 'worst', HTMLElement>;
  readonly #picture: Picture;
  readonly #results: Results;
  readonly #lanes: Lanes;
  readonly #axis: Surface;
  #run: Run;
  /** How long it took to draw the whole picture, in ms. */
  took: number | undefined;

  constructor(way: Way) {
    this.way = way;
    this.#run = new Run(way, 0);
    const column = find(`article[data-way=${way}]`, HTMLElement);
    column.append(find('#column', HTMLTemplateElement).content.cloneNode(true));
    this.canvases = find('.canvases', HTMLElement, column);
    this.button = find('button', HTMLButtonElement, column);
    this.#name = find('button b', HTMLElement, column);
    find('button small', HTMLElement, column).textContent = MEANS[way];
    this.#code = find(`#code [data-way=${way}]`, HTMLElement);
    const figure = (name: string): HTMLElement => find(`.${name}`, HTMLElement, column);
    this.#figures = { speed: figure('speed'), time: figure('time'), worst: figure('worst') };
    this.#picture = new Picture(column);
    this.#results = new Results(column, find(`#numbers [data-way=${way}]`, HTMLElement));
    this.#lanes = new Lanes(column);
    this.#axis = new Surface(find('.axis', HTMLCanvasElement, column));
  }

  /** Until when something happened, in ms. */
  get span(): number {
    return this.#run.span;
  }

  /** The code of this way, and its name. */
  describe(workers: number, finer: boolean): void {
    const name = nameOf(this.way, finer);
    const [head = '', tail] = NAMES[this.way][finer ? 1 : 0].split('|');
    this.#name.replaceChildren(head, ...(tail === undefined ? [] : [document.createElement('wbr'), tail]));
    this.#code.textContent = codeOf(this.way, name, workers, finer ? 'refine' : 'draw');
  }

  /** Nothing is drawn as yet. */
  begin(run: Run, view: View): void {
    this.#run = run;
    this.took = undefined;
    for (const figure of Object.values(this.#figures)) figure.textContent = '–';
    this.#picture.clear(view);
    this.#lanes.arrange(run);
    this.#results.begin();
  }

  paint(drawn: Drawn): void {
    this.#picture.paint(drawn);
    if (drawn.tile.last) this.#run.emit(drawn.tile.index);
  }

  draw(axis: Axis): void {
    const { elapsed, results, state } = this.#run;
    if (state === 'running' && results.length > 0) this.#figures.time.textContent = seconds(elapsed);
    this.#lanes.draw(this.#run, axis);
    this.#results.draw(this.#run, axis);
    this.#picture.mark(this.#run);
    axis.draw(this.#axis);
  }

  /** The stream has ended, and no worker is at it any more. `worstFrame`: in ms, where nothing else ran beside it. */
  end(worstFrame: number | undefined): void {
    const { elapsed, state } = this.#run;
    const complete = state === 'complete';
    if (complete) this.took = elapsed;
    // Of a part of the picture, they compare with nothing.
    this.#figures.time.textContent = complete ? seconds(elapsed) : '–';
    if (complete && worstFrame !== undefined) this.#figures.worst.textContent = `${Math.round(worstFrame)} ms`;
    this.#results.tell(this.#run);
  }

  /** How many times as fast as the main thread was, which took so many ms. */
  compare(mainThread: number | undefined): string | undefined {
    const speed = mainThread === undefined || this.took === undefined ? undefined : (mainThread / this.took).toFixed(1);
    this.#figures.speed.textContent = speed === undefined ? '–' : `${speed} ×`;
    return speed;
  }
}

function codeOf(way: Way, operator: string, workers: number, method: 'draw' | 'refine'): string {
  const here = { draw: 'nextTurn.pipe(map(() => drawTile(tile)))', refine: 'from(finer(tile)).pipe(concatMap(draw))' };
  const lines =
    way === 'main'
      ? [`const ${method} = (tile) =>`, `  ${here[method]};`]
      : [
          `const pool = workerPool(startWorker, ${workers});`,
          `const ${method} = (worker, tile) => worker.${method}(tile);`,
        ];
  const last = way === 'main' ? method : `${method}, pool`;
  return [...lines, 'from(tiles)', `  .pipe(${operator}(${last}))`, '  .subscribe(paint);'].join('\n');
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
