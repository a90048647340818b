// Preloaded (`node --import`) before the program: finds the project's own modules without asking Node, which parses the whole of "imports" in package.json anew for each `#name` and looks for a package
// around each file. A start of the server takes a quarter less CPU time, a verb half. Everything else, and every mistake, is left to Node.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const root = new URL('..', import.meta.url);
const { imports = {} } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const doors = new Map(Object.entries(imports).map(([name, path]) => [name, new URL(path, root).href]));

registerHooks({
  resolve(specifier, context, next) {
    const url = isOwn(context.parentURL) ? ownModule(specifier, context.parentURL) : undefined;
    return url === undefined ? next(specifier, context) : { url, format: 'module-typescript', shortCircuit: true };
  },
});

function isOwn(importer) {
  return importer !== undefined && importer.startsWith(root.href) && !importer.includes('/node_modules/', root.href.length - 1);
}

function ownModule(specifier, importer) {
  if (specifier.startsWith('#')) return doors.get(specifier);
  return specifier.startsWith('.') && specifier.endsWith('.ts') ? new URL(specifier, importer).href : undefined;
}
