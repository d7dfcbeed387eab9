import { carrying } from '../../lib/publicPool/carrying.ts';
import { FakePool } from '../support/fakePool.ts';
import { carryContract } from './carryContract.ts';
import { contractApi } from './contractApi.ts';
import { poolContract } from './poolContract.ts';

for (const takes of [0, 1])
  poolContract(`The fake pool (${takes} ms a task)`, {
    most: Infinity,
    copies: false,
    make: (size) => new FakePool(contractApi(), { size, course: () => ({ takes }) }).pool,
  });

poolContract('The fake pool (several tasks a slot)', {
  most: Infinity,
  copies: false,
  make: (size) => new FakePool(contractApi(), { size, room: () => 3, group: () => 2 }).pool,
});

carryContract(
  'The fake pool',
  (carry) => new FakePool(contractApi(), { size: 2, carry: carrying('FakePool: carry', carry) }).pool,
);
