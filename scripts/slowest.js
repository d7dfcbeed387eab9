// A helper of Jasmine: `npm run spec -- --helper=../../scripts/slowest.js` says in the end which specs took longest.
/* global jasmine */
const MOST = 30;

/** @type {{ ms: number, name: string }[]} */
const specs = [];

jasmine.getEnv().addReporter({
  specDone: ({ duration, fullName }) => void specs.push({ ms: duration ?? 0, name: fullName }),
  jasmineDone() {
    const slowest = specs.toSorted((a, b) => b.ms - a.ms).slice(0, MOST);
    console.log(['', ...slowest.map(({ ms, name }) => `${String(ms).padStart(6)} ms  ${name}`)].join('\n'));
  },
});
