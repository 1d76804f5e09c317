import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Git's own server over plain HTTP, with one repository, `acme/app.git`; below
 * `/api` it gives single files, as GitHub's REST API does.
 */
export interface GitServer {
  readonly port: number
  /** `user:password` of each request, or the token; undefined: none were given. */
  readonly credentials: readonly (string | undefined)[]
  /** Adds a commit to `main` and publishes it, also under `alias`; its id. */
  commit(files: Readonly<Record<string, string>>, alias?: string): string
  close(): void
}

/** Serves at an address of this machine; with a password, to who gives it. */
export async function gitServer(host: string, password?: string): Promise<GitServer> {
  const folder = mkdtempSync(join(tmpdir(), 'git-server-'))
  const work = join(folder, 'work')
  const bare = join(folder, 'acme/app.git')
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-C', work, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare])
  execFileSync('git', ['-C', bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true'])
  execFileSync('git', ['init', '-q', '-b', 'main', work])
  git('remote', 'add', 'origin', bare)

  const credentials: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const who = whoAsks(request)
    credentials.push(who)
    if (password !== undefined && who?.endsWith(password) !== true) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Repository not found.\n')
    } else if (request.url?.startsWith('/api/') === true) serveFile(bare, request.url, response)
    else serve(folder, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return {
    // A server that listens on a port has one.
    port: (server.address() as AddressInfo).port,
    credentials,
    commit(files, alias) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true })
        writeFileSync(join(work, path), content)
      }
      git('add', '--all')
      git('commit', '-q', '-m', 'more')
      git('push', '-q', 'origin', 'main', ...(alias === undefined ? [] : [`+main:${alias}`]))
      return git('rev-parse', 'HEAD').trim()
    },
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function whoAsks(request: IncomingMessage): string | undefined {
  const [scheme, given = ''] = (request.headers.authorization ?? '').split(' ')
  // Its case means nothing: git writes it so, BuildKit otherwise.
  if (scheme?.toLowerCase() === 'bearer') return given
  return scheme?.toLowerCase() === 'basic' ? Buffer.from(given, 'base64').toString() : undefined
}

/** `/api/repos/acme/app/contents/PATH?ref=REFERENCE` */
function serveFile(bare: string, url: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, 'http://git')
  const path = decodeURIComponent(pathname.replace('/api/repos/acme/app/contents/', ''))
  try {
    response.end(
      execFileSync('git', ['-C', bare, 'show', `${searchParams.get('ref') ?? 'main'}:${path}`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
  } catch {
    response.writeHead(404).end()
  }
}

/** One request, answered by git's program for it: https://git-scm.com/docs/git-http-backend */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(backend.stdin)
  backend.stdin.on('error', () => undefined)
  const pieces: Buffer[] = []
  backend.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  backend.on('close', () => {
    const answer = Buffer.concat(pieces)
    const end = answer.indexOf('\r\n\r\n')
    const headers = answer
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': ', 2) as [string, string])
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value)
    response.writeHead(parseInt(status, 10)).end(answer.subarray(end + 4))
  })
}
