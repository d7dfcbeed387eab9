/** The imports in lib/: one way, types included, between files and between folders. */
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
const LIB = fileURLToPath(new URL('lib/', ROOT));
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const { imports } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** What a name like `#platform` stands for in each host. */
const hosts = (name: string): string[] =>
  Object.values(imports[name] ?? {}).map((path) => path.replace('./dist/lib/', '').replace(/\.js$/, '.ts'));

function graph(): Graph {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'));
  return new Map(
    files.map((file) => {
      const code = readFileSync(`${LIB}${file}`, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
      const named = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name!);
      const found = named.flatMap((name) =>
        name.startsWith('.') ? [posix.join(posix.dirname(file), name)] : hosts(name),
      );
      return [file, new Set(found.filter((each) => files.includes(each) && each !== file))];
    }),
  );
}

/** Edges between the folders of the files. */
function folders(files: Graph): Graph {
  const found = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const folder = posix.dirname(file);
    const to = found.get(folder) ?? new Set();
    found.set(folder, to);
    for (const each of imported) if (posix.dirname(each) !== folder) to.add(posix.dirname(each));
  }
  return found;
}

/** A way from something back to itself; undefined where there is none. */
function circle(edges: Graph): string | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): string | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node].join(' -> ');
    if (done.has(node)) return undefined;
    way.push(node);
    for (const next of edges.get(node) ?? []) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    way.pop();
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = visit(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('The imports of lib/', () => {
  const files = graph();

  it('are all found', () => {
    expect(files.size).toBeGreaterThan(100);
    expect([...files.get('index.ts')!]).toContain('parallelMap.ts');
    expect([...files.get('workerPool/startup/startup.ts')!]).toContain('platform/platform.node.ts');
    expect([...files.get('pool/dispatcher.ts')!]).toContain('pool/contract.ts');
  });

  it('run one way between files', () => expect(circle(files)).toBeUndefined());

  it('run one way between folders', () => expect(circle(folders(files))).toBeUndefined());

  it('would be found if they did not', () => {
    const round: Graph = new Map([
      ['a/1.ts', new Set(['b/1.ts'])],
      ['b/1.ts', new Set()],
      ['b/2.ts', new Set(['a/2.ts'])],
      ['a/2.ts', new Set()],
    ]);
    expect(circle(round)).toBeUndefined();
    expect(circle(folders(round))).toBe('a -> b -> a');
    expect(circle(new Map([['a.ts', new Set(['a.ts'])]]))).toBe('a.ts -> a.ts');
  });
});
