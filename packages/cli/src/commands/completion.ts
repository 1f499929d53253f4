import { defineCommand } from '../command.js';
import { isShell, SHELLS, shellCompletion } from '../completion/shell-completion.js';
import { cliErrors } from '../errors.js';

/** `completion`: a script that completes commands, flags and their values. */
export const completionCommand = defineCommand({
  name: 'completion',
  summary: 'print a completion script for a shell',
  arguments: [{ name: 'SHELL', help: SHELLS.join(', '), required: true, complete: SHELLS }],
  options: {},
  examples: [
    { run: 'ethogram completion bash > /etc/bash_completion.d/ethogram', does: 'for bash' },
    { run: 'ethogram completion zsh > ~/.zfunc/_ethogram', does: 'for zsh' },
    {
      run: 'ethogram completion fish > ~/.config/fish/completions/ethogram.fish',
      does: 'for fish',
    },
  ],
  async run({ out, commands }, _options, [shell = '']) {
    if (!isShell(shell)) {
      throw cliErrors.make('CLI-1001', `expected one of ${SHELLS.join(', ')}, found "${shell}"`);
    }
    await out.raw(shellCompletion(shell, commands));
    return 0;
  },
});
