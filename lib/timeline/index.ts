/** `rxjs-parallel/timeline`: what each worker of a pool did, as a picture, a trace, or lanes in the browser's tools. */
export { type DevTools, showInDevTools } from './devTools.ts';
export type { PictureOptions } from './svg.ts';
export { type Timeline, type TimelineOptions, timeline } from './timeline.ts';
