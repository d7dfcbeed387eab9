/** Hands each call to the worker that has the fewest: what a user without a pool writes by hand. */
export function leastBusy(workers) {
  const out = workers.map(() => 0);
  return async (call) => {
    let at = 0;
    for (let each = 1; each < out.length; each++) if (out[each] < out[at]) at = each;
    out[at]++;
    try {
      return await call(workers[at]);
    } finally {
      out[at]--;
    }
  };
}
