// Where redis-server is, for the specs on Redis.
import { installed } from './installed.js';

export const redisServer = () =>
  installed({
    names: ['redis-server', 'valkey-server'],
    variable: 'REDIS_SERVER',
    package: 'redis-server',
    title: 'redis-server',
    purpose: 'The specs on Redis',
  });
