/** PEP 503's normalized name. https://peps.python.org/pep-0503/#normalized-names */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** An address, or a text with addresses in it, without user names and passwords. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/?#\s]*@/g, '//');
}

/** A part of a path that is long and mixes letters and digits is what some indexes take for a password. */
const SECRET_PART = /^(?=.*\d)(?=.*[A-Za-z])[\w.~-]{20,}$/;

/** An address of an index as it may be shown: without user, password and query, and with `***` for a part that looks secret. */
export function addressInWords(address: string): string {
  const [bare = ''] = withoutCredentials(address).split(/[?#]/);
  return bare
    .split('/')
    .map((part, index) => (index > 2 && SECRET_PART.test(part) ? '***' : part))
    .join('/');
}

/** Whether a text is a normalized name, and nothing else. */
export function isName(text: string): boolean {
  return text.length <= 100 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text);
}
