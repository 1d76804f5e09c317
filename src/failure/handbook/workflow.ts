import type { Chapter } from './chapter.ts'

export const WORKFLOW = {
  title: 'what the workflow says',
  entries: {
    input: {
      meaning:
        'One or more inputs cannot be used, or Kaniko does not accept an argument in `kaniko-args`. All problems are listed at once, before anything is created.',
      causes: [
        'Each line names the input, its value unless it is secret, and a cure.',
        '**unknown flag**: the executor is another version than the one whose flags were meant. `executor --help` of that image lists its own.',
        '**A namespace that does not exist** is not made: create it, or leave `namespace` empty, and the build makes one of its own.',
      ],
      more: '[inputs.md](inputs.md) has every form, default and example.',
    },
  },
} as const satisfies Chapter
