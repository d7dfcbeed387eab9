/** A tile has one colour everywhere: from the first, blue, to the last, amber. */
import { COUNT } from './tiles.ts';

const colours = Array.from({ length: COUNT }, (_, index) => {
  const place = index / (COUNT - 1);
  return `oklch(${(0.58 + 0.17 * place).toFixed(3)} 0.135 ${(262 + 168 * place).toFixed(1)})`;
});

export const colourOf = (index: number): string => colours[index]!;

const read = new Map<string, string>();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => read.clear());

/** A property of the style sheet, as the present scheme has it. */
export function styled(name: string): string {
  const known = read.get(name) ?? getComputedStyle(document.documentElement).getPropertyValue(name);
  read.set(name, known);
  return known;
}
