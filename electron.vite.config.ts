import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const root = import.meta.dirname

/** The page is also loaded from addresses inside the app (/settings/vault); electron-vite would make its files relative. */
const absoluteBase: Plugin = { name: 'absolute-base', enforce: 'post', config: () => ({ base: '/' }) }

/**
 * Three bundles. `main` has an entry per host and per worker thread. Everything is bundled except the two packages that
 * have to be resolved at run time: better-sqlite3 (a native addon) and undici.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20',
      sourcemap: true,
      minify: false,
      externalizeDeps: { include: ['better-sqlite3', 'undici'] },
      rollupOptions: {
        input: {
          desktop: resolve(root, 'main/hosts/desktop.ts'),
          browser: resolve(root, 'main/hosts/browser.ts'),
          'receiver-thread': resolve(root, 'main/receiver/thread/thread.ts'),
          'capture-index-thread': resolve(root, 'main/captures/index-thread/thread.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: resolve(root, 'preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react(), absoluteBase],
    build: {
      outDir: resolve(root, 'out/renderer'),
      target: 'chrome130',
      minify: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rollupOptions: { input: { index: resolve(root, 'renderer/index.html') } },
    },
  },
})
