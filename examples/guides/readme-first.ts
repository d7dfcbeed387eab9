import { map, range } from 'rxjs';
import { parallelMap } from 'rxjs-parallel';

function countPrimes(below: number): number {
  let count = 0;
  for (let n = 2; n < below; n++) {
    let divisor = 2;
    while (divisor * divisor <= n && n % divisor > 0) divisor++;
    if (divisor * divisor > n) count++;
  }
  return count;
}
const numbers = range(1, 8).pipe(map((n) => n * 400_000));

numbers.pipe(map(countPrimes)).subscribe(console.log); // one core
numbers.pipe(parallelMap(countPrimes, 4)).subscribe(console.log); // four workers: the same results, in the same order
