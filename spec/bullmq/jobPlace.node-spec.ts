import { type JobPlace, placeOf } from '../../lib/bullmq/producer/jobPlace.ts';

type Given = Parameters<typeof placeOf>[0];

const job = (number: number, priority?: number, again = false): Given => ({
  again,
  number,
  request: (priority === undefined ? {} : { priority }) as Given['request'],
});
/** Of the last of these, all of which are out. */
const place = (...jobs: readonly Given[]): JobPlace => placeOf(jobs.at(-1)!, jobs);

describe('The place of a job in its queue', () => {
  it('is the end without a priority, the head above it, and behind all others below it', () => {
    expect(place(job(0))).toEqual({});
    expect(place(job(0, 0))).toEqual({});
    expect(place(job(0, 0.5))).toEqual({ lifo: true });
    expect(place(job(0, -3))).toEqual({ priority: 3 });
    expect(place(job(0, -0.5))).toEqual({ priority: 1 });
    expect(place(job(0, -1e12))).toEqual({ priority: 2 ** 21 - 1 });
  });

  it('is the head for tasks whose job was lost', () => {
    expect(place(job(0, undefined, true))).toEqual({ lifo: true });
    expect(place(job(0, -3, true))).toEqual({ lifo: true });
  });

  it('is the end while one with a priority has been overtaken by 256', () => {
    expect(place(job(0, 1), job(256, 1))).toEqual({ lifo: true });
    expect(place(job(0, 1), job(257, 1))).toEqual({});
    expect(place(job(0), job(1, -1), job(300, 1))).toEqual({ lifo: true });
    expect(place(job(0), job(1, 1), job(300, 2))).toEqual({});
  });
});
