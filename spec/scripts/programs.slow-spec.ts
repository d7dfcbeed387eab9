import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULE = new URL('../../../scripts/programs.js', import.meta.url).href;
const EVERYTHING = ['chromium', 'firefox', 'redis'];

/** Locks as apt's does, refuses what the spec wants refused, and brings the executables of what it installs. */
const APT_GET = `#!/bin/sh
PATH=/usr/bin:/bin
cd "$(dirname "$0")/.."
if ! mkdir lock 2> /dev/null; then
  echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)" >&2
  exit 100
fi
for last; do :; done
echo "$*" >> asked
status=0
for word; do
  if [ -e "refuses-$word" ]; then
    echo "E: There is no $word today" >&2
    status=100
  fi
done
if [ $status = 0 ] && [ "$last" != update ]; then
  for word; do
    case $word in
      chromium | firefox-esr | redis-server)
        echo "#!/bin/sh" > bin/$word
        chmod +x bin/$word
        echo installed $word > states
        ;;
    esac
  done
fi
sleep 0.1
rmdir lock
exit $status
`;

const DPKG_QUERY = `#!/bin/sh
PATH=/usr/bin:/bin
cd "$(dirname "$0")/.."
cat states 2> /dev/null
exit 1
`;

/** A machine by what is on its PATH. */
class Machine implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rxjs-parallel-programs-'));
  readonly #bin = join(this.#folder, 'bin');

  constructor({ apt = true, has = [] as readonly string[] } = {}) {
    mkdirSync(this.#bin);
    if (apt) this.#executable('apt-get', APT_GET);
    if (apt) this.#executable('dpkg-query', DPKG_QUERY);
    for (const name of has) this.#executable(name, '#!/bin/sh\n');
  }

  #executable(name: string, text: string): void {
    writeFileSync(join(this.#bin, name), text, { mode: 0o755 });
  }

  pathOf(name: string): string {
    return join(this.#bin, name);
  }

  /** apt-get fails where this is among its arguments. */
  refuses(word: string): void {
    writeFileSync(join(this.#folder, `refuses-${word}`), '');
  }

  /** What dpkg knows of a package. */
  knows(state: string, name: string): void {
    writeFileSync(join(this.#folder, 'states'), `${state} ${name}\n`);
  }

  lock(): void {
    mkdirSync(join(this.#folder, 'lock'));
  }

  unlock(): void {
    rmdirSync(join(this.#folder, 'lock'));
  }

  /** What apt-get was asked for, without its options. */
  get asked(): string[] {
    const file = join(this.#folder, 'asked');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.map((line) => line.replace(/^.*?(?=update|install)/, '').replaceAll(/--\S+ /g, ''));
  }

  locate(names: readonly string[], settings: { uid?: number; env?: Record<string, string> } = {}): Search {
    return new Search(names, { PATH: this.#bin, ...settings.env }, settings.uid ?? 0);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A process that looks for programs. */
class Search {
  readonly #child: ChildProcess;
  #output = '';
  readonly #ended: Promise<unknown>;

  constructor(names: readonly string[], env: Record<string, string>, uid: number) {
    const program = `
      process.getuid = () => ${uid};
      const { locate } = await import(${JSON.stringify(MODULE)});
      const result = await locate(...${JSON.stringify(names)}).then((found) => ({ found }), ({ message }) => ({ message }));
      console.log('RESULT ' + JSON.stringify(result));`;
    this.#child = spawn(process.execPath, ['--input-type=module', '--eval', program], { env });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#ended = once(this.#child, 'close');
  }

  /** Resolves when it has printed this. */
  async says(text: string): Promise<void> {
    while (!this.#output.includes(text)) await once(this.#child.stdout!, 'data');
  }

  async result(): Promise<{ found?: Record<string, string>; message?: string; said: string }> {
    await this.#ended;
    const [said, result] = this.#output.split('RESULT ');
    return { ...JSON.parse(result ?? said!), said: said! };
  }
}

describe('The programs that the checks run', () => {
  it('are installed together where they are missing', async () => {
    using machine = new Machine();
    const { found, said } = await machine.locate(EVERYTHING).result();
    expect(found).toEqual({
      chromium: machine.pathOf('chromium'),
      firefox: machine.pathOf('firefox-esr'),
      redis: machine.pathOf('redis-server'),
    });
    expect(machine.asked).toEqual(['update', 'install chromium firefox-esr redis-server']);
    expect(said).toMatch(/^Installing .*: chromium, firefox-esr, redis-server\n$/);
  });

  it('are installed only where they are missing, and wanted', async () => {
    using machine = new Machine({ has: ['google-chrome'] });
    const { found } = await machine.locate(['chromium', 'redis']).result();
    expect(found).toEqual({ chromium: machine.pathOf('google-chrome'), redis: machine.pathOf('redis-server') });
    expect(machine.asked).toEqual(['update', 'install redis-server']);
  });

  it('cost nothing where they are there', async () => {
    using machine = new Machine({ has: ['chromium', 'firefox', 'redis-server'] });
    const { found, said } = await machine.locate(EVERYTHING).result();
    expect(found!['firefox']).toBe(machine.pathOf('firefox'));
    expect(machine.asked).toEqual([]);
    expect(said).toBe('');
  });

  it('are those that the environment names', async () => {
    using machine = new Machine({ has: ['chromium', 'own-chromium'] });
    const env = { CHROME_BIN: machine.pathOf('own-chromium') };
    expect((await machine.locate(['chromium'], { env }).result()).found).toEqual({ chromium: env.CHROME_BIN });
  });

  it('are not replaced by others where the environment names none', async () => {
    using machine = new Machine({ has: ['chromium'] });
    for (const file of [machine.pathOf('nothing'), machine.pathOf('.')]) {
      const { message } = await machine.locate(['chromium'], { env: { CHROME_BIN: file } }).result();
      expect(message).toBe(`CHROME_BIN names no file that can be executed: ${file}`);
    }
    expect(machine.asked).toEqual([]);
  });

  const advised = (machine: string): string[] => [
    'Missing: Chromium or Google Chrome, Firefox, redis-server;',
    machine,
    'apt-get update && apt-get install --yes --no-install-recommends chromium firefox-esr redis-server',
    'CHROME_BIN',
    'FIREFOX_BIN',
    'REDIS_SERVER',
  ];

  it('are named by one message, with the command, where apt-get fails', async () => {
    using machine = new Machine();
    machine.refuses('chromium');
    const { message } = await machine.locate(EVERYTHING).result();
    for (const part of advised('E: There is no chromium today')) expect(message).toContain(part);
  });

  it('are named by the same where only root could install them', async () => {
    using machine = new Machine();
    const { message } = await machine.locate(EVERYTHING, { uid: 1000 }).result();
    for (const part of advised('only root')) expect(message).toContain(part);
    expect(machine.asked).toEqual([]);
  });

  it('are named by the same where there is no apt-get', async () => {
    using machine = new Machine({ apt: false });
    const { message } = await machine.locate(EVERYTHING).result();
    for (const part of advised('no apt-get')) expect(message).toContain(part);
  });

  it('are installed though a source of packages is out of reach', async () => {
    using machine = new Machine();
    machine.refuses('update');
    expect((await machine.locate(['redis']).result()).found).toEqual({ redis: machine.pathOf('redis-server') });
  });

  it('are installed once another process has given up the lock of apt', async () => {
    using machine = new Machine();
    machine.lock();
    const search = machine.locate(['redis']);
    await search.says('It is held by process 4711 (apt-get)');
    machine.unlock();
    const { found, said } = await search.result();
    expect(found).toEqual({ redis: machine.pathOf('redis-server') });
    expect(said.match(/waited for/g)!.length).toBe(1);
  });

  it('are installed by two commands at once', async () => {
    using machine = new Machine();
    const searches = [machine.locate(['chromium', 'firefox']), machine.locate(['chromium', 'redis'])];
    const results = await Promise.all(searches.map((search) => search.result()));
    expect(results.map(({ found }) => found)).toEqual([
      { chromium: machine.pathOf('chromium'), firefox: machine.pathOf('firefox-esr') },
      { chromium: machine.pathOf('chromium'), redis: machine.pathOf('redis-server') },
    ]);
  });

  it('are not there before their packages are installed whole', async () => {
    using machine = new Machine({ has: ['chromium'] });
    machine.knows('unpacked', 'chromium');
    expect((await machine.locate(['chromium']).result()).found).toEqual({ chromium: machine.pathOf('chromium') });
    expect(machine.asked).toEqual(['update', 'install chromium']);
  });

  it('are done without where it is Firefox and cannot be had, and a message says so', async () => {
    using machine = new Machine({ has: ['chromium'] });
    machine.refuses('firefox-esr');
    const { found, said } = await machine.locate(['chromium', 'firefox']).result();
    expect(found).toEqual({ chromium: machine.pathOf('chromium') });
    for (const part of ['Missing: Firefox; ', 'E: There is no firefox-esr today', 'FIREFOX_BIN', 'Firefox is left out'])
      expect(said).toContain(part);
  });
});
