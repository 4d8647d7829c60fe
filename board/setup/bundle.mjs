// Compiles src/ to dist/: few files instead of a thousand. Reading and compiling the modules one by one was most of what a start cost, in time and memory.
// Types are checked apart (`npm run types`).
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Loaded from node_modules as they are: a native add-on, and a package that serves files of its own folder. */
const NOT_BUNDLED = ['better-sqlite3', '@fastify/swagger-ui'];

/** What CommonJS packages take for granted. */
const COMMON_JS = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __filename = import.meta.filename ?? new URL(import.meta.url).pathname;',
  'const __dirname = import.meta.dirname ?? new URL(".", import.meta.url).pathname;',
].join('\n');

// A source file that is gone leaves nothing behind that could still be imported.
rmSync(path.join(ROOT, 'dist'), { recursive: true, force: true });

await build({
  absWorkingDir: ROOT,
  // Threads are started by their own file, at the place that src/store/thread.ts names.
  entryPoints: { main: 'src/main.ts', 'writer/thread': 'src/store/writer/thread.ts', 'maintenance/thread': 'src/store/maintenance/thread.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  external: NOT_BUNDLED,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  sourcesContent: false,
  // Names of classes and functions are read in logs and traces.
  keepNames: true,
  banner: { js: COMMON_JS },
  logLevel: 'warning',
});
