/** The anchor of a heading, as GitHub makes it: the site has the same. @param {string} title */
export const anchorOf = (title) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
