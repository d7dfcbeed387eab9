/** Watches the delay of the event loop; the function it returns ends that and gives the 99th percentile, in ms, if there is one. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export function loopDelay() {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  return () => {
    histogram.disable();
    // A loop that never turned has no delays to tell of.
    return histogram.count < 10 ? undefined : histogram.percentile(99) / 1e6;
  };
}
