import type { Chapter } from './chapter.ts'

export const CONTEXT = {
  title: 'the context',
  entries: {
    'context-too-large': {
      meaning: 'The context, compressed, is larger than what can be sent. The log names the largest entries.',
      causes: [
        'Name in `.dockerignore` what the image does not need: `.git`, `node_modules`, build results, test data.',
        'Set `context` to the directory that the Dockerfile really copies from.',
        'Fetch large files in the Dockerfile instead of copying them.',
      ],
      more: '`du -ah CONTEXT | sort -h | tail -20` on the runner, in the step before.',
    },
    'context-broken': {
      meaning: 'The context could not be packed as it is, or did not arrive as it was packed.',
      causes: [
        '**A socket, FIFO or device**: cannot be sent; name it in `.dockerignore`.',
        '**A file changed while it was read**: another process is still writing it; let it end first.',
        '**A pattern that cannot be parsed**: the log names the line of the ignore file.',
        '**From the executor**: run it again; if it happens twice, report it with the log.',
      ],
      more: '[Docker: .dockerignore](https://docs.docker.com/build/concepts/context/#dockerignore-files).',
    },
    'attach-refused': {
      meaning: 'The cluster did not let the context be streamed into the pod.',
      causes: [
        'The right `create pods/attach` is missing, or a proxy in between does not let WebSockets through. A context that is small enough needs neither.',
      ],
      more: '`kubectl auth can-i create pods/attach -n NAMESPACE` with the same kubeconfig.',
    },
  },
} as const satisfies Chapter
