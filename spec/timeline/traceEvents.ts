/** What Perfetto asks of trace-event JSON: throws where a text is not that. */

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

const integer = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function check(holds: boolean, event: unknown): void {
  if (!holds) throw new Error(`Not as the format has it: ${JSON.stringify(event)}`);
}

/** The events, by their phase. */
export function traceEvents(text: string): Map<string, Event[]> {
  const { traceEvents: events } = JSON.parse(text) as { traceEvents: Event[] };
  const found = new Map<string, Event[]>();
  for (const event of events) {
    check('MXbesfCi'.includes(event.ph) && event.ph.length === 1, event);
    check(typeof event.name === 'string' && event.name !== '', event);
    check(integer(event.pid) && integer(event.tid), event);
    if (event.ph !== 'M') check(integer(event.ts), event);
    if (event.ph === 'X') check(integer(event.dur), event);
    if ('besf'.includes(event.ph)) check(typeof event.cat === 'string' && integer(event.id), event);
    if (event.ph === 'C') check(Object.values(event.args ?? {}).every(integer), event);
    found.set(event.ph, [...(found.get(event.ph) ?? []), event]);
  }
  checkNesting(found.get('X') ?? []);
  checkPairs(found.get('b') ?? [], found.get('e') ?? []);
  checkPairs(found.get('s') ?? [], found.get('f') ?? []);
  for (const arrow of [...(found.get('s') ?? []), ...(found.get('f') ?? [])])
    check(
      ['X', 'b'].some((ph) => (found.get(ph) ?? []).some((slice) => slice.tid === arrow.tid && slice.ts! <= arrow.ts!)),
      arrow,
    );
  return found;
}

/** Slices of one thread lie apart, or one within the other. */
function checkNesting(slices: readonly Event[]): void {
  const open = new Map<number, number[]>();
  for (const slice of slices.toSorted((a, b) => (a.ts === b.ts ? b.dur! - a.dur! : a.ts! - b.ts!))) {
    const ends = (open.get(slice.tid) ?? []).filter((end) => end > slice.ts!);
    check(
      ends.every((end) => slice.ts! + slice.dur! <= end),
      slice,
    );
    open.set(slice.tid, [...ends, slice.ts! + slice.dur!]);
  }
}

function checkPairs(begins: readonly Event[], ends: readonly Event[]): void {
  const key = ({ cat, id, name }: Event): string => `${cat} ${id} ${name}`;
  const rest = new Map(ends.map((end) => [key(end), end]));
  check(rest.size === ends.length && ends.length === begins.length, 'as many ends as beginnings');
  for (const begin of begins) check((rest.get(key(begin))?.ts ?? -1) >= begin.ts!, begin);
}
