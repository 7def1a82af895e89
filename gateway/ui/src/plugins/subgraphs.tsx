// The subgraphs behind the graph: how each one is, its SDL, and which field is where.

import { useEffect, useId, useState } from 'react';
import type { GraphiQLPlugin } from '@graphiql/react';
import { count, moment } from '../figures';
import { useStatus } from '../status';
import { FoundPlaces, Readings } from '../subgraphs/found';
import { useSubgraphs, type Subgraph } from '../subgraphs/health';
import { loadPlaces, type Places } from '../subgraphs/places';
import { Sdl } from '../subgraphs/sdl';

/** `endpoint` says whose page it is: the graph's or a view's. */
export function subgraphsPlugin(endpoint: string): GraphiQLPlugin {
  return {
    title: 'Subgraphs',
    icon: SubgraphsIcon,
    content: () => <SubgraphsPanel endpoint={endpoint} />,
  };
}

function SubgraphsPanel({ endpoint }: { endpoint: string }) {
  const version = useStatus()?.graphSince ?? null;
  const { places, failure } = usePlaces(endpoint, version);
  const [text, setText] = useState('');
  const field = useId();
  return (
    <section className="weft-panel" aria-label="Subgraphs">
      <h2>Subgraphs</h2>
      <label className="weft-search" htmlFor={field}>
        <span className="weft-quiet">Where is …</span>
        <input
          id={field}
          type="search"
          value={text}
          placeholder="User.email"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {failure && <p>{failure}</p>}
      {text.trim() && places ? (
        <FoundPlaces places={places} text={text} lookUp={setText} />
      ) : (
        <>
          <AllSubgraphs version={version} />
          {places?.view && <h3>What the view {places.view.name} reads</h3>}
          {places?.view && (
            <Readings readings={places.view.readings} places={places} lookUp={setText} />
          )}
        </>
      )}
    </section>
  );
}

function usePlaces(endpoint: string, version: number | null) {
  const [places, setPlaces] = useState<Places | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let isOld = false;
    loadPlaces(endpoint).then(
      (loaded) => {
        if (isOld) return;
        setPlaces(loaded);
        setFailure(null);
      },
      (error: Error) => !isOld && setFailure(error.message),
    );
    return () => {
      isOld = true;
    };
  }, [endpoint, version]);
  return { places, failure };
}

function AllSubgraphs({ version }: { version: number | null }) {
  const subgraphs = useSubgraphs();
  if (!subgraphs) return <p className="weft-quiet">asking them how they are …</p>;
  if (subgraphs.length === 0) return <p>The gateway has no graph yet.</p>;
  const silent = subgraphs.filter((subgraph) => !subgraph.healthy);
  return (
    <>
      <p role="status">{summary(subgraphs, silent)}</p>
      {subgraphs.map((subgraph) => (
        <SubgraphCard key={subgraph.name} subgraph={subgraph} version={version} />
      ))}
    </>
  );
}

function summary(all: Subgraph[], silent: Subgraph[]): string {
  if (silent.length === 0) return all.length === 1 ? 'It answers.' : `All ${all.length} answer.`;
  const names = silent.map((subgraph) => subgraph.name).join(', ');
  return `${count(silent.length, 'subgraph')} of ${all.length} ${silent.length === 1 ? 'does' : 'do'} not answer: ${names}.`;
}

function SubgraphCard({ subgraph, version }: { subgraph: Subgraph; version: number | null }) {
  const { name, url, healthy, since, lastFailure, hasSdl } = subgraph;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <article className="weft-fetch" aria-label={name}>
      <p className="weft-subgraph">
        <span className={healthy ? 'weft-dot' : 'weft-dot weft-down'} aria-hidden="true" />
        <span className="weft-service">{name}</span>
        <span className="weft-figures">
          {healthy ? 'answers' : 'no answer'} since {moment(since)}
        </span>
      </p>
      {url && <p className="weft-quiet weft-url">{url}</p>}
      {lastFailure && (
        <p className={healthy ? 'weft-quiet' : 'weft-cause'}>
          {healthy && `last failure ${moment(lastFailure.at)}: `}
          {lastFailure.cause}
        </p>
      )}
      {hasSdl ? (
        <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
          <summary>Schema</summary>
          {isOpen && <Sdl subgraph={name} version={version} />}
        </details>
      ) : (
        <p className="weft-quiet">Its schema was composed elsewhere.</p>
      )}
    </article>
  );
}

function SubgraphsIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" aria-hidden="true">
      <rect x="8.5" y="3" width="7" height="6" rx="1.4" />
      <rect x="2.5" y="15" width="7" height="6" rx="1.4" />
      <rect x="14.5" y="15" width="7" height="6" rx="1.4" />
      <path d="M12 9v3M6 15v-3h12v3" strokeLinecap="round" />
    </svg>
  );
}
