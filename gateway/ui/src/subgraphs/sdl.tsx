// A subgraph's SDL: definition by definition, folded, coloured, copied as a whole.

import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Lexer, Source, TokenKind, parse, type DefinitionNode } from 'graphql';
import { count } from '../figures';

/** `version` is another when the graph is. */
export function Sdl({ subgraph, version }: { subgraph: string; version: number | null }) {
  const [sdl, setSdl] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    load(subgraph).then(setSdl, (error: Error) => setFailure(error.message));
  }, [subgraph, version]);
  if (failure) return <p>{failure}</p>;
  return sdl === null ? <p className="weft-quiet">loading …</p> : <Definitions sdl={sdl} />;
}

async function load(subgraph: string): Promise<string> {
  const response = await fetch(`/ui/subgraph.graphql?name=${encodeURIComponent(subgraph)}`);
  if (!response.ok) throw new Error(`The gateway does not have it: status ${response.status}.`);
  return response.text();
}

function Definitions({ sdl }: { sdl: string }) {
  const definitions = useMemo(() => split(sdl), [sdl]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const areAllOpen = open.size === definitions.length;
  const toggle = (index: number, isOpen: boolean) => {
    if (isOpen === open.has(index)) return;
    const changed = new Set(open);
    if (isOpen) changed.add(index);
    else changed.delete(index);
    setOpen(changed);
  };
  return (
    <>
      <div className="weft-actions">
        <button
          type="button"
          className="weft-button"
          onClick={() => setOpen(new Set(areAllOpen ? [] : definitions.keys()))}
        >
          {areAllOpen ? 'Fold all' : 'Unfold all'}
        </button>
        <CopyButton text={sdl} />
      </div>
      <div className="weft-sdl">
        {definitions.map(({ title, about, text }, index) => (
          <details
            key={index}
            open={open.has(index)}
            onToggle={(event) => toggle(index, event.currentTarget.open)}
          >
            <summary>
              <code>{coloured(title)}</code> <span className="weft-quiet">{about}</span>
            </summary>
            {open.has(index) && <pre>{coloured(text)}</pre>}
          </details>
        ))}
      </div>
    </>
  );
}

function CopyButton({ text }: { text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setIsCopied(true));
  return (
    <button type="button" className="weft-button" onClick={copy} onBlur={() => setIsCopied(false)}>
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}

interface Definition {
  /** `type User` */
  title: string;
  /** `3 fields` */
  about: string;
  text: string;
}

/** What stands before a definition belongs to it: comments, and blanks for its indentation. */
function split(sdl: string): Definition[] {
  let definitions: readonly DefinitionNode[];
  try {
    ({ definitions } = parse(sdl));
  } catch {
    // What was composed can be parsed, unless the specification has moved on since.
    return [{ title: 'schema', about: '', text: sdl }];
  }
  let begin = 0;
  return definitions.map((definition) => {
    const end = definition.loc?.end ?? sdl.length;
    const text = sdl.slice(begin, end).replace(/^\s*\n|\s+$/g, '');
    begin = end;
    return { title: titleOf(definition), about: aboutOf(definition), text };
  });
}

const WORDS: Partial<Record<DefinitionNode['kind'], string>> = {
  SchemaDefinition: 'schema',
  SchemaExtension: 'extend schema',
  ScalarTypeDefinition: 'scalar',
  ScalarTypeExtension: 'extend scalar',
  ObjectTypeDefinition: 'type',
  ObjectTypeExtension: 'extend type',
  InterfaceTypeDefinition: 'interface',
  InterfaceTypeExtension: 'extend interface',
  UnionTypeDefinition: 'union',
  UnionTypeExtension: 'extend union',
  EnumTypeDefinition: 'enum',
  EnumTypeExtension: 'extend enum',
  InputObjectTypeDefinition: 'input',
  InputObjectTypeExtension: 'extend input',
  DirectiveDefinition: 'directive',
};

function titleOf(definition: DefinitionNode): string {
  const word = WORDS[definition.kind] ?? definition.kind;
  const name = 'name' in definition ? (definition.name?.value ?? '') : '';
  return `${word} ${definition.kind === 'DirectiveDefinition' ? '@' : ''}${name}`.trim();
}

function aboutOf(definition: DefinitionNode): string {
  if ('fields' in definition && definition.fields) return count(definition.fields.length, 'field');
  if ('values' in definition && definition.values) return count(definition.values.length, 'value');
  if ('types' in definition && definition.types) return count(definition.types.length, 'type');
  return '';
}

const KEYWORDS = new Set(
  'schema extend type interface union enum input scalar directive implements on repeatable query mutation subscription true false null'.split(' '),
);

/** Spans with classes for what has a colour; the rest as it is. */
function coloured(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let shown = 0;
  try {
    const lexer = new Lexer(new Source(text));
    for (let token = lexer.token; ; token = nextOf(token, lexer)) {
      if (token.kind === TokenKind.EOF) break;
      const { start, end } = token;
      const colour = colourOf(token, text);
      if (!colour) continue;
      parts.push(text.slice(shown, start));
      parts.push(<span key={start} className={`weft-${colour}`}>{text.slice(start, end)}</span>);
      shown = end;
    }
  } catch {
    // From here on without colours.
  }
  parts.push(text.slice(shown));
  return parts;
}

type Token = Lexer['token'];

/** Comments are in the chain of tokens, too, and `advance` passes them over. */
function nextOf(token: Token, lexer: Lexer): Token {
  if (!token.next) lexer.advance();
  return token.next ?? lexer.token;
}

function colourOf(token: Token, text: string): string | null {
  switch (token.kind) {
    case TokenKind.COMMENT:
      return 'comment';
    case TokenKind.STRING:
    case TokenKind.BLOCK_STRING:
      return 'string';
    case TokenKind.INT:
    case TokenKind.FLOAT:
      return 'number';
    case TokenKind.AT:
      return 'directive';
    case TokenKind.NAME: {
      if (token.prev?.kind === TokenKind.AT) return 'directive';
      if (text[token.end] === ':' || text[token.end] === '(') return null;
      if (KEYWORDS.has(token.value)) return 'keyword';
      return /^[A-Z]/.test(token.value) ? 'type' : null;
    }
    default:
      return null;
  }
}
