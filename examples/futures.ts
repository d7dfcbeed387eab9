// Eight tasks on four workers; one that fails does not cost the others their results.
// In the order in which the tasks were submitted, or, with --as-completed, each as soon as it is complete.
import { range } from 'rxjs';
import { parallelMap, parallelMapUnordered } from 'rxjs-parallel';

// Runs in the workers: whatever it uses is inside it.
async function task(i: number): Promise<number> {
  const randint = (low: number, high: number) => low + Math.floor(Math.random() * (high - low + 1));

  await new Promise((wake) => setTimeout(wake, randint(200, 1500)));
  const dividend = i + randint(0, 11);
  const divisor = randint(0, 11);
  if (divisor === 0) throw new RangeError('division by zero');
  return dividend / divisor;
}

const option = process.argv[2] ?? '';
if (!['', '--as-completed'].includes(option)) {
  console.error(`futures: unknown argument ${option}; usage: futures [--as-completed]`);
  process.exit(1);
}
const inParallel = option === '' ? parallelMap : parallelMapUnordered;

console.time('elapsed');
range(1, 8)
  .pipe(inParallel(task, 4, { onError: 'settle' }))
  .subscribe({
    next(result) {
      if (result.status === 'fulfilled') console.log(`task ${result.input}: ${result.value}`);
      else console.log(`task ${result.input}:`, result.reason);
    },
    complete: () => console.timeEnd('elapsed'),
  });
