/** What becomes of streams, calls and tasks: what the parts of the contract wait for. */
import { type Observable, lastValueFrom, toArray } from 'rxjs';

export const all = <T>(source: Observable<T>): Promise<T[]> => lastValueFrom(source.pipe(toArray()));

/** What a promise rejects with. */
export async function reason(promise: Promise<unknown>): Promise<any> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not reject');
}

let channels = 0;

/** A name for `untilAborted` and `untilReleased`, and when a task with it has begun. */
export async function beginning(): Promise<{ channel: string; begun: Promise<void> }> {
  const channel = `begun ${channels++}`;
  const heard = new BroadcastChannel(channel);
  const hears = (): Promise<void> => new Promise((resolve) => (heard.onmessage = () => resolve()));
  // In Chromium a new channel gets no messages at first: once it has got one, it gets all.
  const open = hears();
  const tried = new BroadcastChannel(channel);
  tried.postMessage('do you hear?');
  await open;
  tried.close();
  const begun = hears().finally(() => heard.close());
  return { channel, begun };
}
