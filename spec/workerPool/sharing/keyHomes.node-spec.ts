import { KeyHomes } from '../../../lib/workerPool/dispatch/keyHomes.ts';
import { References } from '../../support/references.ts';

describe('The homes of keys', () => {
  it('are kept for the 10 000 keys that were used last', () => {
    const homes = new KeyHomes();
    const [one, other] = [{ up: true }, { up: true }];
    const may = homes.open(other);
    for (let key = 0; key < 10_000; key++) homes.assign(key, one);
    homes.assign(0, one);
    expect(may(1)).toBeFalse();
    homes.assign('one more', one);
    expect(may(1)).toBeTrue();
    expect([0, 2, 9_999, 'one more'].map(may)).toEqual([false, false, false, false]);
    for (let key = 0; key < 100_000; key++) homes.assign(`other ${key}`, other);
    expect(homes.open(one)(0)).toBeTrue();
  });

  it('are those of workers that are up', () => {
    const homes = new KeyHomes();
    const life = { up: true };
    const object = {};
    for (const key of [undefined, object, Number.NaN, -0]) homes.assign(key, life);
    const may = homes.open(undefined);
    expect([undefined, object, Number.NaN, 0, {}, null].map(may)).toEqual([false, false, false, false, true, true]);
    expect(homes.assign(object, life)).toBeFalse();
    life.up = false;
    expect([undefined, object, Number.NaN, 0].map(may)).toEqual([true, true, true, true]);
    expect(homes.assign(object, { up: true })).toBeTrue();
  });

  it('keep no object', async () => {
    const homes = new KeyHomes();
    const life = { up: true };
    const references = new References();
    for (let nth = 0; nth < 1000; nth++) homes.assign(references.add({}), life);
    expect(await references.remaining()).toBe(0);
    expect(homes.open(undefined)({})).toBeTrue();
  });
});
