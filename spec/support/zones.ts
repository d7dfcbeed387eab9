/** Zones as zone.js has them, as far as they are entered and left: what it patches is not. */
import type { Contexts } from '../contract/contextContract.ts';

class Zone {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  run<T>(act: () => T): T {
    const before = zones.current;
    zones.current = this;
    try {
      return act();
    } finally {
      zones.current = before;
    }
  }
}

const root = new Zone('<root>');
const zones = { root, current: root };

export const zoneContexts: Contexts = {
  install() {
    Object.assign(globalThis, { Zone: zones });
    return () => Reflect.deleteProperty(globalThis, 'Zone');
  },
  run: (name, act) => new Zone(name).run(act),
  current: () => (zones.current === root ? undefined : zones.current.name),
  awaits: false,
};
