/** A page with what is between the two markers of a part made anew. @throws Error for a page without the markers */
export function withPart(page, part, text) {
  const between = new RegExp(`(<!-- ${part}: [^>]*-->\\n)[\\s\\S]*(\\n<!-- /${part} -->)`);
  if (!between.test(page)) throw new Error(`the page lacks the markers of the part ${part}`);
  return page.replace(between, (_, begin, end) => `${begin}${text}${end}`);
}
