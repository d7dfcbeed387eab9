/** What bench/package.json has of its own, and is installed when it is measured. */
declare module 'comlink';
declare module 'comlink/dist/esm/node-adapter.mjs';
declare module 'multithreading';
declare module 'p-map';
declare module 'piscina';
declare module 'poolifier';
declare module 'tinypool';
declare module 'workerpool';
