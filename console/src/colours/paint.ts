/**
 * Tokens as the canvas needs them. A chart asks for the colour behind `var(--…)` when it draws, and draws anew when the theme changes.
 */

let probe: HTMLElement | null = null;

/** The computed colour of a token, such as `--chart-1`, in the theme that is on. */
export function tokenColour(token: string): string {
  if (probe === null) {
    probe = document.createElement('i');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}

/** Calls back whenever the theme changes, by choice or by the system; returns the function that stops it. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
