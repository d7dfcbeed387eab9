/** A directory of pictures that nobody took, one of them broken. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const [WIDTH, HEIGHT] = [2400, 1600];

export async function generate(directory: string, count: number): Promise<void> {
  mkdirSync(directory);
  for (let number = 1; number <= count; number++) {
    const circles = Array.from({ length: 12 }, (_, at) => {
      const hue = (number * 47 + at * 11) % 360;
      return `<circle cx="${(at * 811 * number) % WIDTH}" cy="${(at * 577) % HEIGHT}" r="${120 + 40 * at}" fill="hsl(${hue} 70% 60% / 60%)" />`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${circles.join('')}</svg>`;
    const jpeg = await sharp(Buffer.from(svg)).jpeg().toBuffer();
    // The second ends in its middle, as after a lost connection.
    const bytes = number === 2 ? jpeg.subarray(0, jpeg.length / 2) : jpeg;
    writeFileSync(join(directory, `photo-${String(number).padStart(3, '0')}.jpg`), bytes);
  }
}
