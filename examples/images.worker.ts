import { basename, dirname, join } from 'node:path';
import { expose, taskContext } from 'rxjs-parallel/worker';
import sharp from 'sharp';

// A picture has one thread: how many are at work at once is for the pool to say.
sharp.concurrency(1);

const api = {
  /** Writes a picture in small, in several widths, beside it; gives how large it was. */
  async thumbnails(file: string, widths: readonly number[]) {
    // Of this task; after an `await` it could be that of another.
    const { report, signal } = taskContext();
    const image = sharp(file);
    const { height, width } = await image.metadata();
    for (const each of widths) {
      signal.throwIfAborted();
      const to = join(dirname(file), 'thumbnails', `${basename(file, '.jpg')}-${each}.webp`);
      await image.clone().resize(each).webp().toFile(to);
      report(`${each} px`);
    }
    return { width, height };
  },
};
expose(api);
export type ImagesApi = typeof api;
