import { BatchSizer } from '../../lib/pool/batchSizer.ts';

/** Lets `messages` of the size that the pace asks for be run, `ms` a task. */
function run(pace: BatchSizer, messages: number, ms: number): number[] {
  return Array.from({ length: messages }, () => {
    const { size } = pace;
    pace.observe(size, ms * size);
    return size;
  });
}

describe('The pace of a stream', () => {
  it('starts with one task a message, and with one message', () => {
    const pace = new BatchSizer();
    expect(pace.size).toBe(1);
    expect(pace.small).toBeFalse();
  });

  it('doubles while tasks are small, up to 1024', () => {
    const pace = new BatchSizer();
    expect(run(pace, 12, 0.0001)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024]);
    expect(pace.small).toBeTrue();
  });

  it('does not grow by messages that carried less than they could', () => {
    const pace = new BatchSizer();
    run(pace, 4, 0.0001);
    for (let message = 0; message < 5; message++) pace.observe(3, 0.001);
    expect(pace.size).toBe(16);
  });

  it('puts 4 ms of work into a message', () => {
    const pace = new BatchSizer();
    expect(run(pace, 8, 0.1).at(-1)).toBe(40);
    expect(pace.small).toBeTrue();
  });

  it('has one message of one task at a worker where tasks are long', () => {
    const pace = new BatchSizer();
    expect(run(pace, 3, 50)).toEqual([1, 1, 1]);
    expect(pace.small).toBeFalse();
    const atTheEdge = new BatchSizer();
    run(atTheEdge, 1, 3);
    expect(atTheEdge.small).toBeFalse();
  });

  it('shrinks with the least of three measurements, and grows again by and by', () => {
    const pace = new BatchSizer();
    run(pace, 8, 0.1);
    for (const ms of [0.6, 0.4, 0.5]) pace.observe(40, 40 * ms);
    expect(pace.size).toBe(10);
    pace.observe(10, 10 * 0.1);
    expect(pace.size).toBe(16);
    run(pace, 6, 0.1);
    expect(pace.size).toBeGreaterThan(36);
  });

  it('takes one or two measurements that are a pause too long for a pause', () => {
    const pace = new BatchSizer();
    run(pace, 8, 0.1);
    const { size } = pace;
    for (let twice = 0; twice < 2; twice++) pace.observe(size, 20);
    expect(pace.size).toBe(size);
    pace.observe(size, 0.1 * size);
    for (let twice = 0; twice < 2; twice++) pace.observe(size, 20);
    expect(pace.size).toBe(size);
  });

  it('takes none that is longer for a pause: some tasks are slow', () => {
    const pace = new BatchSizer();
    run(pace, 8, 0.1);
    const { size } = pace;
    pace.observe(size, 30);
    expect(pace.size).toBeLessThan(size / 2);
  });

  it('does not grow by a message that took too long', () => {
    const pace = new BatchSizer();
    run(pace, 4, 0.0001);
    pace.observe(16, 10);
    expect(pace.size).toBe(16);
  });

  it('takes one bad measurement for no more than four times as much', () => {
    const pace = new BatchSizer();
    run(pace, 8, 0.1);
    pace.observe(40, 10_000);
    expect(pace.size).toBe(9);
  });

  it('believes a bad measurement that comes again', () => {
    const pace = new BatchSizer();
    run(pace, 8, 0.1);
    run(pace, 8, 50);
    expect(pace.size).toBe(1);
    expect(pace.small).toBeFalse();
  });

  it('learns nothing from a reply without results', () => {
    const pace = new BatchSizer();
    run(pace, 3, 0.1);
    pace.observe(0, 100);
    pace.returned(0, 100);
    expect(pace.size).toBe(8);
  });

  for (const way of ['sent', 'returned'] as const)
    it(`gives few tasks to a message that is slow to put together (${way})`, () => {
      const pace = new BatchSizer();
      run(pace, 12, 0.0001);
      for (let message = 0; message < 10; message++) pace[way](1, 0.2);
      expect(pace.size).toBe(2);
      for (let message = 0; message < 10; message++) pace[way](2, 1);
      expect(pace.size).toBe(1);
      // The other way is quick; the one that is not counts.
      for (let message = 0; message < 10; message++) pace[way === 'sent' ? 'returned' : 'sent'](1, 0.001);
      expect(pace.size).toBe(1);
      for (let message = 0; message < 30; message++) pace[way](1, 0);
      expect(run(pace, 8, 0.0001).at(-1)).toBe(128);
    });
});
