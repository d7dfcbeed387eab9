/** Runs a job's values through a library, as an RxJS user would. */
import { Observable, mergeMap, range } from 'rxjs';

/**
 * Which task, on which input: the number itself where `input` is left out. `transfer` names what of it is moved.
 * @typedef {{ task: string, input?(n: number): any, transfer?(value: any): any[], pulled?: boolean }} Job
 */

/**
 * The results of `job` for the numbers below `count`.
 *
 * A library that comes as an operator is used as one. One that makes calls is driven by `mergeMap` with the concurrency
 * that suits it best; or, where the job says `pulled`, by loops that pull the numbers, since `mergeMap` shifts its
 * backlog off an array, which from some 40 000 waiting values on costs more than the calls.
 */
export function results(library, job, count) {
  if (library.operator !== undefined) return range(0, count).pipe(library.operator(job));
  const call = callOf(library, job);
  return job.pulled
    ? pulled(count, call, library.concurrency)
    : range(0, count).pipe(mergeMap(call, library.concurrency));
}

/**
 * One call for one number.
 * @param {any} library
 * @param {Job} job
 */
export function callOf(library, { task, input, transfer }) {
  if (input === undefined) return (n) => library.call(task, n);
  if (transfer === undefined) return (n) => library.call(task, input(n));
  return (n) => {
    const value = input(n);
    return library.call(task, value, transfer(value));
  };
}

function pulled(count, call, concurrency) {
  return new Observable((subscriber) => {
    let next = 0;
    let running = concurrency;
    const loop = async () => {
      while (next < count) subscriber.next(await call(next++));
      if (--running === 0) subscriber.complete();
    };
    for (let each = 0; each < concurrency; each++) loop().catch((error) => subscriber.error(error));
  });
}
