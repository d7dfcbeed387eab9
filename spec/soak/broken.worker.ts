/** A worker that cannot be loaded. */
throw new RangeError('This worker is broken');
