import { expose, taskContext } from 'rxjs-parallel/worker';

let titles: readonly string[] = [];

const api = {
  search(text: string): string[] {
    const { signal } = taskContext();
    const matches = (title: string, at: number): boolean => {
      if (at % 1000 === 0) signal.throwIfAborted(); // the user has typed on
      return title.toLowerCase().includes(text);
    };
    return titles.filter(matches).slice(0, 10);
  },
};
expose(api, {
  async setup(url: string) {
    const response = await fetch(url);
    titles = (await response.json()) as string[];
  },
});
export type TitlesApi = typeof api;
