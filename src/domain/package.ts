/** PEP 503's normalized name. https://peps.python.org/pep-0503/#normalized-names */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** An address, or a text with addresses in it, without user names and passwords. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//');
}

/** Whether a text is a normalized name, and nothing else. */
export function isName(text: string): boolean {
  return text.length <= 100 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text);
}
