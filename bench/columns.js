/** The figures that workloads give: how they are headed and shown, and whether more of one is better. */
const whole = (n) => Math.round(n).toLocaleString('en').replaceAll(',', ' ');
const short = (n) => (n >= 100 ? whole(n) : n.toPrecision(3));

export const columns = {
  rate: { title: 'values/s', more: true, show: (n) => (n >= 1000 ? whole(Number(n.toPrecision(4))) : short(n)) },
  wide: {
    title: 'buffer of 4 096, values/s',
    more: true,
    show: (n) => whole(Number(n.toPrecision(4))),
  },
  main: { title: 'main thread, µs/value', show: short },
  delay: { title: 'loop delay p99, ms', show: short },
  cpu: { title: 'processor time, µs/call', show: short },
  ms: { title: 'ms', show: short },
  first: { title: 'to the first, ms', show: short },
  thousandth: { title: 'to the thousandth, ms', show: short },
  us: { title: 'µs', show: short },
  kib64: { title: '64 KiB, µs', show: short },
  mib1: { title: '1 MiB, µs', show: short },
  mib16: { title: '16 MiB, µs', show: short },
  many: { title: 'µs/value', show: short },
  few: { title: 'of 10 000, µs/value', show: short },
  grown: { title: 'ratio', show: (n) => n.toFixed(2) },
  memory: { title: 'memory, MiB', show: whole },
  peak: { title: 'of 100 000, MiB', show: whole },
  plain: { title: 'plain, ns', show: whole },
  unheard: { title: 'events no longer heard', show: whole },
  defaults: { title: 'defaults spelt out', show: whole },
  heard: { title: 'asked: events heard', show: whole },
  settle: { title: 'asked: settle', show: whole },
};
