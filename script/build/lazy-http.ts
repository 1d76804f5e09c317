import type { Plugin } from 'esbuild'

/**
 * Lets the bundle require `node:http` where it would import it.
 *
 * To import one of node's modules, node reads all that the module exports, and
 * three of what `http` exports (`WebSocket` and its events) load node's own
 * fetch when they are read: 12 ms and 4 MB of each process, for what is not used.
 */
export const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'required' } : undefined,
    )
    build.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      loader: 'js',
    }))
  },
}
