/** The first message of a worker, which threads.js's `expose` sends, too. */
import { post } from '#port';

/** Tells the host which methods there are. */
export function announce(methods: object): void {
  post({ type: 'init', exposed: { type: 'module', methods: Object.keys(methods) } });
}
