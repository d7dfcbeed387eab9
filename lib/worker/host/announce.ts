/** The first message of a worker, the same that the `expose` of threads.js sends. */
import { post } from '#port';

/** Posts the names of the methods to the host. */
export function announce(methods: object): void {
  post({ type: 'init', exposed: { type: 'module', methods: Object.keys(methods) } });
}
