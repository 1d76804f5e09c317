import type { Chapter } from './chapter.ts'

export const ACTION = {
  title: 'something else',
  entries: {
    'tool-missing': {
      meaning: 'A builder other than Kaniko was asked for, and its program is not on the runner.',
      causes: ['`builder: kaniko` needs no program.'],
      more: '[inputs.md](inputs.md).',
    },
    internal: {
      meaning: 'The action itself failed: a defect of it, not of your build.',
      causes: [
        'Run the step again with debug logging: «Re-run jobs», «Enable debug logging», or a secret `ACTIONS_STEP_DEBUG` with the value `true`.',
      ],
      more: 'report what it prints, with the version of the action and of the cluster.',
    },
  },
} as const satisfies Chapter
