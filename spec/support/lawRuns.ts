/** How many schedules a law tries: as many as `LAW_RUNS` says, in Node; `usual` where it says nothing. */
export const lawRuns = (usual: number): number => {
  const given = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.['LAW_RUNS'];
  return given === undefined ? usual : Number(given);
};

/** A time in ms that only a hang takes, for this many schedules. */
export const lawPatience = (runs: number): number => Math.max(60_000, 500 * runs);
