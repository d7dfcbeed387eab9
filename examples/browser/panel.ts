/** The words and numbers of the page: what runs, how far it is, and how the ways compare. */
import { find } from './dom.ts';
import type { Run } from './run.ts';
import { tiles } from './tiles.ts';
import type { Way } from './ways.ts';

const NAMES: Record<Way, string> = {
  main: 'on the main thread',
  ordered: 'by parallelMap',
  unordered: 'by parallelMapUnordered',
  refined: 'by parallelMergeMap',
};

/** What the code on the page says of each way. */
const CODE: Record<Way, { operator: string; method: string }> = {
  main: { operator: 'parallelMap', method: 'draw' },
  ordered: { operator: 'parallelMap', method: 'draw' },
  unordered: { operator: 'parallelMapUnordered', method: 'draw' },
  refined: { operator: 'parallelMergeMap', method: 'refine' },
};

export class Panel {
  readonly #progress = find('#progress', HTMLProgressElement);
  readonly #status = find('#status', HTMLElement);
  readonly #cancel = find('#cancel', HTMLButtonElement);
  readonly #operator = find('#operator', HTMLElement);
  readonly #method = find('#method', HTMLElement);
  readonly #pool = find('#pool', HTMLElement);
  /** How long the main thread took when it last drew the whole picture, in ms. */
  mainThread: number | undefined;

  begin({ lanes, way }: Run): void {
    for (const row of document.querySelectorAll<HTMLElement>('#ways tr[data-way]')) {
      const now = row.dataset['way'] === way;
      find('button', HTMLButtonElement, row).setAttribute('aria-pressed', String(now));
      row.classList.toggle('now', now);
    }
    this.#operator.textContent = CODE[way].operator;
    this.#method.textContent = CODE[way].method;
    this.#pool.textContent = way === 'main' ? 'localPool({ draw })' : `workerPool(startWorker, ${lanes.length})`;
    this.#progress.max = tiles.length;
    this.#put(way, '.speed', '–');
    this.#cancel.setAttribute('aria-disabled', 'false');
    const workers = way === 'main' ? '' : lanes.length === 1 ? ' on 1 worker' : ` on ${lanes.length} workers`;
    this.say(`Drawing ${NAMES[way]}${workers} …`);
  }

  draw({ elapsed, results, way, worstFrame }: Run): void {
    this.#progress.value = results.length;
    this.#put(way, '.time', seconds(elapsed));
    this.#put(way, '.worst', `${Math.round(worstFrame)} ms`);
  }

  /** The stream has ended, and no worker is at it any more. `pressed`: when a button ended it, in ms of the run. */
  end(run: Run, pressed: number): void {
    const { elapsed, freed, results, state, way } = run;
    this.draw(run);
    this.#cancel.setAttribute('aria-disabled', 'true');
    if (state === 'complete') {
      if (way === 'main') this.mainThread = elapsed;
      const speedUp = this.mainThread === undefined ? undefined : (this.mainThread / elapsed).toFixed(1);
      this.#put(way, '.speed', speedUp === undefined ? '–' : `${speedUp}×`);
      let compared = '.';
      if (speedUp === undefined) compared = '. Draw it on the main thread, too, to compare.';
      else if (way !== 'main') compared = `, ${speedUp} times as fast as on the main thread.`;
      this.say(`Drawn ${NAMES[way]} in ${seconds(elapsed)}${compared}`);
    } else if (state === 'cancelled') {
      // Of a part of the picture, they compare with nothing.
      for (const cell of ['.time', '.worst']) this.#put(way, cell, '–');
      const after = Math.max(0, Math.round(freed - pressed));
      const who = way === 'main' ? 'The thread was' : 'All workers were';
      this.say(`Cancelled after ${results.length} of ${tiles.length} tiles. ${who} free after ${after} ms.`);
    }
  }

  say(text: string): void {
    this.#status.textContent = text;
  }

  #put(way: Way, cell: string, text: string): void {
    find(`#ways tr[data-way=${way}] ${cell}`, HTMLElement).textContent = text;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
