/** The optional peer packages: bullmq, ioredis and devalue. Nothing else imports them; a missing one fails with the command that installs it. */
import type { createRedisBackend as CreateRedisBackend, Queue as BullQueue, Worker } from 'bullmq';
import type { stringify as Stringify, unflatten as Unflatten } from 'devalue';
import type { Redis as Client } from 'ioredis';
import { ParallelError } from '../../api/errors.ts';

/** Imports a peer dynamically: the failure of a static import could not be caught here. */
async function peer<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!String((cause as { code?: unknown }).code).endsWith('MODULE_NOT_FOUND')) throw cause;
    throw new ParallelError(
      'rxjs-parallel/bullmq needs the packages bullmq, ioredis and devalue beside rxjs-parallel: npm install bullmq ioredis devalue',
      { cause },
    );
  }
}

const bullmq = await peer(() => import('bullmq'));
const ioredis = await peer(() => import('ioredis'));
const devalue = await peer(() => import('devalue'));

export const Queue: typeof BullQueue = bullmq.Queue;
export const BullWorker: typeof Worker = bullmq.Worker;
export const createRedisBackend: typeof CreateRedisBackend = bullmq.createRedisBackend;
export const Redis: typeof Client = ioredis.Redis;
export const stringify: typeof Stringify = devalue.stringify;
export const unflatten: typeof Unflatten = devalue.unflatten;
