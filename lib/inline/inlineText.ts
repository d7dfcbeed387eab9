/** The text of an inline function as an expression, and what in it cannot work in a worker. */
import { HIDDEN } from '../protocol/hiddenNames.ts';
import { generatorOf, helpersIn } from './compilerHelpers.ts';

/** The text to send; `problem`: why the function cannot run in a worker, if the text shows that. */
export interface InlineText {
  readonly expression: string;
  readonly problem: string | undefined;
}

interface Token {
  readonly kind: 'name' | 'private' | 'string' | 'other' | 'mark';
  readonly text: string;
  readonly at: number;
}

function inlineTextOf(text: string): InlineText {
  const tokens = tokensOf(text);
  // A text that cannot be parsed is sent unchanged.
  if (tokens === undefined) return { expression: text, problem: undefined };
  const head = headOf(tokens);
  const expression = head.method === undefined ? text : methodExpression(text, head.method);
  return { expression: inScope(expression, helpersIn(tokens), hiddenIn(tokens)), problem: problemIn(tokens, head) };
}

/**
 * Adds helpers and hides globals: a name that is declared and never initialized throws a ReferenceError, while modules that the
 * function imports still see the global. All on the function's first line, so that the line numbers in stacks stay right.
 */
function inScope(expression: string, helpers: ReadonlyMap<string, string>, hidden: readonly string[]): string {
  if (helpers.size === 0 && hidden.length === 0) return expression;
  const all = [...helpers].map(([name, text]) => `const ${name} = ${text}; `).join('');
  const never = hidden.map((name) => ` let ${name};`).join('');
  return `(() => { ${all}if (true) return (${expression});${never} })()`;
}

/** The hidden names that are used as variables in the text. A call of `close` means that of the worker. */
function hiddenIn(tokens: readonly Token[]): readonly string[] {
  const standsAt = (name: string, at: number): boolean => {
    const before = tokens[at - 1]?.text;
    const called = name === 'close' && tokens[at + 1]?.text === '(';
    return tokens[at]!.text === name && tokens[at]!.kind === 'name' && before !== '.' && before !== '?.' && !called;
  };
  return HIDDEN.filter((name) => tokens.some((_, at) => standsAt(name, at)));
}

/** The texts of a function and its setup as a worker compiles them, or why it cannot run them. */
export function textsOf(
  fn: string,
  setup: string | undefined,
): { source: string; setup: string | undefined; problem: string | undefined } {
  const ofFn = inlineTextOf(fn);
  const ofSetup = setup === undefined ? undefined : inlineTextOf(setup);
  const problem = ofFn.problem ?? ofSetup?.problem;
  // A function that cannot run is not compiled, either.
  return problem === undefined
    ? { source: ofFn.expression, setup: ofSetup?.expression, problem }
    : { source: '0', setup: undefined, problem };
}

/** The beginning of a function's text. */
interface Head {
  /** The first and the last token of the name, if it is a method. */
  readonly method: { readonly from: Token; readonly to: Token; readonly accessor: boolean } | undefined;
  readonly arrow: boolean;
  /** The position of the first token after the name. */
  readonly body: number;
}

function headOf(tokens: readonly Token[]): Head {
  let at = 0;
  const is = (text: string, ahead = 0): boolean => tokens[at + ahead]?.text === text;
  if (is('async') && !is('(', 1) && !is('=>', 1)) at++;
  if (is('function')) return { method: undefined, arrow: false, body: bodyOf(tokens, at) };
  const isArrow = is('=>', 1) || (is('(') && tokens[closing(tokens, at) + 1]?.text === '=>');
  // `async (n) => n`, not the method `async(n) {}`.
  const isAsyncArrow = is('async') && is('(', 1) && tokens[closing(tokens, at + 1) + 1]?.text === '=>';
  if (isArrow || isAsyncArrow) return { method: undefined, arrow: true, body: at };
  if (is('*')) at++;
  const accessor = (is('get') || is('set')) && !is('(', 1);
  if (accessor) at++;
  const from = tokens[at]!;
  const to = from.text === '[' ? tokens[closing(tokens, at)]! : from;
  return { method: { from, to, accessor }, arrow: false, body: bodyOf(tokens, at) };
}

/** The position of the parameters. */
function bodyOf(tokens: readonly Token[], from: number): number {
  let at = from;
  if (tokens[at]?.text === '[') at = closing(tokens, at);
  while (at < tokens.length && tokens[at]!.text !== '(') at++;
  return at;
}

/** A method as an expression. A name that is private or computed is replaced, as it may need something that a worker lacks. */
function methodExpression(text: string, { from, to, accessor }: NonNullable<Head['method']>): string {
  const needsAnother = from.kind === 'private' || from.kind === 'mark';
  const named = needsAnother ? `${text.slice(0, from.at)}_${text.slice(to.at + to.text.length)}` : text;
  const property = `Object.values(Object.getOwnPropertyDescriptors({ ${named} }))[0]`;
  return accessor ? `((each) => each.get ?? each.set)(${property})` : `${property}.value`;
}

const HERE = 'it is sent to workers as text, without what is around it';
const INSTEAD =
  'Read what it needs of that into variables, and give those as the option context ({ context: { … } }, the third argument), or use workerPool with a worker module';

function problemIn(tokens: readonly Token[], { arrow, body }: Head): string | undefined {
  /** Generators that were compiled from `async` functions: in an arrow function their `this` is the one around it. */
  const generators = new Set<number>();
  for (let at = body; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    const generator = generatorOf(tokens, at);
    if (generator !== undefined) {
      generators.add(generator);
      at = generator - 1;
      continue;
    }
    const next = tokens[at + 1]?.text;
    const before = tokens[at - 1]?.text;
    const end = at > body && !generators.has(at) && !generators.has(at - 2) ? ownScope(tokens, at) : undefined;
    if (end !== undefined) {
      at = end;
      continue;
    }
    if (kind === 'private') return `The function uses ${text}, which only its class has: ${HERE}. ${INSTEAD}`;
    if (kind !== 'name' || before === '.' || before === '?.') continue;
    if (next === ':' && (before === '{' || before === ',')) continue;
    if (arrow && text === 'new' && next === '.')
      return `The function uses new.target, which is that of the function around it: ${HERE}. ${INSTEAD}`;
    if (text === 'this' || text === 'super')
      return `The function uses "${text}", the object that it belongs to: ${HERE}. ${INSTEAD}`;
    if (arrow && text === 'arguments')
      return `The function uses "arguments", which are those of the function around it: ${HERE}. ${INSTEAD}`;
    if (text !== 'import') continue;
    if (next === '.') return `The function uses import.meta, which is its module's: ${HERE}. ${INSTEAD}`;
    const name = tokens[at + 2];
    if (next === '(' && name?.kind === 'string' && /^.\.\.?\//.test(name.text))
      return (
        `The function imports ${name.text}, which is relative to a file that it has left (a bundler makes such an address of a package, too): ${HERE}. Give the address as the option context, ` +
        `{ context: new URL(${name.text}, import.meta.url).href }, and import() that, or use workerPool with a worker module`
      );
  }
  return undefined;
}

const CONTROL = new Set(['if', 'for', 'while', 'switch', 'with', 'await']);

/** Where a function, class or method with its own `this` ends, if one begins at `at`. */
function ownScope(tokens: readonly Token[], at: number): number | undefined {
  const { kind, text } = tokens[at]!;
  const before = tokens[at - 1]?.text;
  if (kind === 'name' && (text === 'function' || text === 'class') && before !== '.' && before !== '?.') {
    if (tokens[at + 1]?.text === ':' && (before === '{' || before === ',')) return undefined;
    let open = at;
    if (text === 'function') open = closing(tokens, bodyOf(tokens, at)) + 1;
    // The class that it extends may be a call.
    else while (open < tokens.length && tokens[open]!.text !== '{') open = closing(tokens, open) + 1;
    return closing(tokens, open);
  }
  if (text !== '(') return undefined;
  const close = closing(tokens, at);
  if (tokens[close + 1]?.text !== '{') return undefined;
  const name = tokens[at - 1]!;
  const isClause = CONTROL.has(name.text) || (name.text === 'catch' && tokens[at - 2]?.text === '}');
  const named = (name.kind === 'name' && !isClause) || name.kind === 'string' || name.kind === 'private';
  return named || name.kind === 'other' || name.text === ']' ? closing(tokens, close + 1) : undefined;
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The position of the token that closes the one at `at`; of the last token if none does. */
function closing(tokens: readonly Token[], at: number): number {
  const open = tokens[at]?.text ?? '';
  const close = PAIRS[open];
  if (close === undefined) return at;
  let depth = 0;
  for (let each = at; each < tokens.length; each++) {
    const { kind, text } = tokens[each]!;
    if (kind !== 'mark') continue;
    if (text === open) depth++;
    else if (text === close && --depth === 0) return each;
  }
  return tokens.length - 1;
}

const SPACE = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const NUMBER = /(?:\d[\w.]*|\.\d\w*)(?:(?<=[eE])[+-]\d+)?/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
const MARK = /=>|\?\.(?!\d)|\.\.\.|\+\+|--|[^\s]/y;
/** Tokens after which an expression begins, so that a slash starts a regular expression. */
const BEFORE_REGEX = /^(?:[([{,;=:?!&|+\-*/%^~<>]|=>|\.\.\.)$/;
const KEYWORDS = new Set('return typeof instanceof in of new delete void throw case do else yield await'.split(' '));

/** Whether a slash here starts a regular expression; `clause`: the last closed parenthesis was that of an `if` or the like. */
function beginsExpression(tokens: readonly Token[], clause: boolean): boolean {
  const last = tokens.at(-1);
  if (last === undefined || BEFORE_REGEX.test(last.text)) return true;
  if (last.text === ')') return clause && last.kind === 'mark';
  const before = tokens.at(-2)?.text;
  return last.kind === 'name' && KEYWORDS.has(last.text) && before !== '.' && before !== '?.';
}

/** The tokens of a text; undefined where it cannot be parsed. */
function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  /** The open parentheses: true for those of `if (…)` and the like; `clause`: whether the last that was closed was such a one. */
  const parens: boolean[] = [];
  let clause = false;
  /** The open braces: true for the `${` of a template. */
  const braces: boolean[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const push = (kind: Token['kind'], found: string): void =>
    void tokens.push({ kind, text: found, at: at - found.length });
  /** Reads a template to its end, or to the next `${`. */
  const template = (): boolean => {
    for (; at < text.length; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '`') return (at++, push('other', '`'), true);
      else if (text.startsWith('${', at)) return ((at += 2), braces.push(true), push('mark', '('), true);
    }
    return false;
  };
  while (at < text.length) {
    if (match(SPACE) !== undefined) continue;
    const char = text[at]!;
    if (char === '`') {
      at++;
      if (!template()) return undefined;
      continue;
    }
    if (char === '}' && braces.pop() === true) {
      at++;
      push('mark', ')');
      if (!template()) return undefined;
      continue;
    }
    if (char === '"' || char === "'") {
      const found = match(STRING);
      if (found === undefined) return undefined;
      push('string', found);
      continue;
    }
    if (char === '/' && beginsExpression(tokens, clause)) {
      const found = match(REGEX);
      if (found === undefined) return undefined;
      push('other', found);
      continue;
    }
    if (char === '#') {
      at++;
      const found = match(NAME);
      if (found === undefined) return undefined;
      push('private', `#${found}`);
      continue;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      push('other', number);
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      push('name', name);
      continue;
    }
    const mark = match(MARK)!;
    if (mark === '{') braces.push(false);
    if (mark === '(') parens.push(CONTROL.has(tokens.at(-1)?.text ?? ''));
    if (mark === ')') clause = parens.pop() === true;
    push('mark', mark);
  }
  return tokens;
}
