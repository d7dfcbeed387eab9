/** A lane for each worker: what it runs, and when. */
import type { Axis } from './axis.ts';
import { colourOf, styled } from './colours.ts';
import { find } from './dom.ts';
import { currentOf, type Lane, type Run } from './run.ts';
import { Surface } from './surface.ts';

interface Row {
  readonly item: HTMLElement;
  readonly surface: Surface;
}

export class Lanes {
  readonly #list: HTMLOListElement;
  readonly #template = find('#lane', HTMLTemplateElement);
  #rows: readonly Row[] = [];

  constructor(column: HTMLElement) {
    this.#list = find('.lanes', HTMLOListElement, column);
  }

  /** As many as the run has workers. */
  arrange({ lanes, way }: Run): void {
    this.#rows = lanes.map((_, worker) => {
      const item = find('li', HTMLElement, this.#template.content).cloneNode(true) as HTMLElement;
      const [name, short] = way === 'main' ? ['Main thread', 'main'] : [`Worker ${worker + 1}`, `${worker + 1}`];
      find('small', HTMLElement, item).textContent = short;
      const canvas = find('canvas', HTMLCanvasElement, item);
      canvas.setAttribute('aria-label', name);
      return { item, surface: new Surface(canvas) };
    });
    this.#list.replaceChildren(...this.#rows.map(({ item }) => item));
  }

  draw(run: Run, axis: Axis): void {
    for (const [worker, lane] of run.lanes.entries()) {
      const { item, surface } = this.#rows[worker]!;
      const ended = lane.lives.at(-1)?.type === 'worker:exit';
      item.dataset['state'] = currentOf(lane) !== undefined ? 'running' : ended ? 'ended' : 'idle';
      drawLane(surface, lane, run.elapsed, axis);
    }
  }
}

function drawLane(surface: Surface, { lives, tasks }: Lane, elapsed: number, axis: Axis): void {
  surface.clear();
  const { context, height, width } = surface;
  const at = (time: number): number => axis.at(time, width);
  context.fillStyle = styled('--track');
  context.fillRect(0, 0, width, height);
  for (const { cancelled, end = elapsed, index, start } of tasks) {
    context.fillStyle = colourOf(index);
    context.globalAlpha = cancelled ? 0.35 : 1;
    // A gap between two, even where they are short.
    context.fillRect(at(start), 1, Math.max(at(end) - at(start) - 0.75, 0.75), height - 2);
  }
  context.globalAlpha = 1;
  context.fillStyle = styled('--ink');
  for (const { time, type } of lives)
    if (type === 'worker:start') context.fillRect(at(time) - 0.75, 0, 1.5, height);
    else cross(context, Math.min(at(time) + height / 2, width - height / 3), height);
}

function cross(context: CanvasRenderingContext2D, x: number, height: number): void {
  const arm = height / 4;
  context.strokeStyle = styled('--ink');
  context.lineWidth = 1.5;
  context.beginPath();
  for (const side of [-arm, arm]) {
    context.moveTo(x - side, height / 2 - arm);
    context.lineTo(x + side, height / 2 + arm);
  }
  context.stroke();
}
