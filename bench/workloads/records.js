/** Records of some 20 fields, as they come out of JSON, and small objects: copied to a worker and back. */
import { throughput } from '../throughput.js';

const COUNT = 10_000;
const CITIES = ['Lisbon', 'Oslo', 'Quito', 'Hanoi', 'Accra', 'Perth', 'Turin'];

const recordOf = (n) => ({
  id: n,
  name: `Customer ${n}`,
  email: `customer${n}@example.com`,
  phone: `+351 ${100_000_000 + n}`,
  street: `${(n % 300) + 1} High Street`,
  city: CITIES[n % CITIES.length],
  postcode: String(10_000 + (n % 80_000)),
  country: n % 3 === 0 ? 'PT' : 'NO',
  active: n % 5 !== 0,
  created: `2026-0${(n % 9) + 1}-1${n % 10}T08:30:00.000Z`,
  updated: null,
  price: (n % 500) + 0.5,
  quantity: (n % 7) + 1,
  discount: (n % 4) / 10,
  tax: 0.23,
  currency: 'EUR',
  tags: ['new', n % 2 === 0 ? 'web' : 'shop'],
  size: { width: n % 40, height: n % 60 },
  score: n / 3,
  note: 'Leave with the neighbour if nobody opens the door.',
});

const records = Array.from({ length: COUNT }, (_, n) => recordOf(n));

export const json = {
  title: '10 000 JSON records of 20 fields',
  about:
    'Each is cloned there and back for two microseconds of work: workers do not pay, and the table says by how much.',
  columns: ['rate', 'main'],
  least: 11,
  measure: throughput(
    {
      task: 'enrich',
      input: (n) => records[n],
      digest: ({ id, gross, label, tags }) => Math.round(gross * 100) + 31 * id + label.length + tags.length,
    },
    COUNT,
  ),
};

const COLOURS = ['red', 'green', 'blue'];
const objectsOfThree = Array.from({ length: COUNT }, (_, n) => ({ id: n, colour: COLOURS[n % 3], price: n / 4 }));

export const objects = {
  title: '50 000 objects of 3 fields',
  about:
    'Each comes back as a new one: what a call costs that has its own copy of what it is given, and of what it gives.',
  columns: ['rate', 'main'],
  least: 11,
  measure: throughput(
    {
      task: 'priced',
      input: (n) => objectsOfThree[n % COUNT],
      digest: ({ id, price }) => Math.round(price * 100) + 31 * id,
    },
    50_000,
  ),
};
