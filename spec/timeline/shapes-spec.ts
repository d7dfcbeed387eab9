import { Shapes } from '../../lib/timeline/shapes.ts';

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly tall: number;
}

/** What is drawn of a class. */
function drawn(shapes: Shapes, name: RegExp): Rectangle[] {
  const parts = shapes.drawn().filter((part) => name.test(part));
  return [...parts.flatMap(lines), ...parts.flatMap(standing)];
}

/** What is coloured: lines as thick as they are tall. */
function lines(part: string): Rectangle[] {
  const [, middle, tall] = (/translate\(0 ([\d.]+)\)" stroke-width="([\d.]+)"/.exec(part) ?? []).map(Number);
  return [...part.matchAll(/M([\d.]+) 0h([\d.]+)/g)].map(([, left, width]) => ({
    left: Number(left),
    top: middle! - tall! / 2,
    width: Number(width),
    tall: tall!,
  }));
}

/** What has failed: rectangles. */
function standing(part: string): Rectangle[] {
  return [...part.matchAll(/M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)/g)].map((found) => {
    const [left, top, right, bottom] = found.slice(1).map(Number) as [number, number, number, number];
    const round = (value: number): number => Number(value.toFixed(6));
    return { left, top, width: round(right - left), tall: round(bottom - top) };
  });
}

/** `count` rectangles side by side, 864 pixels in all; `fails` says which have failed. */
function row(count: number, fails: (nth: number) => boolean, height: number = 20): Shapes {
  const shapes = new Shapes(100, height);
  const width = 864 / count;
  for (let nth = 0; nth < count; nth++)
    shapes.add(nth * width, (nth + 1) * width, Math.floor((24 * nth) / count), fails(nth));
  return shapes;
}

const FAILED = /class="failed"/;
const COLOURED = /class="c\d+"/;
const area = (rectangles: readonly Rectangle[]): number =>
  rectangles.reduce((sum, { tall, width }) => sum + tall * width, 0);

describe('Shapes of a picture', () => {
  it('show a share of failures as a part of their height', () => {
    const heights = [100, 10, 2, 1].map((every) => {
      const rectangles = drawn(
        row(20_000, (nth) => nth % every === 0),
        FAILED,
      );
      for (const { tall, top } of rectangles) expect(top + tall).toBeCloseTo(120, 6);
      return Math.max(...rectangles.map(({ tall }) => tall));
    });
    expect(heights[0]).toBeGreaterThanOrEqual(4);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expect(heights[0]).toBeLessThan(6);
    expect(heights[3]).toBe(20);
  });

  it('are not all red where one in a hundred has failed', () => {
    for (const height of [5, 20]) {
      const shapes = row(20_000, (nth) => nth % 100 === 99, height);
      expect(area(drawn(shapes, FAILED))).toBeLessThan(0.4 * 864 * height);
      // Below them there are all colours, without a gap.
      const coloured = drawn(
        row(20_000, (nth) => nth % 100 === 99, height),
        COLOURED,
      );
      expect(area(coloured)).toBeGreaterThan(0.99 * 864 * height);
    }
  });

  it('are red wholly where they are wide, and have failed', () => {
    expect(
      drawn(
        row(10, (nth) => nth === 3),
        FAILED,
      ),
    ).toEqual([{ left: 259.2, top: 100, width: 86.4, tall: 20 }]);
    // By itself, as short as it may be.
    const alone = new Shapes(0, 20);
    alone.add(7.3, 7.31, 0, true);
    expect(drawn(alone, FAILED)).toEqual([{ left: 6, top: 0, width: 2, tall: 20 }]);
  });

  it('touch where less than half a pixel is between them', () => {
    const shapes = new Shapes(0, 20);
    shapes.add(0, 10, 0, false);
    shapes.add(10.4, 20, 0, false);
    shapes.add(20.2, 30, 0, true);
    shapes.add(31, 40, 0, false);
    expect(drawn(shapes, COLOURED).map(({ left, width }) => [left, width])).toEqual([
      [0, 10],
      [10, 10],
      [31, 9],
    ]);
    expect(drawn(shapes, FAILED)).toEqual([{ left: 20, top: 0, width: 10, tall: 20 }]);
  });
});
