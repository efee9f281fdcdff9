/** What this browser remembers between visits; a browser that remembers nothing is no error. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`writ.${name}`);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`writ.${name}`);
    else localStorage.setItem(`writ.${name}`, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
