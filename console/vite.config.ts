// How the console is built: static files for the console port, which serves them under a Content-Security-Policy without
// inline code. Nothing is fetched from elsewhere at run time; fonts come from npm.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` sends requests for data: a server started with `npm start`. */
const server = process.env['TRACEKEEP_URL'] ?? 'http://127.0.0.1:4320';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // Assets are files, never data: URLs, so that the policy stays narrow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: server, changeOrigin: true }, '/log': { target: server, changeOrigin: true } } },
});
