describe('expose in a shared worker', () => {
  it('does nothing: that runs as it would without', async () => {
    const worker = new SharedWorker(new URL('../fixtures/shared.worker.js', import.meta.url), { type: 'module' });
    const said = new Promise((resolve, reject) => {
      worker.onerror = reject;
      worker.port.onmessage = ({ data }) => resolve(data);
    });
    expect(await said).toBe(42);
    worker.port.close();
  });
});
