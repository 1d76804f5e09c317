import type { BuildContext, ContextArchive, FetchedContext } from './context/context-archive.ts'
import type { ContextInputs } from './context/pack.ts'
import type { RepositoryFile } from './github/read-file.ts'
import type { AnyRequest } from './request/build-request.ts'
import type { GitSource } from './request/git-source.ts'

/** What contexts are prepared with; `main.ts` brings the real ones. */
export interface ContextPorts {
  readonly pack: (
    inputs: Pick<ContextInputs, 'context' | 'file' | 'delivery' | 'named'>,
    signal: AbortSignal,
  ) => Promise<ContextArchive>
  /** A file's text, if it can be had. */
  readonly readRepositoryFile: (file: RepositoryFile, signal: AbortSignal) => Promise<string | undefined>
}

/**
 * Packs a context of the runner. Of one that the executor fetches only the
 * Dockerfile is looked for, so that the build can be told by its lines. Throws
 * as `packContext` does.
 */
export async function prepareContext(
  { context, file, contextDelivery, frontend }: AnyRequest,
  ports: ContextPorts,
  signal: AbortSignal,
): Promise<BuildContext> {
  if (context.kind === 'path')
    return ports.pack(
      { context: context.path, file, delivery: contextDelivery, named: frontend.contexts },
      signal,
    )
  const dockerfile = file ?? 'Dockerfile'
  const source = context.kind === 'git' ? await sourceOf(context, dockerfile, ports, signal) : undefined
  return { kind: 'fetched', dockerfile, source }
}

/** The Dockerfile as GitHub has it; only of the workflow's own commit, whose lines can be linked to and annotated. */
async function sourceOf(
  { repository, reference, subdirectory, token }: GitSource,
  dockerfile: string,
  { readRepositoryFile }: ContextPorts,
  signal: AbortSignal,
): Promise<FetchedContext['source']> {
  if (repository === undefined) return undefined
  const path = subdirectory === '' ? dockerfile : `${subdirectory}/${dockerfile}`
  const text = await readRepositoryFile({ repository, reference, path, token }, signal)
  return text === undefined ? undefined : { path, text }
}
