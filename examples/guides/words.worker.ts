import { expose } from 'rxjs-parallel/worker';

let words: string[] = [];

const api = {
  find: (part: string) => words.filter((word) => word.includes(part)),
  add: (word: string) => words.push(word),
};
expose(api, {
  setup: (data: string[]) => void (words = data), // may be async; counts against initTimeout
  teardown: () => void (words = []), // when the worker is ended with nothing to do; has a second
});
export type WordsApi = typeof api;
