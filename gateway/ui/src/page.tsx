// The page: the configuration first, then GraphiQL, or one sentence that says why not.

import { useEffect, useMemo, useRef, useState } from 'react';
import { createLocalStorage } from '@graphiql/toolkit';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { loadConfig, type Config } from './config';
import { CopyAsCurl } from './curl';
import { createFetcher } from './fetcher';
import { plugins } from './plugins';
import { RefusedChange } from './refused';
import { useStatus } from './status';
import { Wordmark } from './wordmark';

export function Page() {
  const [config, setConfig] = useState<Config | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    loadConfig().then(setConfig, (error: Error) => setFailure(error.message));
  }, []);

  if (failure) return <Failure sentence={failure} />;
  return config && <Playground config={config} />;
}

function Playground({ config }: { config: Config }) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const status = useStatus();
  const { endpoint, title, tabs } = config;
  const fetcher = useMemo(() => createFetcher(config, setTrouble), [config]);
  const panels = useMemo(() => plugins(config), [config]);
  // Each endpoint of a gateway keeps its own tabs and history.
  const storage = useMemo(() => createLocalStorage({ namespace: `weft:${endpoint}` }), [endpoint]);

  useEffect(() => {
    document.title = title;
  }, [title]);

  return (
    <>
      {trouble && <Trouble sentence={trouble} />}
      {status?.refused && <RefusedChange refused={status.refused} />}
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        defaultTabs={tabs.length > 0 ? tabs : undefined}
        plugins={panels}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>
          <Wordmark title={title} />
        </GraphiQL.Logo>
        <GraphiQL.Toolbar>
          {({ prettify, merge, copy }) => (
            <>
              {prettify}
              {merge}
              {copy}
              <CopyAsCurl endpoint={endpoint} />
            </>
          )}
        </GraphiQL.Toolbar>
        <SystemTheme />
        <CurrentSchema graphSince={status?.graphSince ?? null} />
      </GraphiQL>
    </>
  );
}

/** GraphiQL reads the system's theme once; this follows it when it changes later. */
function SystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    if (theme !== null) return;
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [theme, setTheme]);

  return null;
}

/** GraphiQL asks for the schema once; this asks again when another graph answers. */
function CurrentSchema({ graphSince }: { graphSince: number | null }) {
  const { introspect } = useGraphiQLActions();
  const known = useRef<number | null>(null);

  useEffect(() => {
    if (known.current !== null && graphSince !== known.current) void introspect();
    known.current = graphSince ?? known.current;
  }, [graphSince, introspect]);

  return null;
}

function Trouble({ sentence }: { sentence: string }) {
  return (
    <p className="weft-trouble" role="alert">
      {sentence}
    </p>
  );
}

function Failure({ sentence }: { sentence: string }) {
  return (
    <main className="weft-failure" role="alert">
      <Wordmark title="Weft" />
      <p>{sentence}</p>
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
}
