import type { ApiServer } from './api-server.ts'

/** `Kind name` of what builds made in a scripted cluster and did not remove. */
export const leftIn = ({ objects }: ApiServer): readonly string[] =>
  objects.ours().map(({ kind, metadata }) => `${kind} ${metadata.name}`)
