// The site: the guides, the measured documents, and the reference that TypeDoc writes from the comments of the code.
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { anchorOf } from '../../scripts/anchors.js';
import { types, wholeFiles } from './typesOnHover.js';

const REPOSITORY = 'https://github.com/rxjs-parallel/rxjs-parallel';

const guide = (text, name) => ({ text, link: `/guides/${name}` });
const guides = [
  {
    text: 'Basics',
    items: [
      guide('Which form?', 'which-form'),
      guide('Worker modules', 'worker-modules'),
      guide('Inline functions', 'inline-functions'),
      guide('Order, windows, memory', 'order-and-memory'),
      guide('Many values', 'many-values'),
      guide('Errors and retries', 'errors'),
      guide('Cancelling and deadlines', 'cancelling'),
      guide('What can cross', 'what-can-cross'),
    ],
  },
  {
    text: 'Practice',
    items: [
      guide('Recipes', 'recipes'),
      guide('Services', 'services'),
      guide('Browsers, bundlers', 'browsers'),
      guide('Testing', 'testing'),
      guide('Debugging', 'debugging'),
      guide('Progress, latency, traces', 'watching'),
      guide('Troubleshooting', 'troubleshooting'),
      guide('When workers pay off, tuning', 'tuning'),
      guide('Many machines', 'many-machines'),
    ],
  },
  {
    text: 'Background',
    items: [
      guide('Coming from other libraries', 'coming-from'),
      guide('Design decisions', 'why'),
      guide('Versions', 'versions'),
      { text: 'Benchmarks', link: '/measured/BENCHMARKS' },
      { text: 'Faults', link: '/measured/FAULTS' },
      { text: 'Scaling', link: '/measured/SCALING' },
    ],
  },
];

const sidebar = new URL('../reference/typedoc-sidebar.json', import.meta.url);
const reference = existsSync(sidebar) ? JSON.parse(readFileSync(sidebar, 'utf8')) : [];

/** Links to files of the project that are no pages lead to the repository. */
function leadOut(md) {
  md.core.ruler.push('lead-out', ({ env, tokens }) => {
    for (const { children } of tokens)
      for (const token of children ?? []) {
        const href = token.attrGet?.('href');
        if (token.type !== 'link_open' || !href?.startsWith('.')) continue;
        const target = posix.join('docs', posix.dirname(env.relativePath ?? ''), href);
        if (!target.startsWith('docs/')) token.attrSet('href', `${REPOSITORY}/blob/main/${target}`);
      }
  });
}

export default defineConfig({
  title: 'rxjs-parallel',
  description: 'RxJS operators that run on other cores, in Node and in the browser',
  srcExclude: ['node_modules/**'],
  head: [['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }]],
  cleanUrls: true,
  markdown: {
    anchor: { slugify: anchorOf },
    codeTransformers: [types],
    config(md) {
      leadOut(md);
      wholeFiles(md);
    },
  },
  vite: { plugins: [llmstxt()] },
  themeConfig: {
    search: {
      provider: 'local',
      options: { _render: (text, env, md) => md.render(text, Object.assign(env, { searched: true })) },
    },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/guides/which-form' },
      { text: 'Reference', link: '/reference/' },
      // No page of VitePress: the browser has to load it.
      { text: 'Live', link: '/live/index.html', target: '_self' },
    ],
    // llms.txt has them in this order.
    sidebar: { '/': guides, '/reference/': reference },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
  },
});
