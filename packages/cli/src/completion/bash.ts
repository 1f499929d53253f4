import type { CompletionModel, Offer } from './completion-model.js';
import { quoted, valueCases } from './completion-model.js';

/** A completion script for bash ≥ 4; needs no bash-completion package. */
export function bashCompletion(model: CompletionModel): string {
  const paths = model.nodes.flatMap(({ path }) => (path === '' ? [] : [quoted(` ${path}`)]));
  const nodeCases = model.nodes.map((node) => {
    const flags = [...node.flags, ...model.globalFlags].map((flag) => flag.long);
    const words = node.words.map(({ word }) => word);
    return [
      `    ${quoted(node.path === '' ? '' : ` ${node.path}`)})`,
      `      if [[ $cur == -* ]]; then ${offer([...flags, '--help'])}`,
      `      else ${offer(words.length > 0 ? words : node.offer)}; fi`,
      '      ;;',
    ].join('\n');
  });
  return `# bash completion for ethogram; made by: ethogram completion bash
_ethogram() {
  local cur prev path word i
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  path=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="$path \${COMP_WORDS[i]}"
    case "$word" in
      ${paths.join('|')}) path=$word ;;
    esac
  done
  case "$path:$prev" in
${valueCases(model, offer)}
  esac
  case "$path" in
${nodeCases.join('\n')}
  esac
}
complete -F _ethogram ethogram
`;
}

function offer(what: Offer): string {
  if (what === 'none') return 'COMPREPLY=()';
  if (what === 'file') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  return `COMPREPLY=($(compgen -W ${quoted(what.join(' '))} -- "$cur"))`;
}
