/** Inline functions under a Content-Security-Policy; karma.conf.js gives the page its header. */

interface Result {
  readonly evaluated: boolean;
  readonly squares: number[] | { readonly name: string; readonly message: string };
  readonly primes: number;
}

function pageUnder(policy: 'blob' | 'strict'): Promise<Result> {
  const frame = document.createElement('iframe');
  return new Promise<Result>((resolve) => {
    const hear = ({ data, source }: MessageEvent<Result>): void => {
      if (source !== frame.contentWindow) return;
      removeEventListener('message', hear);
      frame.remove();
      resolve(data);
    };
    addEventListener('message', hear);
    frame.src = `/base/spec/fixtures/policy.${policy}.html`;
    document.body.append(frame);
  });
}

describe('An inline function under a Content-Security-Policy that forbids eval', () => {
  it('runs where workers may come from a blob', async () => {
    expect(await pageUnder('blob')).toEqual({ evaluated: false, squares: [1, 4, 9, 16], primes: 25 });
  });

  it('does not run where they may not: the error names what to allow, and the other way, which works', async () => {
    const { evaluated, squares, primes } = await pageUnder('strict');
    const { name, message } = squares as { name: string; message: string };
    expect(evaluated).toBeFalse();
    expect(name).toBe('WorkerInitError');
    expect(message).toMatch(/worker-src blob: .*Content-Security-Policy.*workerPool.*worker module/);
    expect(primes).toBe(25);
  });
});
