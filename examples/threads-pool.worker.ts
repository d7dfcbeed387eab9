import { expose } from 'threads/worker';

const words = { shout: (word: string) => `${word.toUpperCase()}!` };
expose(words);
export type Words = typeof words;
