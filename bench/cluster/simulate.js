/**
 * Many machines, one event after another: a producer, a Redis for each shard, and machines of threads, each of which
 * serves one at a time what waits for it. Times in ms; the same seed gives the same run.
 */
import { Events, Station, Work, normal, randomFrom } from './events.js';

/**
 * `costs`: ms that a job takes of the `producer`, of `redis` and of the `main` thread of a machine, and the `turnaround`:
 * what a thread waits between two jobs where nobody else wants anything.
 * `window`: 'auto', a number, or 'unordered'. `lose`: `{ at, lockDuration, stalledInterval }`, of one machine.
 * What is found is that of the time between `from` and `to`; of the middle of all where none is given.
 */
export function simulate({ costs, machines: count, threads, task, cv = 0, seed = 1, ...rest }) {
  const { size = 2 * count * threads, values = 10 * count * threads, window = 'auto', lose } = rest;
  const { shards = 1, producers = 1, from, to } = rest;
  const random = randomFrom(seed);
  const events = new Events();
  const redis = Array.from({ length: shards }, () => new Station());
  const producing = Array.from({ length: producers }, () => new Station());
  const waiting = Array.from({ length: shards }, () => /** @type {any[]} */ ([]));
  const machines = Array.from({ length: count }, (_, at) => ({ shard: at % shards, main: new Station(), gone: false }));
  // In turn, so that a few jobs go to many machines.
  const idle = Array.from({ length: shards }, () => /** @type {any[]} */ ([]));
  for (let thread = 0; thread < threads; thread++) for (const machine of machines) idle[machine.shard].push(machine);
  const visit = costs.redis / 4;
  const travel = Math.max(0, costs.turnaround - costs.main - 2 * visit) / 2;
  const running = new Map();
  const returned = new Set();
  const work = new Work();
  const ended = [];
  const emitted = [];
  let [taken, out, mostHeld] = [0, 0, 0];

  const sigma = Math.sqrt(Math.log(1 + cv * cv));
  const duration = () => task * Math.exp(sigma * normal(random) - (sigma * sigma) / 2);
  const held = () => (window === 'unordered' ? 0 : returned.size);
  const room = () =>
    window === 'auto' ? held() < Math.max(64, 8 * out) : window === 'unordered' || held() + out < window;

  const dispatch = () => {
    while (taken < values && out < size && room()) {
      const job = { index: taken, shard: taken % shards, ms: duration() };
      taken++;
      out++;
      const made = producing[job.index % producers].serve(events.now, costs.producer / 2);
      events.at(made, () => events.at(redis[job.shard].serve(events.now, visit), () => arrive(job)));
    }
  };
  const arrive = (job, first = false) => {
    waiting[job.shard][first ? 'unshift' : 'push'](job);
    start(job.shard);
  };
  const start = (shard) => {
    while (waiting[shard].length > 0 && idle[shard].length > 0) {
      const machine = idle[shard].shift();
      if (machine.gone) continue;
      const job = waiting[shard].shift();
      events.at(redis[shard].serve(events.now, visit) + travel, () => run(job, machine));
    }
  };
  const run = (job, machine) => {
    if (machine.gone) return lost(job, events.now);
    running.set(job, { machine, since: events.now });
    events.at(events.now + job.ms, () => {
      if (machine.gone) return;
      running.delete(job);
      work.add(events.now, job.ms);
      const said = machine.main.serve(events.now, costs.main) + travel;
      events.at(said, () => events.at(redis[job.shard].serve(events.now, visit), () => finish(job, machine)));
    });
  };
  const finish = (job, machine) => {
    idle[machine.shard].push(machine);
    start(machine.shard);
    const read = redis[job.shard].serve(events.now, visit);
    events.at(read, () =>
      events.at(producing[job.index % producers].serve(events.now, costs.producer / 2), () => give(job)),
    );
  };
  const give = (job) => {
    out--;
    ended.push(events.now);
    returned.add(job.index);
    mostHeld = Math.max(mostHeld, held());
    if (window === 'unordered') emit(job.index);
    else while (returned.has(emitted.length)) emit(emitted.length);
    dispatch();
  };
  const emit = (index) => {
    returned.delete(index);
    emitted.push(events.now);
  };
  const lost = (job, since) => {
    events.at(events.now + rerunAfter(lose, events.now - since, random), () => arrive(job, true));
  };
  if (lose !== undefined)
    events.at(lose.at, () => {
      const [machine] = machines;
      machine.gone = true;
      for (const [job, { machine: on, since }] of running) if (on === machine) lost(job, since);
    });
  dispatch();
  events.run();
  if (emitted.length !== values) throw new Error(`the simulation has lost ${values - emitted.length} values`);

  // Neither the start nor the end counts.
  const begin = from ?? ended[Math.floor(values * 0.3)];
  const end = to ?? ended[Math.floor(values * 0.7)];
  const span = end - begin;
  const share = (stations) => Math.max(...stations.map((station) => station.work.between(begin, end))) / span;
  return {
    rate: (ended.filter((at) => at >= begin && at < end).length / span) * 1000,
    cores: work.between(begin, end) / (span * count * threads),
    redis: share(redis),
    producer: share(producing),
    silence: Math.max(...emitted.slice(1).map((at, n) => at - emitted[n])),
    mostHeld,
  };
}

/** How long after a machine is gone its job is taken by another, where that had begun `age` ms before. */
export function rerunAfter({ lockDuration, stalledInterval }, age, random) {
  // Locks are renewed at half their time. A look for stalled jobs notes those that run; a later one takes those of
  // them whose lock is over.
  const renewed = -Math.min(age, random() * (lockDuration / 2));
  const expires = renewed + lockDuration;
  const phase = random() * stalledInterval;
  const noted = renewed + phase;
  return noted + stalledInterval * Math.max(1, Math.ceil((expires - noted) / stalledInterval));
}
