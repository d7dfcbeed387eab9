import { expose } from 'rxjs-parallel/worker';

let words: string[] = [];

const api = {
  find: (part: string) => words.filter((word) => word.includes(part)),
  add: (word: string) => words.push(word),
};
expose(api, {
  setup: (data: string[]) => void (words = data), // before the first task; may be async
  teardown: () => void (words = []), // after the last task
});
export type WordsApi = typeof api;
