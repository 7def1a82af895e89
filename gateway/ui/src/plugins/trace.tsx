// When each request to a subgraph was made and how long it took: a waterfall of the last operation.

import type { GraphiQLPlugin } from '@graphiql/react';
import { useExecuted, type Run } from '../executed';
import { count, kilobytes, milliseconds } from '../figures';

export const TRACE_PLUGIN: GraphiQLPlugin = { title: 'Trace', icon: TraceIcon, content: TracePanel };

function TracePanel() {
  const executed = useExecuted();
  return (
    <section className="weft-panel" aria-label="Trace">
      <h2>Trace</h2>
      {executed ? <Waterfall runs={executed.runs} /> : <p>Run an operation to see what it waits for.</p>}
    </section>
  );
}

function Waterfall({ runs }: { runs: Run[] }) {
  if (runs.length === 0) return <p>No subgraph was asked.</p>;
  const whole = Math.max(...runs.map((run) => run.startMs + run.durationMs), 0.001);
  const inOrder = [...runs].sort((one, other) => one.startMs - other.startMs || one.fetch - other.fetch);
  const busiest = inOrder.reduce((one, other) => (other.durationMs > one.durationMs ? other : one));
  return (
    <>
      <p>
        {milliseconds(whole)} until the last answer; the longest request was {milliseconds(busiest.durationMs)} of{' '}
        {busiest.service}
      </p>
      <ol className="weft-waterfall">
        {inOrder.map((run, index) => (
          <Bar key={index} run={run} whole={whole} />
        ))}
      </ol>
    </>
  );
}

function Bar({ run, whole }: { run: Run; whole: number }) {
  const percent = (ms: number) => `${(100 * ms) / whole}%`;
  const about = [
    run.objects !== null && count(run.objects, 'object'),
    run.failedWith ?? kilobytes(run.bytes),
    `from ${milliseconds(run.startMs)} on`,
  ];
  return (
    <li>
      <div className="weft-run">
        <span>
          <span className="weft-service">{run.service}</span> <span className="weft-quiet">#{run.fetch}</span>
        </span>
        <span className="weft-figures">{milliseconds(run.durationMs)}</span>
      </div>
      <div className="weft-track">
        <div
          className={run.failedWith ? 'weft-bar weft-failed' : 'weft-bar'}
          style={{ marginLeft: percent(run.startMs), width: percent(run.durationMs) }}
        />
      </div>
      <p className="weft-quiet">{about.filter(Boolean).join(' · ')}</p>
    </li>
  );
}

function TraceIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" aria-hidden="true">
      <path d="M3 6h8M8 12h7M14 18h7" />
    </svg>
  );
}
