// The plan of the operation that was run last: which subgraph was asked what, and after whom.

import { useState } from 'react';
import type { GraphiQLPlugin } from '@graphiql/react';
import { parse, print } from 'graphql';
import { PLAN_HEADER, useExecuted, type Executed, type Fetch, type Run } from '../executed';
import { count, kilobytes, milliseconds } from '../figures';

export const PLAN_PLUGIN: GraphiQLPlugin = { title: 'Plan', icon: PlanIcon, content: PlanPanel };

function PlanPanel() {
  const executed = useExecuted();
  return (
    <section className="weft-panel" aria-label="Plan">
      <h2>Plan</h2>
      {executed ? <Plan executed={executed} /> : <p>Run an operation to see whom the gateway asks for what.</p>}
    </section>
  );
}

function Plan({ executed }: { executed: Executed }) {
  const { fetches, steps, planCached } = executed;
  if (fetches.length === 0) return <p>No subgraph was asked: the gateway knows the answer itself.</p>;
  const each = Array.from({ length: steps }, (_, index) => index + 1);
  return (
    <>
      <p>
        {count(fetches.length, 'request')} in {count(steps, 'step')}, {planCached ? 'planned before' : 'planned just now'}
      </p>
      {each.map((step) => (
        <div key={step} className="weft-step">
          <h3>Step {step}</h3>
          {fetches
            .filter((fetch) => fetch.step === step)
            .map((fetch) => (
              <FetchCard key={fetch.id} fetch={fetch} runs={executed.runs.filter((run) => run.fetch === fetch.id)} />
            ))}
        </div>
      ))}
      <Reasons key={executed.request.body} executed={executed} />
    </>
  );
}

function FetchCard({ fetch, runs }: { fetch: Fetch; runs: Run[] }) {
  const after = fetch.dependsOn.map((id) => `#${id}`).join(', ');
  return (
    <details className="weft-fetch">
      <summary>
        <span className="weft-service">{fetch.service}</span> <span className="weft-quiet">#{fetch.id}</span>
        <span className="weft-figures">{outcome(runs)}</span>
      </summary>
      {fetch.paths.length > 0 && <p className="weft-quiet">about {fetch.paths.join(', ')}</p>}
      {after && <p className="weft-quiet">after {after}</p>}
      <pre>{pretty(fetch.document)}</pre>
    </details>
  );
}

function outcome(runs: Run[]): string {
  if (runs.length === 0) return 'not needed';
  const failed = runs.find((run) => run.failedWith);
  if (failed) return failed.failedWith ?? '';
  const objects = runs.reduce((sum, run) => sum + (run.objects ?? 0), 0);
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const took = Math.max(...runs.map((run) => run.durationMs));
  const parts = [objects > 0 && count(objects, 'object'), kilobytes(bytes), milliseconds(took)];
  return parts.filter(Boolean).join(' · ');
}

/** What the planner says of it: asked for when somebody wants to know, for it plans in other ways, too. */
function Reasons({ executed }: { executed: Executed }) {
  const [reasons, setReasons] = useState<string | null>(null);
  const ask = () => askForReasons(executed).then(setReasons, (error: Error) => setReasons(error.message));
  if (reasons !== null) return <pre className="weft-reasons" aria-label="Reasons">{reasons}</pre>;
  return (
    <button type="button" className="weft-button" onClick={ask}>
      Why this plan?
    </button>
  );
}

async function askForReasons({ request }: Executed): Promise<string> {
  const headers = new Headers(request.headers);
  headers.set(PLAN_HEADER, 'why');
  const response = await fetch(request.url, { method: 'POST', headers, body: request.body });
  const answer = await response.json();
  const reasons: unknown = answer?.extensions?.plan;
  if (typeof reasons === 'string') return reasons;
  throw new Error(answer?.errors?.[0]?.message ?? 'The gateway gave no reasons.');
}

/** What is sent has no white space to spare. */
function pretty(document: string): string {
  try {
    return print(parse(document));
  } catch {
    return document;
  }
}

function PlanIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" aria-hidden="true">
      <circle cx="5" cy="12" r="2.2" />
      <circle cx="19" cy="5.5" r="2.2" />
      <circle cx="19" cy="18.5" r="2.2" />
      <path d="M7.2 12h3.3c2.6 0 2.2-6.5 6.3-6.5M10.5 12c2.6 0 2.2 6.5 6.3 6.5" />
    </svg>
  );
}
