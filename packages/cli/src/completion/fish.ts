import type { CompletionFlag, CompletionModel, Offer } from './completion-model.js';

/** A completion script for fish ≥ 3, with descriptions. */
export function fishCompletion(model: CompletionModel): string {
  const lines = [
    '# fish completion for ethogram; made by: ethogram completion fish',
    'complete -c ethogram -f',
    ...model.globalFlags.map((flag) => flagLine('', flag)),
  ];
  for (const node of model.nodes) {
    const condition = conditionOf(node.path, node.words);
    for (const { word, help } of node.words) {
      lines.push(`complete -c ethogram -n ${quote(condition)} -a ${quote(word)} -d ${quote(help)}`);
    }
    for (const flag of node.flags) lines.push(flagLine(seen(node.path), flag));
    if (node.words.length === 0 && node.offer !== 'none') {
      lines.push(`complete -c ethogram -n ${quote(seen(node.path))}${offer(node.offer)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function seen(path: string): string {
  return path
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
}

function conditionOf(path: string, words: readonly { readonly word: string }[]): string {
  if (path === '') return '__fish_use_subcommand';
  const children = words.map(({ word }) => word).join(' ');
  return children === ''
    ? seen(path)
    : `${seen(path)}; and not __fish_seen_subcommand_from ${children}`;
}

function flagLine(condition: string, flag: CompletionFlag): string {
  const parts = ['complete -c ethogram'];
  if (condition !== '') parts.push(`-n ${quote(condition)}`);
  parts.push(`-l ${flag.long.slice(2)}`);
  if (flag.short) parts.push(`-s ${flag.short.slice(1)}`);
  parts.push(`-d ${quote(flag.help)}`);
  const value = flag.takesValue ? (flag.offer === 'none' ? ' -x' : offer(flag.offer)) : '';
  return parts.join(' ') + value;
}

function offer(what: Offer): string {
  if (what === 'file') return ' -r -F';
  return what === 'none' ? '' : ` -x -a ${quote(what.join(' '))}`;
}

/** Single quotes in fish: only `\` and `'` are special. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
