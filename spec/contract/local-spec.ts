import { localPool } from '../../lib/index.ts';
import { contractApi } from './contractApi.ts';
import { carryContract } from './carryContract.ts';
import { poolContract } from './poolContract.ts';

poolContract('localPool', { most: 1, copies: true, make: () => localPool(contractApi()) });

carryContract('localPool', (carry) => localPool(contractApi(), { carry }));
