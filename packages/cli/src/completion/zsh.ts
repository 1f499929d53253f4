import type { CompletionModel, Offer } from './completion-model.js';
import { quoted, valueCases } from './completion-model.js';

/** A completion script for zsh, with descriptions. */
export function zshCompletion(model: CompletionModel): string {
  const paths = model.nodes.flatMap(({ path }) => (path === '' ? [] : [quoted(` ${path}`)]));
  const nodeCases = model.nodes.map((node) => {
    const flags = [...node.flags, ...model.globalFlags].map(({ long, help }) =>
      described(long, help),
    );
    const words = node.words.map(({ word, help }) => described(word, help));
    return [
      `    ${quoted(node.path === '' ? '' : ` ${node.path}`)})`,
      `      if [[ $cur == -* ]]; then entries=(${flags.join(' ')}); _describe option entries`,
      `      else ${words.length > 0 ? `entries=(${words.join(' ')}); _describe command entries` : offer(node.offer)}; fi`,
      '      ;;',
    ].join('\n');
  });
  return `#compdef ethogram
# zsh completion for ethogram; made by: ethogram completion zsh
_ethogram() {
  local cur prev place word
  local -a entries
  cur=$words[CURRENT]
  prev=$words[CURRENT-1]
  place=''
  for word in \${words[2,CURRENT-1]}; do
    case "$place $word" in
      ${paths.join('|')}) place="$place $word" ;;
    esac
  done
  case "$place:$prev" in
${valueCases(model, offer)}
  esac
  case "$place" in
${nodeCases.join('\n')}
  esac
}
compdef _ethogram ethogram
`;
}

function offer(what: Offer): string {
  if (what === 'none') return ':';
  if (what === 'file') return '_files';
  return `compadd -- ${what.map(quoted).join(' ')}`;
}

/** `_describe` splits at the first colon that no backslash stands before. */
function described(word: string, help: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${help}`);
}
