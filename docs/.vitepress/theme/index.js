import TwoslashFloatingVue from '@shikijs/vitepress-twoslash/client';
// oxlint-disable-next-line import/no-unassigned-import
import '@shikijs/vitepress-twoslash/style.css';
import DefaultTheme from 'vitepress/theme';

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.use(TwoslashFloatingVue),
};
