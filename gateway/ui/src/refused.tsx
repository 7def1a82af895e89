// The banner above everything: the newest change is not in place, and why.

import { useState } from 'react';
import { count, moment } from './figures';
import type { Finding, Refused } from './status';

export function RefusedChange({ refused }: { refused: Refused }) {
  const [isOpen, setIsOpen] = useState(true);
  const left = refused.count - refused.findings.length;
  return (
    <section className="weft-refused" aria-label="Refused change">
      <div className="weft-refused-head">
        <p role="alert">
          <strong>The newest change is not in place: {count(refused.count, 'error')}.</strong>{' '}
          <span>The last good graph goes on answering.</span>
        </p>
        <span className="weft-quiet">since {moment(refused.at)}</span>
        <button
          type="button"
          className="weft-button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? 'Hide' : 'Show'} errors
        </button>
      </div>
      {isOpen && (
        // Keys scroll what can have the focus.
        <ol className="weft-findings" tabIndex={0} aria-label="Errors">
          {refused.findings.map((finding, index) => (
            <Error key={index} finding={finding} />
          ))}
          {left > 0 && <li>and {left} more, which the gateway’s log has</li>}
        </ol>
      )}
    </section>
  );
}

function Error({ finding }: { finding: Finding }) {
  const { code, coordinate, message, place, text } = finding;
  return (
    <li>
      <p>
        <code>{code}</code> {coordinate && <code>{coordinate}</code>} <span>{message}</span>
      </p>
      {text ? <pre>{withoutHead(text)}</pre> : place && <pre>{place}</pre>}
    </li>
  );
}

/** The first line repeats code and sentence. */
function withoutHead(text: string): string {
  const [head, ...lines] = text.split('\n');
  return lines.length > 0 ? lines.join('\n') : (head ?? '');
}
