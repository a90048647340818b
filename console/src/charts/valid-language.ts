/**
 * uPlot asks for the browser's language once, as it is loaded, and fails for a name that is none, such as the `en-US@posix` of a browser without a
 * locale. Loaded before it, this gives such a browser the language that all our numbers are written in.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-GB', configurable: true });
}

export {};
