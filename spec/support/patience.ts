/** How long a spec may take before it counts as one that hangs: a busy machine is slow, and that is no failure. */
jasmine.DEFAULT_TIMEOUT_INTERVAL = 30_000;
