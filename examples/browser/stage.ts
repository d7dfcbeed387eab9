/** Everything that shows a run: drawn anew in each frame while there is one. */
import { Axis } from './axis.ts';
import { Frames } from './frames.ts';
import { Lanes } from './lanes.ts';
import { Panel } from './panel.ts';
import { Picture } from './picture.ts';
import { Results } from './results.ts';
import { Run } from './run.ts';
import type { Drawn } from './tiles.ts';

export class Stage {
  readonly #axis = new Axis();
  readonly #frames = new Frames();
  readonly #lanes = new Lanes();
  readonly #panel = new Panel();
  readonly #picture = new Picture();
  readonly #results = new Results();

  #shown: Run = new Run('unordered', 0);

  begin(run: Run): void {
    this.#shown = run;
    this.#picture.clear();
    this.#panel.begin(run);
    this.#lanes.arrange(run);
    this.#results.begin();
  }

  paint(drawn: Drawn): void {
    this.#picture.paint(drawn);
  }

  /** A frame of the page, that came `ms` after the one before it. */
  frame(run: Run, ms: number): void {
    run.frames.push({ end: run.age, ms });
    this.#panel.draw(run);
    this.#frames.move(performance.now());
    this.redraw();
  }

  /** `pressed`: when the button was pressed that ended it, in ms of the run. */
  end(run: Run, pressed: number): void {
    this.#panel.end(run, pressed);
    this.#results.tell(run);
  }

  /** Nothing runs: shows the lanes that the next run will have. */
  prepare(workers: number): void {
    this.#shown = new Run('unordered', workers);
    this.#shown.end('cancelled');
    this.#lanes.arrange(this.#shown);
    this.redraw();
  }

  redraw(): void {
    const run = this.#shown;
    this.#axis.draw(run.span, this.#panel.mainThread);
    this.#frames.draw(run, this.#axis);
    this.#lanes.draw(run, this.#axis);
    this.#results.draw(run, this.#axis);
    this.#picture.mark(run);
  }

  fail(error: unknown): void {
    this.#panel.say(`It failed. ${String(error)}`);
  }
}
