import { serve } from '@hono/node-server'

import { app } from './app.js'

const server = serve({ fetch: app.fetch, port: 8080 }, ({ port }) => console.log(`listening on ${port}`))
// Kubernetes ends a pod by SIGTERM, and waits for it: without this, for half a minute.
process.on('SIGTERM', () => server.close())
