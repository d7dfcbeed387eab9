import { Ordered } from '../../lib/core/ordered.ts';
import { Unordered } from '../../lib/core/unordered.ts';
import { References } from '../threads/references.ts';

describe('What was taken from an outlet that holds more', () => {
  for (const Outlet of [Ordered, Unordered])
    it(`is not kept (${Outlet.name})`, async () => {
      const outlet = new Outlet();
      const outcomes = new References();
      for (let seq = 0; seq < 1000; seq++) outlet.store(seq, outcomes.add({ seq }));
      for (let seq = 0; seq < 600; seq++) outlet.take();
      expect(outlet.held).toBe(400);
      expect(await outcomes.left(400)).toBe(400);
    });
});
