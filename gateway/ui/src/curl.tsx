// The operation as a command for a shell, on the clipboard.

import { ToolbarButton, useGraphiQL } from '@graphiql/react';

/** A button for the toolbar. */
export function CopyAsCurl({ endpoint }: { endpoint: string }) {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const operationName = useGraphiQL((state) => state.operationName);
  const copy = () => {
    const command = curl(endpoint, {
      query: queryEditor?.getValue() ?? '',
      operationName,
      variables: record(variableEditor?.getValue()),
      headers: record(headerEditor?.getValue()),
    });
    void navigator.clipboard.writeText(command);
  };
  return (
    <ToolbarButton label="Copy as curl" onClick={copy}>
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" className="graphiql-toolbar-icon" aria-hidden="true">
        <path d="M4 7l5 5-5 5M12 18h8" />
      </svg>
    </ToolbarButton>
  );
}

interface Asked {
  query: string;
  operationName?: string;
  variables: Record<string, unknown> | undefined;
  headers: Record<string, unknown> | undefined;
}

function curl(endpoint: string, { query, operationName, variables, headers }: Asked): string {
  const sent = { 'content-type': 'application/json', ...headers };
  const lines = Object.entries(sent).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const body = JSON.stringify({ query, operationName, variables });
  return [`curl ${quoted(new URL(endpoint, location.href).href)}`, ...lines, `-d ${quoted(body)}`].join(' \\\n  ');
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function record(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
