// Code in the documents, for tests that see whether it is so.

/** Every fenced block: its language, what else stands behind the fence, and its text. */
export function codeBlocks(markdown) {
  const blocks = markdown.matchAll(/^```(\w*) *(.*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language, info, text]) => ({ language, info, text }));
}
