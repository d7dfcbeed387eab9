/** fixtures/bundlers has modules of its own, which are installed when it is used. */
declare module '@rollup/plugin-commonjs';
declare module '@rollup/plugin-node-resolve';
declare module '@rollup/plugin-terser';
declare module 'rollup';
declare module 'webpack';
