/** Everything that shows a run, or three of them: drawn anew in each frame while there is one. */
import type { Drawing } from './address.ts';
import { Axis } from './axis.ts';
import { Column, nameOf, seconds } from './column.ts';
import { find } from './dom.ts';
import { Frames } from './frames.ts';
import { Run } from './run.ts';
import { COUNT, type Drawn } from './tiles.ts';
import type { Way } from './ways.ts';

export class Stage {
  readonly columns: readonly Column[] = (['main', 'ordered', 'unordered'] as const).map((way) => new Column(way));
  readonly #axis = new Axis();
  readonly #frames = new Frames();
  readonly #race = find('#race', HTMLButtonElement);
  readonly #cancel = find('#cancel', HTMLButtonElement);
  readonly #progress = find('#progress', HTMLProgressElement);
  readonly #status = find('#status', HTMLElement);
  /** What the times that are shown have in common: with others they do not compare. */
  #kind = '';
  #runs: readonly Run[] = [];
  /** From when workers are started until none is at anything any more. */
  busy = false;

  /** Shows what the next run will have, and of former ones what compares with it. */
  prepare({ finer, view, what, workers }: Drawing): void {
    const kind = JSON.stringify([finer, view, what === 'race' ? workers : 'alone']);
    for (const column of this.columns) {
      column.describe(workers, finer);
      if (kind === this.#kind && column.took !== undefined) continue;
      const run = new Run(column.way, workers);
      run.end('cancelled');
      column.begin(run, view);
    }
    this.#kind = kind;
    this.redraw();
  }

  /** Workers are started. */
  wait(drawing: Drawing): void {
    this.prepare(drawing);
    this.busy = true;
    this.#runs = [];
    this.#race.setAttribute('aria-pressed', String(drawing.what === 'race'));
    for (const { button, way } of this.columns) button.setAttribute('aria-pressed', String(drawing.what === way));
    this.#cancel.setAttribute('aria-disabled', 'false');
    this.#progress.value = 0;
    this.#say(`Starting ${workersOf(drawing.workers)} …`);
  }

  begin(runs: readonly Run[], { finer, view, what, workers }: Drawing): void {
    this.#runs = runs;
    for (const run of runs) {
      run.begin();
      this.#columnOf(run).begin(run, view);
    }
    this.#frames.begin();
    this.#progress.max = runs.length * COUNT;
    const on = what === 'main' ? '' : ` on ${workersOf(workers)}${what === 'race' ? ' each' : ''}`;
    this.#say(what === 'race' ? `Drawing all three at once${on} …` : `Drawing by ${nameOf(what, finer)}${on} …`);
  }

  paint(run: Run, drawn: Drawn): void {
    this.#columnOf(run).paint(drawn);
  }

  /** A frame of the page, that came `ms` after the one before it. */
  frame(ms: number): void {
    this.#frames.add(Math.max(...this.#runs.map(({ elapsed }) => elapsed)), ms);
    this.#progress.value = this.#count;
    this.redraw();
  }

  /** No worker is at it any more. `press`: of the button that ended it, if one did. */
  end({ finer, what }: Drawing, press: Event | undefined): void {
    this.#rest();
    for (const run of this.#runs) this.#columnOf(run).end(what === 'race' ? undefined : this.#frames.worst);
    const mainThread = this.columns.find(({ way }) => way === 'main')!.took;
    const speeds = new Map(this.columns.map((column) => [column.way, column.compare(mainThread)]));
    this.redraw();
    const [run] = this.#runs;
    if (run === undefined) this.#say('Cancelled before the first tile.');
    if (run === undefined || this.#runs.some(({ state }) => state === 'failed')) return;
    if (this.#runs.some(({ state }) => state === 'cancelled')) {
      const freed = Math.max(...this.#runs.map((each) => each.freed - (press === undefined ? 0 : each.timeOf(press))));
      const who = what === 'main' ? 'The thread was' : 'All workers were';
      const after = Math.max(0, Math.round(freed));
      this.#say(`Cancelled after ${this.#count} of ${this.#progress.max} tiles. ${who} free after ${after} ms.`);
    } else if (what === 'race') {
      const fastest = Math.max(...[...speeds.values()].map(Number));
      this.#say(`Drawn three times: on workers ${fastest.toFixed(1)} times as fast as on the main thread.`);
    } else {
      const speed = speeds.get(what);
      let compared = '. Draw it by concatMap, too, to compare.';
      if (what === 'main') compared = ' on the main thread.';
      else if (speed !== undefined) compared = `, ${speed} times as fast as on the main thread.`;
      this.#say(`Drawn by ${nameOf(what, finer)} in ${seconds(run.elapsed)}${compared}`);
    }
  }

  redraw(): void {
    this.#axis.span = 1.02 * Math.max(1000, ...this.columns.map(({ span }) => span));
    for (const column of this.columns) column.draw(this.#axis);
    this.#frames.draw(this.#axis);
  }

  fail(error: unknown): void {
    this.#rest();
    this.#say(`It failed. ${String(error)}`);
  }

  #rest(): void {
    this.busy = false;
    this.#cancel.setAttribute('aria-disabled', 'true');
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  /** How many tiles are finished. */
  get #count(): number {
    return this.#runs.reduce((sum, { results }) => sum + results.length, 0);
  }

  #columnOf({ way }: { readonly way: Way }): Column {
    return this.columns.find((column) => column.way === way)!;
  }
}

const workersOf = (count: number): string => (count === 1 ? '1 worker' : `${count} workers`);
